"""A site's labels and the shipped model in, an adapted model out: the shipped one stays as it is and is mixed in.

A small model learns the labels alone; `stack` mixes the two. Both are linear over the same features, so the mixture is
one table, which is scored, explained, saved and checked like any other. scikit-learn is reached through `training`.
"""

import hashlib
import math
import zlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from service.spam import facts, stack, training
from service.spam.facts import Sample
from service.spam.hashing import TABLE
from service.spam.linear import Linear, probabilities
from service.spam.model import Model
from service.spam.stack import Mix
from service.spam.training import Recipe, Row

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Truth = NDArray[np.bool_]


class Label(NamedTuple):
    """One decided comment. Labels of one group are near-duplicates of one another: they share a cap and a fold."""

    sample: Sample
    spam: bool
    weight: float = 1.0
    group: str | None = None


class Terms(NamedTuple):
    """How a local model is trained and when it is believed."""

    strength: float = 3.0  # scikit-learn's C
    trust: float = 12.0  # in the prior of the mixture, in labels; docs/model.md shows what others of the two would do
    folds: int = 5
    fewest: int = 5  # labels of spam, and of ham; with fewer only the share of spam is learnt
    most_of_a_group: float = 3.0  # the weight that all labels of one group have together


class Adapted(NamedTuple):
    """An adapted model and what is known about it."""

    model: Model
    base: Model
    mix: Mix
    labels: tuple[int, int]  # ham and spam
    weights: tuple[float, float]  # of ham and of spam together, after caps
    unseen: Floats  # of each label in order: its probability by a local model that had not seen its group


class _Rows(NamedTuple):
    """Labels as a matrix of the columns that occur in them, in the view that the shipped model finds worst."""

    matrix: sparse.csr_matrix
    columns: Whole  # of the whole table and the facts behind it
    shipped: Floats  # calibrated log-odds by the shipped model
    spam: Truth
    weights: Floats
    folds: Whole


_USUAL = Terms()


def adapt(base: Model, labels: Sequence[Label], terms: Terms = _USUAL) -> Adapted:
    """Fit an adapted model; the same base and labels in the same order give the same bits.

    Any number of labels from one on will do, of one kind alone as well. Raises ValueError when there is none, or
    when a weight is not a positive number.
    """
    _check(labels)
    rows = _rows(base, labels, terms)
    ham, spam = int((~rows.spam).sum()), int(rows.spam.sum())
    with threadpool_limits(1):
        if min(ham, spam) < terms.fewest:
            mix, table = stack.shift(rows.shipped, rows.spam, rows.weights), np.zeros(TABLE + len(facts.FACTS) + 1)
            unseen = rows.shipped + mix.b
        else:
            local = _unseen(rows, terms)
            mix, table = stack.mix(rows.shipped, local, rows.spam, rows.weights, terms.trust), _learn(rows, terms)
            unseen = mix.a * rows.shipped + mix.c * local + mix.b
    weights = _mixed(base.weights, table, mix)
    weighed = (float(rows.weights[~rows.spam].sum()), float(rows.weights[rows.spam].sum()))
    known = probabilities(weights, unseen)
    return Adapted(_model(base, weights), base, mix, (ham, spam), weighed, known)


def capped(labels: Sequence[Label], most: float) -> Floats:
    """The weight of each label, where those of one group together weigh at most this."""
    weights = np.array([label.weight for label in labels])
    together: dict[str, float] = defaultdict(float)
    for label in labels:
        if label.group is not None:
            together[label.group] += label.weight
    share = [min(1.0, most / together[label.group]) if label.group is not None else 1.0 for label in labels]
    return np.asarray(weights * share)


def fields(adapted: Adapted) -> dict[str, Any]:
    """The manifest of an adapted model, as `artefact.save` takes it; base is the model it was made from."""
    model = adapted.model
    return {
        "version": model.version,
        "base": {"version": adapted.base.version, "sha256": adapted.base.digest},
        "mix": adapted.mix._asdict(),
        "labels": {"ham": adapted.labels[0], "spam": adapted.labels[1]},
        "calibration": {"slope": model.weights.slope, "offset": model.weights.offset},
        "thresholds": {"hold_at": model.hold_at, "spam_at": model.spam_at},
    }


def _check(labels: Sequence[Label]) -> None:
    if not labels:
        raise ValueError("there are no labels to adapt to: at least one is needed")
    for label in labels:
        if not (math.isfinite(label.weight) and label.weight > 0.0):
            raise ValueError(f"a label weighs {label.weight}: a weight must be a positive number")


def _rows(base: Model, labels: Sequence[Label], terms: Terms) -> _Rows:
    data = training.prepare([Row(label.sample, label.spam) for label in labels], Recipe())
    table = base.weights.table.astype(np.float64)
    chosen = training.most_suspicious(data, table)
    whole = sparse.hstack([data.views[chosen], data.facts], format="csr")
    columns = np.unique(whole.indices)
    margins = training.margins(data, base.weights)
    margins += [sum(facts.STATED[name] for name in facts.stated(label.sample)) for label in labels]
    shipped = base.weights.slope * margins + base.weights.offset
    weights = capped(labels, terms.most_of_a_group)
    return _Rows(whole[:, columns], columns, shipped, data.spam, weights, _folds(labels, terms.folds))


def _folds(labels: Sequence[Label], folds: int) -> Whole:
    """A fold for each label: one for a group or a text, and dealt out evenly among each kind of label."""
    result: dict[tuple[bool, str], int] = {}
    dealt = [0, 0]
    keys = [(label.spam, label.sample.text if label.group is None else "group " + label.group) for label in labels]
    for key in sorted(set(keys), key=lambda key: (zlib.crc32(key[1].encode("utf-8", "replace")), key)):
        other = result.get((not key[0], key[1]))
        result[key] = dealt[key[0]] % folds if other is None else other
        dealt[key[0]] += 1
    return np.array([result[key] for key in keys])


def _unseen(rows: _Rows, terms: Terms) -> Floats:
    """Log-odds of each label by a local model that was trained on the other folds."""
    result = np.zeros(len(rows.spam))
    for fold in range(terms.folds):
        inside = rows.folds == fold
        rest = rows.spam[~inside]
        if inside.any() and rest.any() and not rest.all():
            weights, intercept = _fit(rows, ~inside, terms)
            result[inside] = rows.matrix[inside] @ weights + intercept
    return result


def _learn(rows: _Rows, terms: Terms) -> Floats:
    """The local model of all labels: the whole table, the facts, the intercept."""
    result = np.zeros(TABLE + len(facts.FACTS) + 1)
    result[rows.columns], result[-1] = _fit(rows, np.ones(len(rows.spam), bool), terms)
    return result


def _fit(rows: _Rows, chosen: Truth, terms: Terms) -> tuple[Floats, float]:
    return training.logistic(rows.matrix[chosen], rows.spam[chosen], rows.weights[chosen], terms.strength)


def _mixed(base: Linear, local: Floats, mix: Mix) -> Linear:
    """One linear model of calibrated log-odds: a * shipped + c * local + b."""
    much = mix.a * base.slope
    return Linear(
        (much * base.table + mix.c * local[:TABLE]).astype(np.float32),
        much * base.facts + mix.c * local[TABLE:-1],
        float(much * base.intercept + mix.a * base.offset + mix.c * local[-1] + mix.b),
    )


def _model(base: Model, weights: Linear) -> Model:
    digest = hashlib.sha256(weights.table.tobytes() + weights.facts.tobytes() + np.float64(weights.intercept).tobytes())
    return Model(f"{base.version}+{digest.hexdigest()[:8]}", weights, base.hold_at, base.spam_at)
