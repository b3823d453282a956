"""May a trained model take the place of the one in service? Both are compared on comments that neither has seen.

The champion is the model in service, the challenger the one that was trained. Of two kinds of error each is tested by
itself: spam that would have been published, and honest comments that would have been held.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from service.domain.intervals import sign_test

ALPHA = 0.05
Outcome = Literal["promoted", "refused"]


class Case(msgspec.Struct, frozen=True):
    """A comment of known label, and whether each of the two would have let it through at its own `hold_at`."""

    spam: bool
    champion_lets_through: bool
    challenger_lets_through: bool


class Turns(msgspec.Struct, frozen=True):
    """How often the challenger errs where the champion does not, the other way round, and the chance of that."""

    worse: int
    better: int
    chance: float  # of so many turns for the worse, were the two equally good

    @property
    def is_worse(self) -> bool:
        """More turns for the worse than chance explains."""
        return self.worse > self.better and self.chance < ALPHA


class Judgement(msgspec.Struct, frozen=True):
    """The gate's word with what it rests on: the site's decisions and the golden sets, each by kind of error."""

    outcome: Outcome
    reason: str
    cases: int
    golden: int
    missed_spam: Turns
    held_ham: Turns
    golden_missed_spam: Turns
    golden_held_ham: Turns


def judge(cases: Sequence[Case], golden: Sequence[Case]) -> Judgement:
    """Promoted unless one of the four comparisons finds the challenger worse."""
    found = (_missed(cases), _held(cases), _missed(golden), _held(golden))
    faults = [words.format(t=turns) for turns, words in zip(found, _FAULTS, strict=True) if turns.is_worse]
    if faults:
        return Judgement("refused", " ".join(faults), len(cases), len(golden), *found)
    return Judgement("promoted", _praise(len(cases), found), len(cases), len(golden), *found)


_TEST = "({t.worse} for the worse, {t.better} for the better; by chance {t.chance:.3f})."
_FAULTS = (
    f"It lets more spam through than the model in service on decisions that neither has seen {_TEST}",
    f"It holds more honest comments than the model in service on decisions that neither has seen {_TEST}",
    f"It lets more spam of the golden set through than the model in service {_TEST}",
    f"It holds more honest comments of the golden set than the model in service {_TEST}",
)


def _praise(cases: int, found: tuple[Turns, ...]) -> str:
    missed, held = found[:2]
    return (
        f"Not worse on {cases} decisions that neither has seen: spam let through {missed.worse} more and"
        f" {missed.better} fewer, honest comments held {held.worse} more and {held.better} fewer."
    )


def _missed(cases: Sequence[Case]) -> Turns:
    spam = [case for case in cases if case.spam]
    return _turns([(not c.champion_lets_through, not c.challenger_lets_through) for c in spam])


def _held(cases: Sequence[Case]) -> Turns:
    ham = [case for case in cases if not case.spam]
    return _turns([(c.champion_lets_through, c.challenger_lets_through) for c in ham])


def _turns(pairs: Sequence[tuple[bool, bool]]) -> Turns:
    """From pairs of: is the champion right, is the challenger right."""
    worse = sum(champion and not challenger for champion, challenger in pairs)
    better = sum(challenger and not champion for champion, challenger in pairs)
    return Turns(worse, better, round(sign_test(worse, better), 6))


class Promotion(msgspec.Struct, frozen=True):
    """A model came into service on a site. `actor_*` None: the gate itself, or somebody at the console."""

    site_id: str
    number: int  # 1, 2, 3, ... of the site
    version: str
    previous: str
    kind: Literal["automatic", "promote", "rollback"]
    actor_id: str | None
    actor_name: str | None
    created_at: int


def before(log: Sequence[Promotion]) -> str | None:
    """Which version a rollback leads to: the one before the one in service, as if that had never come. None: none.

    `log` is all of a site's promotions, oldest first. A rollback takes the last one away that still stands.
    """
    standing: list[Promotion] = []
    for one in log:
        if one.kind != "rollback":
            standing.append(one)
        elif standing:
            standing.pop()
    return standing[-1].previous if standing else None
