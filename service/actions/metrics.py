"""The figures that a monitoring system asks for: how many comments are where, and how each site's model does."""

import msgspec

from service.actions.model_life import life_of
from service.actions.resources import Resources
from service.actions.watch_models import Watching
from service.domain.watching import Watch
from service.storage import sites, trainings


class SiteFigures(msgspec.Struct, frozen=True):
    """Of one site."""

    site: str
    comments: dict[str, int]  # by tab of the queue
    model: str  # the version in service; empty: none
    training: bool
    watch: Watch


class AllFigures(msgspec.Struct, frozen=True):
    """Of this process, and of every site."""

    scorer_ready: bool
    sites: list[SiteFigures]


async def figures(res: Resources, watching: Watching) -> AllFigures:
    """All figures as they are now; those of models are at most a minute old."""
    found = [await _of_site(res, watching, site_id) for site_id in [one.id for one in await sites.every(res.db)]]
    return AllFigures(res.scorer.state == "ready", [one for one in found if one is not None])


async def _of_site(res: Resources, watching: Watching, site_id: str) -> SiteFigures | None:
    site = await res.cache.site(site_id)
    if site is None:
        return None
    last = await trainings.latest(res.db, site_id, 1)
    return SiteFigures(
        site_id,
        await sites.status_counts(res.db, site_id),
        (await life_of(res, site)).version or "",
        bool(last) and last[0].state == "running",
        await watching.look(site),
    )
