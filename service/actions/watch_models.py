"""How the model in service does on a site lately: drift, held share, reversals, calibration, missed spam; alarms."""

import asyncio
from collections import defaultdict

import msgspec

from service.actions.evidence import thresholds
from service.actions.model_life import figures_of, life_of, version_of
from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow, NotFound
from service.domain.site import Site
from service.domain.watching import Seen, Watch, watch
from service.storage import audits, watching

_NEWEST = 500  # comments, and as many before them to compare with
_BELIEVED_MS = 60_000


class _Kept(msgspec.Struct, frozen=True):
    watch: Watch
    at: int


class Watching:
    """Watches sites' models; what was found is believed for a minute."""

    def __init__(self, res: Resources) -> None:
        self._res = res
        self._kept: dict[str, _Kept] = {}
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def look(self, site: Site) -> Watch:
        """What is found now, or was a moment ago. Whoever asks while another looks gets what that one finds."""
        async with self._looking[site.id]:
            kept, now = self._kept.get(site.id), self._res.now_ms()
            if kept is None or not 0 <= now - kept.at < _BELIEVED_MS:
                kept = self._kept[site.id] = _Kept(await look(self._res, site), now)
            return kept.watch


async def look(res: Resources, site: Site) -> Watch:
    """What is found now."""
    newest = await watching.newest(res.db, site.id, 2 * _NEWEST)
    verdicts = await watching.verdicts_of_labelled(res.db, site.id, _NEWEST)
    looked = await audits.found(res.db, site.id)
    sure = [(verdict, label) for verdict, label in verdicts if verdict != "unsure"]  # what was held was no word yet
    hold_at, _ = thresholds(res, site.id, site.policy)
    late, early = newest[:_NEWEST], newest[_NEWEST:]
    return watch(
        Seen(
            scores=[one.score for one in late if one.score is not None],
            reference=[one.score for one in early if one.score is not None],
            held=sum(one.score is not None and one.score >= hold_at for one in late),
            comments=len(late),
            overturned=sum((verdict == "ham") != (label == "ham") for verdict, label in sure),
            decisions=len(sure),
            calibration_error=await _calibration_error(res, site),
            audited_spam=looked["spam"],
            audited=sum(looked.values()),
            unsure=res.models.fault_of(site.id),
        )
    )


async def _calibration_error(res: Resources, site: Site) -> float | None:
    """None where the model in service cannot be asked."""
    life = await life_of(res, site)
    if life.version is None:
        return None
    try:
        return (await figures_of(res, site, await version_of(res, site, life.version))).calibration_error
    except (NotAllowedNow, NotFound):
        return None
