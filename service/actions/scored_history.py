"""A site's newest decided and published comments, each with what a model says of it that has not seen it."""

import asyncio
from collections.abc import Sequence

from service.domain.simulation import Judged
from service.domain.training import Trained
from service.spam.facts import Sample
from service.spam.scorer import Scores
from service.storage import labels, models
from service.storage.database import Database

DECIDED = 1_000
PUBLISHED = 1_000
_PART = 64  # scored at once, so that whoever waits for a comment's score gets a turn


async def scored_history(db: Database, site_id: str, model: Scores, trained: Trained | None) -> list[Judged]:
    """The newest first, decided before published. `trained` None: the shipped model, which has seen none of them."""
    decided = await labels.newest(db, site_id, DECIDED)
    published = await labels.undecided(db, site_id, PUBLISHED)
    known = await models.said(db, trained.id) if trained else {}
    samples = {one.label.comment_id: Sample(one.text, one.author_name, one.author_url) for one in decided}
    samples |= {one.comment_id: Sample(one.text, one.author_name, one.author_url) for one in published}
    fresh = [one for one in samples if one not in known]
    scores = known | dict(zip(fresh, await score_all(model, [samples[one] for one in fresh]), strict=True))
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
