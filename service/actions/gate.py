"""Brings a trained model before the gate: what it and the model in service say of comments that neither has seen."""

from collections.abc import Sequence
from typing import NamedTuple

from service.actions.fit_model import Fitted, sample_of
from service.actions.golden import Golden, golden
from service.actions.resources import Resources
from service.actions.scored_history import PUBLISHED, score_all
from service.actions.set_golden import MOST_GOLDEN
from service.domain.learning import Taught
from service.domain.promotion import Case, Judgement, judge
from service.domain.simulation import Figures, Judged, figures
from service.domain.site import Policy, Site
from service.domain.thresholds import MOST_HONEST, Thresholds, choose, of_trained
from service.domain.training import Trained
from service.spam.facts import Sample
from service.spam.model import Model
from service.storage import labels, models
from service.storage.labels import LabelRow

CASES = 2_000  # the newest labels
Cuts = tuple[float, float]


class Champion(NamedTuple):
    """The model in service, by which promotion it came, and its row; None: the shipped one."""

    model: Model
    trained: Trained | None
    number: int


class Verdict(NamedTuple):
    """What the gate says, and what it knows of the challenger: cuts for its card, the owner's if asked for, figures."""

    judgement: Judgement
    cuts: Cuts
    asked: Thresholds | None
    figures: Figures
    history: list[Judged]


async def at_the_gate(
    res: Resources, site: Site, fitted: Fitted, rows: Sequence[LabelRow], champion: Champion
) -> Verdict:
    """Judges the fitted model. `rows` newest first, as it was fitted to them."""
    challenger, base = fitted.adapted.model, fitted.adapted.base
    published = await _published(res, site, challenger)
    believed = [Judged(one.comment_id, one.label, score, True) for one, score in _believed(fitted)]
    history = [*believed, *published]
    honest = [one.score for one in history if one.truth == "ham"][:MOST_HONEST]
    cuts = of_trained(honest, (base.hold_at, base.spam_at))
    one_in = site.policy.honest_held_one_in
    asked = choose(honest, one_in, cuts) if one_in else None
    theirs = await _champions(res, site, rows, champion)
    hold = _hold_of(site.policy, asked.hold.at if asked else cuts[0]), await _hold_of_champion(res, site, champion)
    cases = _cases(fitted, theirs, hold)
    known = [*golden(), *await _own_golden(res, site, champion)]
    judgement = judge(cases, await _golden(known, challenger, champion.model, hold))
    return Verdict(judgement, cuts, asked, figures(history), history)


def _believed(fitted: Fitted) -> list[tuple[Taught, float]]:
    """The newest labels that are good evidence, with what the challenger said without having seen them.

    Left out is what a colleague has contradicted, what everybody else's labels contradict, and what was only removed.
    """
    doubted = {one.moderator for one in fitted.distrusted}
    return [
        (one, score)
        for one, score in zip(fitted.taught[:CASES], fitted.unseen[:CASES], strict=True)
        if not one.contested and one.moderator not in doubted and one.source != "removed"
    ]


async def _published(res: Resources, site: Site, model: Model) -> list[Judged]:
    found = await labels.undecided(res.db, site.id, PUBLISHED)
    scores = await score_all(model, [Sample(one.text, one.author_name, one.author_url) for one in found])
    return [Judged(one.comment_id, "ham", score, False) for one, score in zip(found, scores, strict=True)]


async def _champions(res: Resources, site: Site, rows: Sequence[LabelRow], champion: Champion) -> dict[str, float]:
    """What the champion says of the newest labels that it has not seen, or said when it was trained without them."""
    said = await models.said(res.db, champion.trained.id) if champion.trained else {}
    until = champion.trained.labels_until if champion.trained else -1
    newest = rows[:CASES]
    fresh = [row for row in newest if row.label.comment_id not in said and row.label.created_at > until]
    scores = await score_all(champion.model, [sample_of(row) for row in fresh])
    return said | {row.label.comment_id: score for row, score in zip(fresh, scores, strict=True)}


def _hold_of(policy: Policy, otherwise: float) -> float:
    return otherwise if policy.hold_at is None else policy.hold_at


async def _hold_of_champion(res: Resources, site: Site, champion: Champion) -> float:
    """Where the model in service holds: as the evidence of a comment says it (actions/evidence.py)."""
    own = {one.site_id: one for one in await models.thresholds(res.db)}.get(site.id)
    asked = own is not None and (own.one_in, own.version) == (site.policy.honest_held_one_in, champion.model.version)
    return _hold_of(site.policy, own.hold_at if own is not None and asked else champion.model.hold_at)


def _cases(fitted: Fitted, theirs: dict[str, float], hold: tuple[float, float]) -> list[Case]:
    return [
        Case(one.label == "spam", theirs[one.comment_id] < hold[1], ours < hold[0])
        for one, ours in _believed(fitted)
        if one.comment_id in theirs
    ]


async def _own_golden(res: Resources, site: Site, champion: Champion) -> list[Golden]:
    """The site's own, but for those that the champion was trained on before they were put aside."""
    made, until = (champion.trained.created_at, champion.trained.labels_until) if champion.trained else (0, -1)
    found = await labels.golden(res.db, site.id, "", MOST_GOLDEN)
    unseen = [one.row for one in found if one.since <= made or one.row.label.created_at > until]
    return [Golden(sample_of(row), row.label.label == "spam") for row in unseen]


async def _golden(known: Sequence[Golden], challenger: Model, champion: Model, hold: tuple[float, float]) -> list[Case]:
    samples = [one.sample for one in known]
    ours, theirs = await score_all(challenger, samples), await score_all(champion, samples)
    return [Case(one.spam, their < hold[1], our < hold[0]) for one, our, their in zip(known, ours, theirs, strict=True)]
