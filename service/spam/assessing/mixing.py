"""The part of the evaluation about how fast a site's labels are believed: what they teach, and what poison does."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from service.spam import adapting, evaluation
from service.spam.adapting import Terms
from service.spam.assessing import material
from service.spam.assessing.attacks import ATTACKS, halves, hurt
from service.spam.assessing.bench import Bench, scored
from service.spam.assessing.parts import labels_of
from service.spam.assessing.tables import Table, mean
from service.spam.model import Model
from service.spam.training import Row

_STRENGTHS = (3.0, 10.0, 30.0)
_TRUSTS = (4.0, 12.0, 30.0)
_NUMBERS = (50, 200)
_POISON = 0.05
_VIDEOS = 2  # that are poisoned


def constants(bench: Bench) -> list[Table]:
    """Other constants of the stack: AUC and spam caught after so many labels, and change by poison without the gate."""
    sources = [source for source in bench.mixed() if len(source.rows) >= 2 * max(_NUMBERS)]
    videos = [source for source in bench.mixed() if source.name.startswith(material.VIDEOS)][:_VIDEOS]
    lines = []
    for strength, trust in product(_STRENGTHS, _TRUSTS):
        bench.progress(f"constants of the stack: C {strength:g}, trust {trust:g}")
        terms = Terms(strength=strength, trust=trust)
        learnt = []
        for number in _NUMBERS:
            found = [_after(bench.without(one.name), material.some(one.rows, bench.most), number, terms)
                     for one in sources]  # fmt: skip
            learnt.append("/".join(f"{mean(column):.3f}" for column in zip(*found, strict=True)) if found else "")
        harm = [_harm([(bench.without(one.name), *halves(one)) for one in videos], name, terms) for name in ATTACKS]
        ours = " (ours)" if terms == Terms() else ""
        lines.append((f"C {strength:g}, trust {trust:g}{ours}", *learnt, *harm))
    about = (
        f"AUC / caught at one half / blocked at one half of unseen sources ({', '.join(one.name for one in sources)}) "
        f"after so many labels; and change in points by {_POISON:.0%} of poison among the labels of unseen videos, "
        "without the gate: spam caught / honest comments blocked, mean of the videos."
    )
    head = ("constants", *(f"{number} labels" for number in _NUMBERS), *ATTACKS)
    return [Table("Constants of the stack", about, head, tuple(lines))]


def _after(base: Model, rows: Sequence[Row], number: int, terms: Terms) -> tuple[float, float, float]:
    order = np.random.default_rng(0).permutation(len(rows))
    known, rest = [rows[place] for place in order[:number]], [rows[place] for place in order[number:]]
    spam, found = scored(adapting.adapt(base, labels_of(known), terms).model, rest)
    return evaluation.ranking(spam, found)[0], float((found[spam] > 0.5).mean()), float((found[~spam] > 0.5).mean())


def _harm(known: Sequence[tuple[Model, list[Row], list[Row]]], attack: str, terms: Terms) -> str:
    changes = []
    for base, labels, rest in known:
        clean = hurt(base, labels, rest, terms)
        poisoned = hurt(base, ATTACKS[attack](labels, rest, _POISON), rest, terms)
        changes.append([100 * (after - before) for before, after in zip(clean, poisoned, strict=True)])
    caught, blocked = (mean(column) for column in zip(*changes, strict=True))
    return f"{caught:+.1f} / {blocked:+.1f}"
