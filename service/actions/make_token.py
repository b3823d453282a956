"""Makes tokens, and trades one-time links for sessions on our own pages."""

from urllib.parse import quote

from service.actions.identify import hash_of, identify
from service.actions.resources import Resources
from service.domain.member import Member
from service.domain.site import Site
from service.domain.token import Scope, Token
from service.storage import tokens
from service.storage.database import Statement

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000
LINK_MS = 15 * _MINUTE_MS
PAGE_MS = 30 * _DAY_MS


async def make_token(res: Resources, member: Member, scope: Scope, lasts_ms: int) -> str:
    """A new token for this member. It is returned here and kept only as its hash."""
    raw, token = new_token(res, member.site_id, member.id, scope, lasts_ms)
    await res.db.write([tokens.adding(token)])
    return raw


def new_token(res: Resources, site_id: str, member_id: str, scope: Scope, lasts_ms: int) -> tuple[str, Token]:
    """A token that is not kept yet: as it is shown, and what is to be kept of it."""
    raw, now = res.new_secret(), res.now_ms()
    return raw, Token(hash_of(raw), site_id, member_id, scope, now, now + lasts_ms)


def page_token(res: Resources, member: Member) -> tuple[str, Statement]:
    """A session on our own pages, and what keeps it: for the unit of work of the act that opens it."""
    raw, token = new_token(res, member.site_id, member.id, "page", PAGE_MS)
    return raw, tokens.adding(token)


async def make_link(res: Resources, public_url: str, member: Member, to: str) -> str:
    """The address of a page that signs this member in, once, within 15 minutes, and goes on to the path `to`."""
    token = await make_token(res, member, "sign_in", LINK_MS)
    return f"{public_url}/sites/{member.site_id}/sign-in?token={token}&to={quote(to, safe='/')}"


async def sign_in_by_link(res: Resources, site: Site, link_token: str) -> tuple[Member, str]:
    """Trades the token of a one-time link for a page session; the link works once. Raises NotSignedIn."""
    who = await identify(res, site, link_token, ("sign_in",), "")
    member = who.signed_in()
    raw, token = new_token(res, site.id, member.id, "page", PAGE_MS)
    used = hash_of(link_token)
    try:
        await res.db.write([tokens.revoking(used, res.now_ms()), tokens.adding(token)])
    finally:
        res.cache.forget_token(used)
    return member, raw


async def find_token(res: Resources, member: Member, raw: str) -> str | None:
    """The hash by which this token is kept, if it is the member's."""
    token = await res.cache.token(hash_of(raw))
    return token.hash if token is not None and token.member_id == member.id else None
