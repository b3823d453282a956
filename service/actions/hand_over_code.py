"""Makes the one-time code by which the popup lets the widget that opened it sign in."""

from service.actions.attempts import CODES
from service.actions.identify import Who, hash_of
from service.actions.resources import Resources
from service.domain.code import LONG_MS, SHORT_MS, Code, short_code
from service.storage import codes


async def hand_over_code(res: Resources, who: Who, origin: str, challenge: str) -> str:
    """A code for this member and the widget of this origin that keeps the challenge's verifier. For a minute.

    Raises RateLimited, as `show_code` does.
    """
    raw = res.new_secret()
    await _keep(res, who, (hash_of(raw), hash_of(raw)), (origin, challenge), LONG_MS)
    return raw


async def show_code(res: Resources, who: Who, origin: str, challenge: str) -> str:
    """A short code to be read here and typed there, for ten minutes; it takes the place of the one before."""
    raw = short_code(res.new_secret())
    names = (short_code_id(who.site.id, challenge), short_code_hash(challenge, raw))
    await _keep(res, who, names, (origin, challenge), SHORT_MS)
    return raw


def short_code_id(site_id: str, challenge: str) -> str:
    """What a short code is found by: so few letters do not name it, only the challenge does."""
    return hash_of(f"short {site_id} {challenge}")


def short_code_hash(challenge: str, code: str) -> str:
    """What is kept of a short code."""
    return hash_of(f"{challenge} {code}")


async def _keep(res: Resources, who: Who, names: tuple[str, str], bound: tuple[str, str], lasts_ms: int) -> None:
    now, member = res.now_ms(), who.signed_in()
    if res.limits.on:
        res.attempts.spend(CODES, member.id, now)
    code = Code(*names, who.site.id, member.id, *bound, now, now + lasts_ms)
    await res.db.write([codes.adding(code)])
