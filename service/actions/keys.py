"""Reads keys: a site's list of them, and the site that an Akismet key opens."""

import hmac
import re
from hashlib import sha256

from service.actions.resources import Resources
from service.actions.use_key import use_key
from service.domain.key import AKISMET_DIGITS, Key
from service.domain.site import Site
from service.storage import keys

_AKISMET = re.compile(f"[0-9a-f]{{{AKISMET_DIGITS}}}")


def akismet_hash(res: Resources, raw_key: str) -> str:
    """What is kept of an Akismet key: a keyed hash (HMAC, RFC 2104), since 48 bits could be tried out."""
    return hmac.new(res.seal.key("akismet keys"), raw_key.encode("utf-8", "surrogateescape"), sha256).hexdigest()


async def find_akismet_key(res: Resources, raw_key: str) -> tuple[Site, Key] | None:
    """The site that this key opens, and the key; None for one that opens nothing, whatever the cause.

    How often a caller may guess is the caller's business. The lookup goes by a keyed hash, so that the time it takes
    tells nothing of how near a guess was.
    """
    if not _AKISMET.fullmatch(raw_key):
        return None
    wanted = akismet_hash(res, raw_key)
    key = await res.cache.key(wanted)
    if key is None or key.kind != "akismet" or not hmac.compare_digest(key.hash, wanted):
        return None
    site, maker = await res.cache.site(key.site_id), await res.cache.member(key.site_id, key.member_id)
    if site is None or not key.holds(maker, res.now_ms()):
        return None
    use_key(res, key)
    return site, key


async def keys_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Key], str | None]:
    """The site's keys in the order of their making, and the id that the next page begins after."""
    found = await keys.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None
