"""Opens, closes and hides a thread, lets it differ from its site's moderation, and mends what it says of its page."""

import msgspec

from service.actions.changes import Change
from service.actions.draft import check_url
from service.actions.resources import Resources
from service.domain.errors import NotFound, StorageUnavailable
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import threads
from service.storage.database import Outdated

_TRIES = 8


async def set_thread(res: Resources, site: Site, thread_id: str, changes: dict[str, str | int | None]) -> Thread:
    """Sets `state`, `moderation`, `title`, `url`, `published_at` (milliseconds UTC); what is not named stays.

    None lets the site's policy, or the first sight of the page, speak again. Raises NotFound; Invalid for the address
    of a page on another site.
    """
    url = changes.get("url")
    if isinstance(url, str):
        check_url(site, url)
    for _ in range(_TRIES):
        seen = await thread_of(res, site, thread_id)
        changed: Thread = msgspec.structs.replace(seen, **changes, version=seen.version + 1)
        try:
            await res.db.write(threads.setting(seen, changed))
        except Outdated:
            continue
        res.cache.forget_thread(site.id, lookup_key(seen.key))
        res.changes.announce(Change(site.id, thread_id))
        return changed
    raise StorageUnavailable


async def thread_of(res: Resources, site: Site, thread_id: str) -> Thread:
    """The thread of this id, on this site only. Raises NotFound."""
    found = (await threads.many(res.db, site.id, [thread_id])).get(thread_id)
    if found is None:
        raise NotFound
    return found


async def thread_at(res: Resources, site: Site, key: str) -> Thread:
    """The thread of this page, or the one that moved away from it. Raises NotFound, Invalid for what is no path."""
    canonical = canonical_key(key)
    found = await res.cache.thread(site.id, lookup_key(canonical))
    if found is None:
        raise NotFound(f"Nobody has commented on {canonical} yet.")
    return found


async def threads_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Thread], str | None]:
    """The site's threads in the order of their making, and the id that the next page begins after."""
    found = await threads.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None
