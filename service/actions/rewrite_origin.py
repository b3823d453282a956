"""Brings the addresses of a site's pages to the domain that the blog has moved to. Their keys are paths and stay."""

import msgspec

from service.actions.move_thread import tell_moved
from service.actions.resources import Resources
from service.actions.set_thread import threads_page
from service.domain.errors import StorageUnavailable
from service.domain.site import Site
from service.domain.thread import Thread, with_origin
from service.storage import threads
from service.storage.database import Outdated

_TRIES = 8
_PAGE = 200


async def rewrite_origin(res: Resources, site: Site, old: str, new: str, dry_run: bool) -> int:
    """Puts the new origin in place of the old in the threads' urls; returns how many. Done again it changes none."""
    changed, after = 0, ""
    while True:
        found, next_id = await threads_page(res, site, after, _PAGE)
        changed += await _rewrite(res, site, found, (old, new), dry_run)
        if next_id is None:
            return changed
        after = next_id


async def _rewrite(res: Resources, site: Site, found: list[Thread], origins: tuple[str, str], dry_run: bool) -> int:
    """The threads of one page, as one unit."""
    for _ in range(_TRIES):
        wanted = [(t, msgspec.structs.replace(t, url=with_origin(t.url, *origins))) for t in found if t.url]
        unit = [threads.setting(seen, new)[0] for seen, new in wanted if seen.url != new.url]
        if dry_run or not unit:
            return len(unit)
        try:
            await res.db.write(unit)
        except Outdated:
            found = list((await threads.many(res.db, site.id, [t.id for t in found])).values())
            continue
        tell_moved(res, site, *[t.key for t in found])
        return len(unit)
    raise StorageUnavailable
