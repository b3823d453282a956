"""The links that letters carry: what each permits, and whom. All lead to pages that ask; opening one does nothing."""

from urllib.parse import urlencode

import msgspec

from service.actions.resources import Resources
from service.domain.capability import LETTERS, address_hash, opened, sealed
from service.domain.comment import Comment
from service.domain.invitation import MembershipRequest
from service.domain.member import Member
from service.domain.subscription import Subscription

_DAY_MS = 86_400_000
_DECIDING_MS = 7 * _DAY_MS
CONFIRMING_MS = 7 * _DAY_MS


class Deciding(msgspec.Struct, frozen=True, array_like=True):
    """To decide about one comment at one version, as this member while he moderates and his address is that one."""

    site: str
    comment: str
    version: int
    until: int  # milliseconds UTC
    member: str | None = None  # None: the letter went to somebody who is no moderator here; he has to sign in
    address: str = ""  # keyed hash


class DecidingRequest(msgspec.Struct, frozen=True, array_like=True):
    """To decide about one request to become a member, as this owner while he is one at that very address."""

    site: str
    request: str
    until: int  # milliseconds UTC
    member: str
    address: str  # keyed hash


class Confirming(msgspec.Struct, frozen=True, array_like=True):
    """To begin a subscription. It names when it was asked for: a later question makes older links void."""

    site: str
    subscription: str
    asked_at: int


class Ending(msgspec.Struct, frozen=True, array_like=True):
    """To end a subscription; good for as long as letters lie in mailboxes."""

    site: str
    subscription: str


class Stopping(msgspec.Struct, frozen=True, array_like=True):
    """To get no more letters of a kind at an address, which is named by its keyed hash."""

    site: str
    address: str
    kind: str


def deciding_link(res: Resources, comment: Comment, member: Member | None) -> str:
    """The path of the page on which this comment can be decided about, for 7 days, until it changes."""
    email = member.email if member is not None else None
    right = Deciding(
        comment.site_id,
        comment.id,
        comment.version,
        res.now_ms() + _DECIDING_MS,
        member.id if member is not None else None,
        address_hash(res.seal.key(LETTERS), email) if email else "",
    )
    return _path(comment.site_id, "desk/letter", sealed(res.seal.key(LETTERS), right))


def request_deciding_link(res: Resources, request: MembershipRequest, owner: Member) -> str:
    """The path of the page on which this request can be decided about, for 7 days, until somebody does."""
    address = address_hash(res.seal.key(LETTERS), owner.email or "")
    right = DecidingRequest(request.site_id, request.id, res.now_ms() + _DECIDING_MS, owner.id, address)
    return _path(request.site_id, "membership-request", sealed(res.seal.key(LETTERS), right))


def confirming_link(res: Resources, one: Subscription) -> str:
    """The path of the page on which a subscription is confirmed."""
    return _path(one.site_id, "subscribe", sealed(res.seal.key(LETTERS), Confirming(one.site_id, one.id, one.asked_at)))


def ending_link(res: Resources, one: Subscription) -> str:
    """The path of the page on which a subscription is ended; it takes one-click posts, too (RFC 8058)."""
    return _path(one.site_id, "unsubscribe", sealed(res.seal.key(LETTERS), Ending(one.site_id, one.id)))


def stopping_link(res: Resources, site_id: str, email: str, kind: str) -> str:
    """The path of the page on which letters of a kind are ended; it takes one-click posts, too (RFC 8058)."""
    right = Stopping(site_id, address_hash(res.seal.key(LETTERS), email), kind)
    return _path(site_id, "unsubscribe", sealed(res.seal.key(LETTERS), right))


def deciding_right(res: Resources, site_id: str, token: str) -> Deciding | None:
    """What the link permits on this site; None where it is not ours or its time is up."""
    right = opened(res.seal.key(LETTERS), token, Deciding)
    return right if right is not None and right.site == site_id and right.until > res.now_ms() else None


def request_deciding_right(res: Resources, site_id: str, token: str) -> DecidingRequest | None:
    """What the link permits on this site; None where it is not ours or its time is up."""
    right = opened(res.seal.key(LETTERS), token, DecidingRequest)
    return right if right is not None and right.site == site_id and right.until > res.now_ms() else None


async def holder(res: Resources, right: Deciding | DecidingRequest) -> Member | None:
    """The one whom the letter went to, while he moderates and that very address is his."""
    member = await res.cache.member(right.site, right.member) if right.member else None
    if member is None or member.email is None or not member.moderates(res.now_ms()):
        return None
    return member if address_hash(res.seal.key(LETTERS), member.email) == right.address else None


def _path(site_id: str, page: str, token: str) -> str:
    return f"/sites/{site_id}/{page}?{urlencode({'token': token})}"
