"""Which pieces of a comment and which facts moved its score, as reasons; worked out when somebody reads them.

A score is explained by the model that gave it, where that is still at hand.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence

from service.actions.site_models import SiteModels
from service.domain.comment import Comment, Reason
from service.spam.explaining import Explanation
from service.spam.facts import Sample
from service.spam.model import Model
from service.spam.scorer import Scores

_KEPT = 4_000
_BUDGET_S = 0.25  # for one page; what is left over is ready when it is read again
_LATER_S = 30.0
_PIECES, _FACTS = 8, 4
_WEIGHTY = 0.1  # log-odds: less than that moves nothing

_Key = tuple[str, int, str]


class Explanations:
    """Kept by comment, version and model: none of the three ever explains otherwise."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[Reason, ...]] = OrderedDict()
        self._later: set[asyncio.Task[None]] = set()

    async def of(
        self, models: SiteModels, shipped: Scores | None, found: Sequence[Comment]
    ) -> dict[str, tuple[Reason, ...]]:
        """The reasons of these comments of one site, by their ids, the weightiest first."""
        asked = [(one, _model_of(models, shipped, one)) for one in found if _key(one) not in self._kept]
        missing = [(one, model) for one, model in asked if model is not None]
        if missing:
            left = await asyncio.to_thread(self._explain, missing, time.monotonic() + _BUDGET_S)
            if left:
                task = asyncio.create_task(self._go_on(left))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
        return {one.id: self._kept.get(_key(one), ()) for one in found}

    async def _go_on(self, left: list[tuple[Comment, Model]]) -> None:
        await asyncio.to_thread(self._explain, left, time.monotonic() + _LATER_S)

    def _explain(self, missing: list[tuple[Comment, Model]], until: float) -> list[tuple[Comment, Model]]:
        """Explains as many as there is time for; at least one."""
        for done, (one, model) in enumerate(missing, 1):
            self._kept[_key(one)] = reasons_of(one.text, model.explain(Sample(one.text, one.author.name)))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            if time.monotonic() > until:
                return missing[done:]
        return []


def _key(one: Comment) -> _Key:
    return one.id, one.version, one.model_version or ""


def _model_of(models: SiteModels, shipped: Scores | None, one: Comment) -> Model | None:
    """The model that scored this comment, if it is loaded and can explain itself."""
    for model in (models.of(one.site_id), shipped):
        if isinstance(model, Model) and model.version == one.model_version and one.text:
            return model
    return None


def reasons_of(text: str, found: Explanation) -> tuple[Reason, ...]:
    """The weightiest pieces, each with where it stands in the raw text (code points), and the weightiest facts."""
    pieces = sorted(found.pieces, key=lambda piece: -abs(piece.weight))[:_PIECES]
    told = [
        Reason("text", _words(text[p.start : p.stop], p.weight), round(p.weight, 3), (p.start, p.stop))
        for p in pieces
        if abs(p.weight) >= _WEIGHTY
    ]
    facts = [one for one in found.facts if abs(one.weight) >= _WEIGHTY][:_FACTS]
    return (*told, *[Reason("fact", _words(one.name, one.weight), round(one.weight, 3)) for one in facts])


def _words(what: str, weight: float) -> str:
    return f"{what}: speaks {'for' if weight > 0 else 'against'} spam."
