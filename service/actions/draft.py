"""What was sent: its shape, who may send it, its author, its rendering. What becomes of it: submit_comment.py."""

import asyncio
from typing import NamedTuple

import msgspec

from service.actions.identify import Who
from service.actions.resources import Resources
from service.domain import markup
from service.domain.bucket import Rate
from service.domain.comment import Author, check_text
from service.domain.errors import Fault, Invalid
from service.domain.member import why_not
from service.domain.names import check_email, clean_name
from service.domain.site import Site
from service.storage import members

_NAMELESS = "Anonymous"
_PREVIEWS = Rate(120, 60)  # from one address: more than anybody types
_LONG_TEXT = 1_500  # code points; longer Markdown is rendered off the loop, since hostile text can take 50 ms


class Guest(msgspec.Struct, frozen=True):
    """Who a visitor without membership says he is."""

    name: str
    email: str | None = None
    url: str | None = None


class Draft(msgspec.Struct, frozen=True):
    """A comment as it was sent, in the right shape; what it means is still to be checked."""

    thread: str
    text: str
    parent_id: str | None = None
    url: str | None = None
    title: str | None = None
    published_at: int | None = None
    guest: Guest | None = None
    seconds: float | None = None  # from the page's load to the sending, as the page says
    keyed: bool = False  # sent with an Idempotency-Key: a call of its own, whatever was sent before


class Written(NamedTuple):
    """A draft with its author and its text rendered."""

    draft: Draft
    author: Author
    html: str


def check_author(res: Resources, who: Who) -> None:
    """Raises what keeps this person from commenting on the site at all: known before his comment is even read."""
    refusal = why_not(who.site.policy, who.member, res.now_ms())
    if refusal is not None:
        raise refusal


def check_url(site: Site, url: str | None) -> None:
    """The page's address must be of the site's origins: nobody else's pages get links through ours."""
    if url is None:
        return
    origin = "/".join(url.split("/", 3)[:3]).lower()
    if not site.allows_origin(origin):
        allowed = ", ".join(site.policy.origins) or "none yet"
        raise Invalid([Fault("/url", f"The page's url must be of this site's origins ({allowed}).")])


async def author_of(res: Resources, who: Who, guest: Guest | None) -> Author:
    """The member; or the guest, under a name that is no member's and looks like none."""
    if who.member is not None:
        if guest is not None:
            raise Invalid([Fault("/author", "You are signed in: leave author out.")])
        return Author(who.member.id, who.member.name, who.member.role)
    if guest is None:  # where anyone may comment, that is a name too
        return Author(None, _NAMELESS, "guest")
    name = clean_name(guest.name, "/author/name")
    check_email(guest.email, "/author/email")
    if await members.find_by_name(res.db, who.site.id, name) is not None:
        raise Invalid([Fault("/author/name", "This is a member's name, or looks like one. Take another.")])
    return Author(None, name, "guest")


async def render(text: str, link_rel: str) -> str:
    """The HTML of a text, with this `rel` on its links."""
    if len(text) <= _LONG_TEXT:
        return markup.render(text, link_rel)
    return await asyncio.to_thread(markup.render, text, link_rel)


async def preview(res: Resources, who: Who, text: str) -> str:
    """The HTML that a comment of this text would have. Raises TextTooLong, Invalid, RateLimited."""
    check_text(text)
    res.limits.spend_one("previews", who.address, _PREVIEWS)
    return await render(text, who.site.policy.link_rel)
