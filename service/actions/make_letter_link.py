"""Makes the link for a sign-in letter when it is written, from what is true by then of the address."""

from typing import Literal
from urllib.parse import quote

import msgspec

from service.actions.identify import hash_of
from service.actions.make_token import LINK_MS, make_token
from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.membership import admits
from service.domain.site import Site
from service.storage import members, sign_in_requests
from service.storage.sign_in_requests import NewcomerLink, SignInRequest

Kind = Literal["member", "newcomer", "nobody"]


class SignInLetter(msgspec.Struct, frozen=True):
    """What the letter says: a link that signs a member in, one that asks a newcomer for his name, or that there is no
    membership for this address (to its owner alone: the letter goes nowhere else)."""

    site_id: str
    email: str
    kind: Kind
    url: str | None  # works once, for a quarter of an hour
    name: str | None  # of the member


async def letter_of(res: Resources, public_url: str, request_id: str) -> SignInLetter | None:
    """What to write to whoever asked for a link; None if the request is too old to be answered.

    Each call makes a link of its own, so that a letter may be tried again.
    """
    request = await sign_in_requests.find(res.db, request_id)
    site = await res.cache.site(request.site_id) if request is not None else None
    if request is None or site is None or res.now_ms() - request.created_at > LINK_MS:
        return None
    member = await members.find_by_email(res.db, site.id, request.email)
    if member is not None and member.status in ("active", "invited", "suspended"):
        return await _to_member(res, public_url, request, member)
    if (member is None or member.status == "left") and _welcome(site, request.email):
        return await _to_newcomer(res, public_url, request)
    return SignInLetter(site.id, request.email, "nobody", None, None)


def _welcome(site: Site, email: str) -> bool:
    return site.policy.who_may_comment != "members" or admits(site.policy, email)


async def _to_member(res: Resources, public_url: str, request: SignInRequest, member: Member) -> SignInLetter:
    token = await make_token(res, member, "sign_in", LINK_MS)
    return SignInLetter(request.site_id, request.email, "member", _url(public_url, request, token), member.name)


async def _to_newcomer(res: Resources, public_url: str, request: SignInRequest) -> SignInLetter:
    token, now = res.new_secret(), res.now_ms()
    link = NewcomerLink(hash_of(token), request.site_id, request.email, now, now + LINK_MS)
    await res.db.write([sign_in_requests.adding_link(link)])
    return SignInLetter(request.site_id, request.email, "newcomer", _url(public_url, request, token), None)


def _url(public_url: str, request: SignInRequest, token: str) -> str:
    to = f"&to={quote(request.way_on, safe='/')}" if request.way_on else ""
    return f"{public_url}/sites/{request.site_id}/sign-in?token={token}{to}"
