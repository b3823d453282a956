"""Lets a key that a thread has moved away from be a page of its own again."""

from service.actions.move_thread import tell_moved
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key
from service.storage import moving, threads


async def forget_key(res: Resources, site: Site, raw_key: str) -> Thread:
    """The key leads no longer to the thread that was there; returns that. Raises NotFound, Invalid for no path."""
    key = canonical_key(raw_key)
    moved_away = (await threads.formerly(res.db, site.id, [lookup_key(key)])).get(lookup_key(key))
    if moved_away is None:
        raise NotFound(f"No thread has moved away from {key}.")
    await res.db.write(moving.forgetting(site.id, key))
    tell_moved(res, site, key)
    return moved_away
