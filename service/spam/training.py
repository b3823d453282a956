"""Labelled comments in, plain arrays out: the learner, its weights per row, and the calibration of its scores.

scikit-learn is imported here and in `evaluation` only; serving reads the arrays without it.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from service.spam import features, hashing
from service.spam.facts import Sample
from service.spam.hashing import BLOCKS, TABLE
from service.spam.linear import Linear

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Progress = Callable[[str], None]
Item = TypeVar("Item")
Fit = tuple[Floats, float]  # weights and intercept
SYNTHETIC = "synthetic"  # the source of our own texts
MOST_SYNTHETIC = 0.3  # of the weight of all other rows together


class Row(NamedTuple):
    """One labelled comment, the source it came from and the language it is in, where that is known."""

    sample: Sample
    spam: bool
    source: str = ""
    language: str = ""


class Recipe(NamedTuple):
    """How a model is trained. docs/model.md shows what other choices do to sources that the model never saw."""

    seed: int = 20201118
    learner: Literal["logistic", "margin", "bayes"] = "logistic"  # the others are there to be compared with
    strength: float = 10.0  # scikit-learn's C: how much the data count against small weights
    rounds: int = 3  # all but the first train on each comment's most suspicious views too, as serving scores it
    folds: int = 4  # for scores of comments that the model has not seen
    most_of_a_source: int = 5_000  # rows, where there is more than one source
    fewest_of_a_label: int = 20


class Start(NamedTuple):
    """Where a fit begins, None: at zero; and at which gradient it ends."""

    fit: Fit | None
    tolerance: float


_LOOSE, _TIGHT = 1e-2, 1e-4  # at a gradient of 1e-3 log-odds were off by up to 3
_FRESH = Start(None, _TIGHT)


class TooFewRows(ValueError):
    """The rows cannot train a model; the message says what is missing."""


class Prepared(NamedTuple):
    """Rows as matrices: all views of all rows, the first view of each row, facts, labels, weights and folds."""

    views: sparse.csr_matrix
    first: Whole
    facts: Floats
    spam: NDArray[np.bool_]
    weights: Floats
    folds: Whole

    def of(self, rows: Whole) -> "Prepared":
        """The same for some of the rows, in the order given."""
        ends = np.append(self.first[1:], self.views.shape[0])
        counts = (ends - self.first)[rows]
        first = np.cumsum(counts) - counts
        taken = np.repeat(self.first[rows] - first, counts) + np.arange(counts.sum())
        return Prepared(
            self.views[taken], first, self.facts[rows], self.spam[rows], self.weights[rows], self.folds[rows]
        )


def prepare(rows: Sequence[Row], recipe: Recipe) -> Prepared:
    """Features of all rows, in the order given."""
    found = [features.featurise(part) for part in features.parts([row.sample for row in rows])]
    views = sparse.vstack([matrix(part) for part in found], format="csr")
    offsets = np.cumsum([0, *(len(part.indptr) // BLOCKS for part in found)])
    return Prepared(
        views,
        np.concatenate([part.first + offset for part, offset in zip(found, offsets, strict=False)]),
        np.concatenate([part.facts for part in found]),
        np.array([row.spam for row in rows]),
        balance([row.source for row in rows]),
        np.array([zlib.crc32(row.sample.text.encode("utf-8", "replace")) % recipe.folds for row in rows]),
    )


def matrix(found: features.Features) -> sparse.csr_matrix:
    """The n-grams of a batch as scikit-learn takes them: (views, TABLE), each row divided as serving does."""
    counts = np.diff(found.indptr)
    values = np.repeat(1.0 / hashing.lengths(counts), counts)
    views = len(counts) // BLOCKS
    both = sparse.csr_matrix((values, found.indices.astype(np.int32), found.indptr[::BLOCKS]), shape=(views, TABLE))
    both.sum_duplicates()  # one number may stand in both blocks
    return both


def choose(rows: Sequence[Row], recipe: Recipe) -> list[Row]:
    """The rows that are trained on: no source beyond its cap, where several are pooled; order kept."""
    sources = np.array([row.source for row in rows])
    draw = np.random.default_rng(recipe.seed)
    kept = np.ones(len(rows), bool)
    names = np.unique(sources)
    for name in names if len(set(names) - {SYNTHETIC}) > 1 else ():
        mine = np.flatnonzero(sources == name)
        kept[draw.permutation(mine)[recipe.most_of_a_source if name != SYNTHETIC else len(mine) :]] = False
    return [row for row, keep in zip(rows, kept, strict=True) if keep]


def balance(sources: Sequence[str]) -> Floats:
    """A weight for each row, mean one: a source of n rows counts as the square root of n, so that none drowns.

    Our own texts count for no more than a share of all others together.
    """
    names, owners, counts = np.unique(np.array(sources), return_inverse=True, return_counts=True)
    totals = np.sqrt(counts)
    if (ours := names == SYNTHETIC).any() and not ours.all():
        totals[ours] = np.minimum(totals[ours], MOST_SYNTHETIC * totals[~ours].sum())
    weights = (totals / counts)[owners]
    return np.asarray(weights * (len(weights) / weights.sum()))


def check(rows: Sequence[Row], recipe: Recipe) -> None:
    """Raise TooFewRows unless there are enough rows of both labels, our own texts not counted."""
    real = [row.spam for row in rows if row.source != SYNTHETIC]
    for label, count in (("spam", sum(real)), ("ham", len(real) - sum(real))):
        if count < recipe.fewest_of_a_label:
            raise TooFewRows(
                f"{count} rows are labelled {label}, at least {recipe.fewest_of_a_label} are needed of each label"
            )


def learn(data: Prepared, recipe: Recipe) -> Linear:
    """Fit the weights, uncalibrated (slope 1, offset 0). One thread, so that the same rows give the same bits.

    Each round trains on whole comments and on what the rounds before found the most suspicious view of each, all views
    of a comment sharing its weight. Without the whole ones the last views alone would be learnt by heart.
    """
    used = np.unique(data.views.indices)  # a feature that no row has weighs nothing, and need not be looked at
    data = data._replace(views=data.views[:, used] if len(used) < TABLE else data.views)
    chosen, found = [data.first], None
    with threadpool_limits(1):
        for left in reversed(range(recipe.rounds)):
            columns, shared = _shared(data, chosen)
            found = _fit(columns, shared, recipe, Start(found, _LOOSE if left else _TIGHT))
            chosen.append(most_suspicious(data, found[0][: len(used)]))
    assert found is not None
    weights, intercept = found
    table = np.zeros(TABLE, np.float32)
    table[used] = weights[: len(used)]
    return Linear(table, weights[len(used) :].copy(), intercept)


def _shared(data: Prepared, chosen: Sequence[Whole]) -> tuple[sparse.csr_matrix, Prepared]:
    """The views that were chosen, once each, as columns; and labels and weights of these."""
    views, where = np.unique(np.concatenate(chosen), return_inverse=True)
    owners = np.empty(len(views), np.intp)
    owners[where] = np.tile(np.arange(len(data.spam)), len(chosen))
    weights = np.bincount(where, np.tile(data.weights / len(chosen), len(chosen))).astype(np.float64)
    shared = data._replace(spam=data.spam[owners], weights=weights)
    return sparse.hstack([data.views[views], data.facts[owners]], format="csr"), shared


def _fit(columns: sparse.csr_matrix, data: Prepared, recipe: Recipe, start: Start) -> Fit:
    """Weights of all columns and the intercept of one linear learner."""
    if recipe.learner == "bayes":
        bayes = MultinomialNB(alpha=0.01).fit(columns, data.spam, data.weights)
        odds, priors = bayes.feature_log_prob_, bayes.class_log_prior_
        return odds[1] - odds[0], float(priors[1] - priors[0])
    if recipe.learner == "margin":
        learner = LinearSVC(C=recipe.strength / 10, random_state=recipe.seed)
        learner.fit(columns, data.spam, data.weights)
        return learner.coef_[0], float(learner.intercept_[0])
    return logistic(columns, data.spam, data.weights, recipe.strength, start)


def logistic(
    columns: sparse.csr_matrix, spam: NDArray[np.bool_], weights: Floats, strength: float, start: Start = _FRESH
) -> Fit:
    """Logistic regression: weights of all columns and the intercept. Newton's method takes a fifth of L-BFGS's time."""
    warm = start.fit is not None
    learner = LogisticRegression(C=strength, solver="newton-cg", max_iter=100, tol=start.tolerance, warm_start=warm)
    if start.fit is not None:
        learner.coef_, learner.intercept_ = start.fit[0][None, :], np.array([start.fit[1]])
    learner.fit(columns, spam, weights)
    return learner.coef_[0], float(learner.intercept_[0])


def most_suspicious(data: Prepared, table: Floats) -> Whole:
    """The number of the view of each row that scores highest, the first of equals."""
    scores = data.views @ table
    ends = np.append(data.first[1:], len(scores))
    return np.array([start + int(scores[start:end].argmax()) for start, end in zip(data.first, ends, strict=True)])


def margins(data: Prepared, model: Linear) -> Floats:
    """Uncalibrated log-odds of all rows, exactly as serving computes them but for the order of the sums."""
    views = data.views @ model.table.astype(np.float64)
    return np.asarray(np.maximum.reduceat(views, data.first) + data.facts @ model.facts + model.intercept)


def unseen_margins(data: Prepared, recipe: Recipe, progress: Progress) -> Floats:
    """Log-odds of every row from a model that was trained on the other folds; repeated texts share a fold."""
    result = np.empty(len(data.spam))

    def fill(fold: int) -> None:
        progress(f"fold {fold + 1} of {recipe.folds}")
        inside = data.folds == fold
        others = data.of(np.flatnonzero(~inside))
        if len(np.unique(others.spam)) < 2:
            raise TooFewRows("the rows repeat too few distinct texts: give more distinct ones of both labels")
        result[inside] = margins(data.of(np.flatnonzero(inside)), learn(others, recipe))

    side_by_side(fill, range(recipe.folds))
    return result


def side_by_side(work: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Do this for each item, two at a time: most of the time goes to sparse products, which leave Python's lock."""
    with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, item) for item in items]:
            done.result()


def threshold(ham: Floats, weights: Floats, share: float) -> float:
    """The score that at most this weighted share of these honest comments reaches, at most 1."""
    order = np.argsort(-ham, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    allowed = int(np.searchsorted(reached, share, side="right"))
    return min(float(np.nextafter(ham[order][allowed], 2.0)), 1.0)
