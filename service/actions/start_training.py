"""Begins the training of a site's model, in a process of its own; and tells how far trainings have come."""

from collections.abc import Callable

from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.site import Site
from service.domain.training import ABANDONED_MS, Cause, Kind, Training
from service.storage import trainings
from service.storage.database import Statement

_LATEST = 10

# Given the training that is about to begin, the statements that keep the answer to this call.
Keep = Callable[[Training], list[Statement]]


async def start_training(
    res: Resources,
    site: Site,
    kind: Kind,
    cause: Cause = "request",
    asked_by: Member | None = None,
    keep: Keep = lambda _: [],
) -> Training:
    """Begins one and returns it at once. Raises AlreadyTraining while another of this site lives, anywhere."""
    now = res.now_ms()
    begun = Training(
        id=res.ids.new(),
        site_id=site.id,
        kind=kind,
        cause=cause,
        asked_by=asked_by.id if asked_by else None,
        state="running",
        step="starting",
        progress=0.0,
        labels=0,
        version=None,
        outcome=None,
        reason=None,
        created_at=now,
        seen_at=now,
        finished_at=None,
    )
    await res.db.write([*trainings.starting(begun), *keep(begun)])
    res.trainer.start(res.db, begun, res.now_ms)
    return begun


async def find_training(res: Resources, site: Site, training_id: str) -> Training:
    """The training of this id. Raises NotFound."""
    await _give_up_lost(res, await trainings.find(res.db, site.id, training_id))
    found = await trainings.find(res.db, site.id, training_id)
    if found is None:
        raise NotFound
    return found


async def latest_trainings(res: Resources, site: Site) -> list[Training]:
    """The site's newest trainings, newest first."""
    found = await trainings.latest(res.db, site.id, _LATEST)
    if found and await _give_up_lost(res, found[0]):
        return await trainings.latest(res.db, site.id, _LATEST)
    return found


async def _give_up_lost(res: Resources, found: Training | None) -> bool:
    """A training whose process is no more is told as failed, not as running for ever."""
    now = res.now_ms()
    if found is None or found.state != "running" or now - found.seen_at <= ABANDONED_MS:
        return False
    await res.db.write([trainings.giving_up_lost(found.site_id, now)])
    return True
