"""What is told of a site's models beside the list: which serves, where it cuts, how it does, the latest trainings."""

from typing import Literal

import msgspec

from service.actions.evidence import thresholds
from service.actions.model_life import life_of
from service.actions.resources import Resources
from service.actions.start_training import latest_trainings
from service.actions.watch_models import Watching
from service.domain.intervals import Share, share_of
from service.domain.site import Site
from service.domain.training import Training
from service.domain.watching import Watch
from service.storage import audits


class Overview(msgspec.Struct, frozen=True):
    """How a site's model does. `source`: who has set the cuts."""

    version: str | None
    hold_at: float
    spam_at: float
    source: Literal["policy", "history", "card"]
    words: str
    watch: Watch
    trainings: list[Training]


async def overview(res: Resources, site: Site, watching: Watching) -> Overview:
    """All of it."""
    life = await life_of(res, site)
    hold_at, spam_at = thresholds(res, site.id, site.policy)
    source, words = _source(res, site, life.version)
    return Overview(
        life.version, hold_at, spam_at, source, words, await watching.look(site), await latest_trainings(res, site)
    )


def _source(res: Resources, site: Site, version: str | None) -> tuple[Literal["policy", "history", "card"], str]:
    own, policy = res.models.cuts_of(site.id), site.policy
    if policy.hold_at is not None or policy.spam_at is not None:
        return "policy", "Set by the owner."
    if own is not None and (own.one_in, own.version) == (policy.honest_held_one_in, version):
        return "history", str(msgspec.json.decode(own.basis)["words"])
    return "card", "Both stand on its own card."


async def audited(res: Resources, site: Site) -> Share:
    """How much spam there was among published comments that were picked at random and looked at."""
    found = await audits.found(res.db, site.id)
    return share_of(found["spam"], sum(found.values()))
