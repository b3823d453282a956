"""The parts of the evaluation about those who fight back: disguises, poisoned labels; and what scoring costs."""

import random
from collections.abc import Sequence

import numpy as np

from service.spam import adapting, folding, normalise, timing
from service.spam.adapting import Terms
from service.spam.assessing import material
from service.spam.assessing.bench import Bench, scored
from service.spam.assessing.material import Source
from service.spam.assessing.parts import labels_of
from service.spam.assessing.tables import Curve, Plot, Table, mean
from service.spam.disguising import DISGUISES, GOOD, HARMLESS
from service.spam.model import Model
from service.spam.training import Row

SHARES = (0.0, 0.01, 0.05, 0.1, 0.2)  # of the labels are poison
_LABELS = 200
_USUAL = Terms()
_COMMENTS = 600  # that each disguise is put on


def disguises(bench: Bench) -> list[Table]:
    """Each disguise on comments that the shipped model was not trained on."""
    rows = [row for source in bench.sources.values() for row, split in zip(source.rows, source.splits, strict=True)
            if split == "dev" and source.name.startswith(material.VIDEOS)]  # fmt: skip
    plain = [row for row in material.ours(3_000) if len(row.sample.text) >= 20 and not _is_disguised(row.sample.text)]
    rows += material.some(plain, _COMMENTS)
    spam, before = scored(bench.shipped, rows)
    lines, kept = [], []
    for name, disguise in DISGUISES.items():
        bench.progress(f"disguise: {name}")
        other = [row._replace(sample=row.sample._replace(text=disguise(row.sample.text, random.Random(place))))  # noqa: S311
                 for place, row in enumerate(rows)]  # fmt: skip
        after = scored(bench.shipped, other)[1]
        stays = [_stays(before, after, spam, cut) for cut in (0.5, bench.shipped.hold_at)]
        flips = [float(((after >= cut) & (before < cut))[~spam].mean()) for cut in (0.5, bench.shipped.hold_at)]
        kept.append(stays[0])
        lines.append((name, *(f"{100 * share:.1f} %" for share in (*stays, *flips)), "yes" if name in HARMLESS else ""))
    total = ("mean", f"{100 * mean(kept):.1f} %", "", "", "", f"{sum(share < 0.95 for share in kept)} below 95 %")
    about = (
        f"{len(rows)} comments, {int(spam.sum())} spam: of the spam caught at one half (at hold_at), the share that "
        "stays caught; honest comments that come over these cuts. Harmless ones are those that honest people use too."
    )
    head = ("disguise", "stays caught at 0.5", "at hold_at", "honest ones flipped at 0.5", "at hold_at", "harmless")
    return [Table("Disguises", about, head, (*lines, total))]


def _is_disguised(text: str) -> bool:
    """Nobody disguises a disguise: what is put on it afterwards makes it illegible to people, too."""
    return bool(normalise.fold([text]).undone[0, : folding.RUN].any())


def _stays(before: np.ndarray, after: np.ndarray, spam: np.ndarray, cut: float) -> float:
    was = spam & (before >= cut)
    return float((after[was] >= cut).mean()) if was.any() else 1.0


def poisoning(bench: Bench) -> list[Table]:
    """Labels of an enemy among those of a moderator, on a source that the model had not seen."""
    source = next(source for source in bench.mixed() if source.name.startswith(material.VIDEOS))
    base = bench.without(source.name)
    known, rest = halves(source)
    clean = hurt(base, known, rest)
    lines, curves = [], []
    for name, poison in ATTACKS.items():
        found = [clean, *(hurt(base, poison(known, rest, share), rest) for share in SHARES[1:])]
        lines.append(
            (name, *(f"{100 * (recall - clean[0]):+.1f} / {100 * (ham - clean[1]):+.1f}" for recall, ham in found[1:]))
        )
        curves.append(
            Curve(name, tuple(zip([100 * share for share in SHARES], (pair[0] for pair in found), strict=True)))
        )
    about = (
        f"{len(known)} labels of {source.name}, of which a share is poison. Change in points of spam caught at one "
        "half / of honest comments blocked. The gate on promotions (docs/model.md) comes on top."
    )
    head = ("attack", *(f"{100 * share:g} %" for share in SHARES[1:]))
    plot = Plot("percent of poison", "spam caught", tuple(curves))
    return [Table("Poisoned labels", about, head, tuple(lines), plot)]


def halves(source: Source) -> tuple[list[Row], list[Row]]:
    """Rows that a moderator labels, and others to measure by."""
    order = np.random.default_rng(3).permutation(len(source.rows))
    half = min(_LABELS, len(order) // 2)
    return [source.rows[place] for place in order[:half]], [source.rows[place] for place in order[half:]]


def hurt(base: Model, labels: Sequence[Row], rest: Sequence[Row], terms: Terms = _USUAL) -> tuple[float, float]:
    """Shares of the spam that is caught and of the honest comments that are blocked, at one half."""
    spam, found = scored(adapting.adapt(base, labels_of(labels), terms).model, rest)
    return float((found[spam] > 0.5).mean()), float((found[~spam] > 0.5).mean())


def _dictionary(known: Sequence[Row], _rest: Sequence[Row], share: float) -> list[Row]:
    """Spam labels on texts made of the words of honest comments."""
    draw = random.Random(11)  # noqa: S311
    words = [word for row in known if not row.spam for word in row.sample.text.split()] + GOOD
    count = round(share * len(known))
    texts = [" ".join(draw.choice(words) for _ in range(40)) for _ in range(count)]
    return [*known, *(known[0]._replace(sample=known[0].sample._replace(text=text), spam=True) for text in texts)]


def _focused(known: Sequence[Row], rest: Sequence[Row], share: float) -> list[Row]:
    """Spam labels on most of the words of honest comments that are still to come."""
    draw = random.Random(12)  # noqa: S311
    targets = [row for row in rest if not row.spam]
    poison = []
    for place in range(round(share * len(known))):
        target = targets[place % len(targets)]
        text = " ".join(word for word in target.sample.text.split() if draw.random() < 0.7)
        poison.append(target._replace(sample=target.sample._replace(text=text), spam=True))
    return [*known, *poison]


def _rogue(known: Sequence[Row], _rest: Sequence[Row], share: float) -> list[Row]:
    """Spam that is said to be honest."""
    wrong = {place for place, row in enumerate(known) if row.spam}
    flipped = set(sorted(wrong)[: round(share * len(known))])
    return [row._replace(spam=False) if place in flipped else row for place, row in enumerate(known)]


ATTACKS = {"dictionary": _dictionary, "focused": _focused, "rogue moderator": _rogue}


def speed(bench: Bench) -> list[Table]:
    """What the shipped model costs here and now."""
    rows = tuple((f"in batches of {size}" if size > 1 else "alone", f"{timing.microseconds(bench.shipped, size):.1f}")
                 for size in (1, 8, 32, 64))  # fmt: skip
    about = "Microseconds for a comment of 200 characters on one core, the best of many rounds."
    return [Table("Speed", about, ("comments", "microseconds each"), rows)]
