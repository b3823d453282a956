"""Opens, closes and hides a thread, and lets it differ from its site's moderation."""

import msgspec

from service.actions.changes import Change
from service.actions.resources import Resources
from service.domain.errors import NotFound, StorageUnavailable
from service.domain.site import Moderation, Site, ThreadState
from service.domain.thread import Thread, lookup_key
from service.storage import threads
from service.storage.database import Outdated

_TRIES = 8


async def set_thread(
    res: Resources, site: Site, thread_id: str, changes: dict[str, ThreadState | Moderation | str | None]
) -> Thread:
    """Sets `state`, `moderation` or `title`; None lets the site's policy speak again. Raises NotFound."""
    for _ in range(_TRIES):
        seen = (await threads.many(res.db, site.id, [thread_id])).get(thread_id)
        if seen is None:
            raise NotFound
        changed: Thread = msgspec.structs.replace(seen, **changes, version=seen.version + 1)
        try:
            await res.db.write(threads.setting(seen, changed.state, changed.moderation, changed.title))
        except Outdated:
            continue
        res.cache.forget_thread(site.id, lookup_key(seen.key))
        res.changes.announce(Change(site.id, thread_id))
        return changed
    raise StorageUnavailable


async def threads_page(res: Resources, site: Site, after: str | None, limit: int) -> tuple[list[Thread], str | None]:
    """The site's threads in the order of their making, and the id that the next page begins after."""
    found = await threads.page(res.db, site.id, after or "", limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None
