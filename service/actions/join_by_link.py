"""Lets a newcomer in who came by a link that was mailed to him: the address is proven by that, the name he chooses."""

from service.actions.admit import Newcomer, admit
from service.actions.identify import hash_of
from service.actions.make_token import page_token
from service.actions.resources import Resources
from service.domain.errors import NotSignedIn
from service.domain.member import Member
from service.domain.site import Site
from service.storage import members, sign_in_requests
from service.storage.database import Statement
from service.storage.sign_in_requests import NewcomerLink


async def find_newcomer(res: Resources, site: Site, raw_link: str) -> NewcomerLink | None:
    """The link, if it is a newcomer's and can still be used. Looking does not use it up."""
    return await sign_in_requests.find_link(res.db, site.id, hash_of(raw_link), res.now_ms())


async def join_by_link(res: Resources, site: Site, raw_link: str, name: str) -> tuple[Member, str]:
    """Makes the newcomer a member and opens a session on our pages; the link works once.

    Raises NotSignedIn, or Invalid for a name that nobody could read. Who has become a member meanwhile keeps his name.
    """
    link = await find_newcomer(res, site, raw_link)
    if link is None:
        raise NotSignedIn
    known = await members.find_by_email(res.db, site.id, link.email)
    name = known.name if known is not None else name
    raw = ""

    def signed_in(member: Member) -> list[Statement]:
        nonlocal raw
        raw, keeping = page_token(res, member)
        return [sign_in_requests.using_link(link.hash, res.now_ms()), keeping]

    member = await admit(res, site, Newcomer(name, link.email, email_verified=True), signed_in)
    return member, raw
