"""Reads of a site's models: the list, one of them with its figures, what two cuts would have done."""

import asyncio
from typing import Literal, NamedTuple

import msgspec

from service.actions.evidence import thresholds
from service.actions.resources import Resources
from service.actions.scored_history import scored_history
from service.domain.errors import NotAllowedNow, NotFound
from service.domain.promotion import Promotion
from service.domain.simulation import Figures, Judged, Ladder, Simulation, figures, ladder, simulate
from service.domain.site import Site
from service.domain.training import Trained
from service.spam.manifest import ModelRefused
from service.spam.scorer import Scores
from service.storage import models

_LAST_ID = "~"
_PROMOTIONS = 200
State = Literal["in_service", "promoted", "refused", "shipped"]


class Version(msgspec.Struct, frozen=True):
    """One model of a site's list. `trained` None: the shipped one. `promotions`: when and by whom it came to serve."""

    version: str
    state: State
    trained: Trained | None
    promotions: list[Promotion]


class Life(NamedTuple):
    """Which model serves a site, and how it and those before came to.

    Only what is shipped today can serve: where the rows name what was shipped before an upgrade, today's is meant.
    """

    version: str | None  # None: no model at all is loaded
    number: int  # of its promotion; 0: there was none yet
    log: list[Promotion]
    shipped: Scores | None


async def life_of(res: Resources, site: Site) -> Life:
    """Which model serves the site."""
    shipped, serving = res.scorer.model, await models.in_service_at(res.db, site.id)
    today = shipped.version if shipped else None
    log = await models.promotions(res.db, site.id, _PROMOTIONS, today)
    own = serving is not None and serving.manifest_sha256 is not None
    version = serving.version if serving is not None and own else today
    return Life(version, serving.number if serving else 0, log, shipped)


async def versions(res: Resources, site: Site, before: str | None, limit: int) -> tuple[list[Version], str | None]:
    """The site's models, newest first, the shipped one last; and the id that the next page begins before."""
    life = await life_of(res, site)
    found = await models.page(res.db, site.id, before or _LAST_ID, limit + 1)
    told = [_version(life, one.version, one) for one in found[:limit]]
    if len(found) > limit:
        return told, found[limit - 1].id
    return [*told, *([_version(life, life.shipped.version, None)] if life.shipped else [])], None


async def version_of(res: Resources, site: Site, version: str) -> Version:
    """The model of this version. Raises NotFound."""
    return await version_in(res, site, await life_of(res, site), version)


async def version_in(res: Resources, site: Site, life: Life, version: str) -> Version:
    """The same for who has read the site's life already. Raises NotFound."""
    trained = await models.find(res.db, site.id, version)
    if trained is None and (life.shipped is None or version != life.shipped.version):
        raise NotFound
    return _version(life, version, trained)


def _version(life: Life, version: str, trained: Trained | None) -> Version:
    came = [one for one in life.log if one.version == version]
    state: State = "shipped" if trained is None else _state(trained, bool(came))
    return Version(version, "in_service" if version == life.version else state, trained, came)


def _state(trained: Trained, came: bool) -> State:
    if trained.refused is not None:
        return "refused"
    return "promoted" if came else trained.outcome


async def loaded(res: Resources, site: Site, found: Version) -> Scores:
    """The model itself, to be asked. Raises NotAllowedNow where its files are gone or may not be loaded."""
    if found.trained is None:
        assert res.scorer.model is not None
        return res.scorer.model
    serving = res.models.of(site.id)
    if serving is not None and serving.version == found.version:
        return serving
    if found.trained.dropped_at is not None:
        raise NotAllowedNow("Of this version only the card is kept; its files were removed with age.")
    try:
        return await res.models.version(site.id, found.version, found.trained.manifest_sha256)
    except ModelRefused as refused:
        raise NotAllowedNow(f"This version may not be loaded: {refused}.") from refused


async def figures_of(res: Resources, site: Site, found: Version) -> Figures:
    """How this version does on the site's newest decisions, none of which it has seen. Raises NotAllowedNow."""
    return await asyncio.to_thread(figures, await _history(res, site, found))


async def simulation(
    res: Resources, site: Site, found: Version, hold_at: float | None, spam_at: float | None
) -> Simulation:
    """What these cuts, or those that hold now, would have made of the site's newest comments. Raises NotAllowedNow."""
    return _simulated(res, site, await _history(res, site, found), hold_at, spam_at)


async def looked_at(res: Resources, site: Site, found: Version, hold_at: float) -> tuple[Figures, Simulation, Ladder]:
    """Its figures, what this line would have done, and what every other would publish: all of the same comments.

    Raises NotAllowedNow.
    """
    judged = await _history(res, site, found)
    drawn, rungs = await asyncio.to_thread(lambda: (figures(judged), ladder(judged)))
    return drawn, _simulated(res, site, judged, hold_at, None), rungs


def _simulated(
    res: Resources, site: Site, judged: list[Judged], hold_at: float | None, spam_at: float | None
) -> Simulation:
    now = thresholds(res, site.id, site.policy)
    hold = now[0] if hold_at is None else hold_at
    spam = max(now[1], hold) if spam_at is None else spam_at
    return simulate(judged, min(hold, spam), spam)


async def _history(res: Resources, site: Site, found: Version) -> list[Judged]:
    return await scored_history(res.db, res.scores, site.id, await loaded(res, site, found), found.trained)
