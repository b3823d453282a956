"""A site's newest decided and published comments, each with what a model says of it that has not seen it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.domain.simulation import Judged
from service.domain.training import Trained
from service.spam.facts import Sample
from service.spam.scorer import Scores
from service.storage import labels, models
from service.storage.database import Database

DECIDED = 1_000
PUBLISHED = 1_000
_PART = 64  # scored at once, so that whoever waits for a comment's score gets a turn


_MODELS = 32  # whose scores are kept


@dataclass
class _Said:
    """What a model said of a site's comments, by a hash of what was scored."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    scores: dict[int, float] = field(default_factory=dict)


class KeptScores:
    """What models said lately, so that only what is new is scored: pages and monitoring ask for the same often.

    Whoever asks at the same time waits for the first. Texts are not kept.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], _Said] = {}

    async def score(self, site_id: str, model: Scores, samples: Sequence[Sample]) -> list[float]:
        """A score for each. Those of comments that are not asked for any more are forgotten."""
        said, keys = self._of(site_id, model.version), [hash(one) for one in samples]
        async with said.lock:
            fresh = {key: one for key, one in zip(keys, samples, strict=True) if key not in said.scores}
            known = said.scores | dict(zip(fresh, await score_all(model, list(fresh.values())), strict=True))
            said.scores = {key: known[key] for key in keys}
        return [known[key] for key in keys]

    def _of(self, site_id: str, version: str) -> _Said:
        said = self._said.pop((site_id, version), None) or _Said()
        self._said[site_id, version] = said  # the last one now
        if len(self._said) > _MODELS:
            del self._said[next(iter(self._said))]
        return said


async def scored_history(
    db: Database, kept: KeptScores, site_id: str, model: Scores, trained: Trained | None
) -> list[Judged]:
    """The newest first, decided before published. `trained` None: the shipped model, which has seen none of them."""
    decided = await labels.newest(db, site_id, DECIDED)
    published = await labels.undecided(db, site_id, PUBLISHED)
    known = await models.said(db, trained.id) if trained else {}
    samples = {one.label.comment_id: Sample(one.text, one.author_name, one.author_url) for one in decided}
    samples |= {one.comment_id: Sample(one.text, one.author_name, one.author_url) for one in published}
    fresh = [one for one in samples if one not in known]
    scores = known | dict(zip(fresh, await kept.score(site_id, model, [samples[one] for one in fresh]), strict=True))
    return [
        *[Judged(one.label.comment_id, one.label.label, scores[one.label.comment_id], True) for one in decided],
        *[Judged(one.comment_id, "ham", scores[one.comment_id], False) for one in published],
    ]


async def score_all(model: Scores, samples: Sequence[Sample]) -> list[float]:
    """A score for each, in a thread and in small parts."""
    scores: list[float] = []
    for start in range(0, len(samples), _PART):
        scores += await asyncio.to_thread(model.score, samples[start : start + _PART])
    return scores
