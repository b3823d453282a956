"""The part of the evaluation about what a score means: of comments scored 0.9, are nine in ten spam?"""

import numpy as np

from service.spam import evaluation
from service.spam.assessing.bench import Bench, Scores, Truth, scored
from service.spam.assessing.tables import Curve, Plot, Table
from service.spam.evaluation import Bin
from service.spam.slicing import sliced

_FEWEST = 50  # comments of a slice that is shown by itself
_BINS = tuple(f"{low / 10:.1f}" for low in range(10))


def calibration(bench: Bench) -> list[Table]:
    """Reliability of the shipped model on rows set aside: by source, length and language."""
    rows = [row for source in bench.sources.values()
            for row, split in zip(source.rows, source.splits, strict=True) if split == "dev"]  # fmt: skip
    spam, found = scored(bench.shipped, rows)
    parts = {name: mine for name, mine in sliced(rows).items() if mine.sum() >= _FEWEST}
    lines = [(name, *_line(spam[mine], found[mine])) for name, mine in parts.items()]
    curves = [Curve(name, _points(evaluation.reliability(spam[mine], found[mine])))
              for name, mine in parts.items() if len(np.unique(spam[mine])) == 2]  # fmt: skip
    about = (
        "Rows set aside (split dev), by the shipped model. For each bin of ten: the share of spam among the comments "
        "in it, and how many they are. Calibration error, and what it would be by chance if every score were right."
    )
    head = ("comments", "number", "calibration error", "by chance", *(f"{low} on" for low in _BINS))
    return [Table("Calibration", about, head, tuple(lines), Plot("score", "share of spam", tuple(curves)))]


def _line(spam: Truth, found: Scores) -> tuple[str, ...]:
    bins = {min(int(one.score * 10), 9): one for one in evaluation.reliability(spam, found)}
    cells = [f"{bins[number].spam:.2f} ({bins[number].comments})" if number in bins else "" for number in range(10)]
    error, chance = evaluation.calibration_error(spam, found), evaluation.error_by_chance(found)
    return (str(len(spam)), f"{error:.3f}", f"{chance:.3f}", *cells)


def _points(bins: list[Bin]) -> tuple[tuple[float, float], ...]:
    return tuple((one.score, one.spam) for one in bins)
