"""The parts of the evaluation about catching spam: the papers' splits, unseen sources, learning from a moderator."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score, matthews_corrcoef

from service.spam import adapting, evaluation, neardup
from service.spam.adapting import Label
from service.spam.assessing import baselines, material
from service.spam.assessing.bench import Bench, Scores, Truth, scored
from service.spam.assessing.tables import Curve, Plot, Table, mean
from service.spam.model import Model
from service.spam.training import Row

NUMBERS = (20, 50, 100, 200)  # labels of a moderator
_SHUFFLES = 3


def papers(bench: Bench) -> list[Table]:
    """The splits of the papers, with the rows that are here; nothing of ours is added."""
    names = [name for name, source in bench.sources.items() if set(source.paper) >= {"train", "test"}]
    rows = []
    for title, score in (("Greenroom", None), *baselines.available().items()):
        bench.progress(f"the papers' splits: {title}")
        cells, videos = [], []
        for name in names:
            source = bench.sources[name]
            train, test = ([row for row, part in zip(source.rows, source.paper, strict=True) if part == half]
                           for half in ("train", "test"))  # fmt: skip
            spam, found = scored(bench.trained_on(train), test) if score is None else _by(score, train, test)
            accuracy, correlation = float((spam == (found > 0.5)).mean()), float(matthews_corrcoef(spam, found > 0.5))
            cells.append(f"{100 * accuracy:.2f} / {correlation:.3f}")
            if name.startswith(material.VIDEOS):
                videos.append((accuracy, correlation))
        both = [mean(column) for column in zip(*videos, strict=True)] if videos else [float("nan")] * 2
        rows.append((title, *cells, f"{100 * both[0]:.2f} / {both[1]:.3f}"))
    about = (
        "Accuracy in percent / Matthews correlation at one half. Videos: the first 70 % of each class in file order "
        "train; messages: the first 30 %. A fifth of the rows, and all repeats, are not among the public data."
    )
    return [Table("The papers' splits", about, ("method", *names, "mean of videos"), tuple(rows))]


def _by(score: baselines.Baseline, train: Sequence[Row], test: Sequence[Row]) -> tuple[Truth, Scores]:
    return np.array([row.spam for row in test]), score(train, test)


def unseen(bench: Bench) -> list[Table]:
    """Sources that the model never saw, with and without our own texts among the training."""
    rows = []
    for source in bench.mixed():
        test = material.some(source.rows, bench.most)
        cells = [evaluation.ranking(*scored(bench.without(source.name, ours), test)) for ours in (False, True)]
        others = material.pooled(bench.sources, bench.most, source.name)
        cells += [evaluation.ranking(*_by(score, others, test)) for score in (baselines.logistic, baselines.bayes)]
        rows.append((source.name, *(f"{auc:.3f} / {caught:.2f}" for auc, caught in cells)))
    head = ("source left out", "without our texts", "Greenroom", "logistic regression, TF-IDF", "naive Bayes, words")
    about = "AUC / spam caught where 0.5 % of the honest comments are blocked, by a model of all other sources."
    return [Table("Unseen sources", about, head, tuple(rows)), _honest(bench), _generated(bench)]


def _honest(bench: Bench) -> Table:
    rows = []
    for name, source in bench.sources.items():
        if not any(row.spam for row in source.rows):
            test = material.some(source.rows, bench.most)
            found = [scored(bench.without(name, ours), test)[1] for ours in (False, True)]
            held = [f"{100 * (scores >= bench.shipped.hold_at).mean():.2f} %" for scores in found]
            half = [f"{100 * (scores > 0.5).mean():.2f} %" for scores in found]
            rows.append((name, str(len(test)), held[0], held[1], half[0], half[1]))
    head = ("source left out", "comments", "held, without our texts", "held", "over one half, without", "over one half")
    about = (
        f"Honest comments of places without spam: how many reach hold_at ({bench.shipped.hold_at:.4f}) and one half."
    )
    return Table("False alarms", about, head, tuple(rows))


def _generated(bench: Bench) -> Table:
    test = material.ours(2_000)
    spam, found = scored(bench.shipped, test)
    auc, caught = evaluation.ranking(spam, found)
    held = (found[~spam] >= bench.shipped.hold_at).mean()
    row = (str(len(test)), f"{auc:.3f} / {caught:.2f}", f"{100 * held:.2f} %")
    about = (
        "Comments from that part of our own grammar that no model trains on, by the shipped model: other words and "
        "sentences, but the same hand. It says less than the sources that others wrote."
    )
    return Table("Our own texts, unseen part", about, ("comments", "AUC / caught", "honest ones held"), (row,))


def learning(bench: Bench) -> list[Table]:
    """A moderator labels the first so many comments of an unseen source; the others are tested."""
    rows, curves = [], []
    for source in bench.mixed():
        base = bench.without(source.name)
        numbers = [number for number in (0, *NUMBERS) if number <= len(source.rows) / 2]
        lines = [_after(base, source.rows, number, bench.most) for number in numbers]
        cells = ["/".join(f"{value:.3f}" for value in line) for line in lines]
        rows.append((source.name, *cells, *[""] * (1 + len(NUMBERS) - len(numbers))))
        curves.append(Curve(source.name, tuple(zip(numbers, (line[0] for line in lines), strict=True))))
    head = ("source", *(f"{number} labels" for number in (0, *NUMBERS)))
    about = f"AUC / F1 at one half / caught at 0.5 % / calibration error of the others, mean of {_SHUFFLES} shuffles."
    return [Table("Learning from a moderator", about, head, tuple(rows), Plot("labels", "AUC", tuple(curves)))]


def _after(base: Model, rows: Sequence[Row], number: int, most: int) -> list[float]:
    results = []
    for seed in range(_SHUFFLES):
        order = np.random.default_rng(seed).permutation(len(rows))
        known, rest = [rows[place] for place in order[:number]], [rows[place] for place in order[number:][:most]]
        model = adapting.adapt(base, labels_of(known)).model if known else base
        spam, found = scored(model, rest)
        auc, caught = evaluation.ranking(spam, found)
        score = float(f1_score(spam, found > 0.5, zero_division=0.0))
        results.append((auc, score, caught, evaluation.calibration_error(spam, found)))
    return [mean(column) for column in zip(*results, strict=True)]


def labels_of(rows: Sequence[Row]) -> list[Label]:
    """Rows as labels, near-duplicates in one group, as the service gives them."""
    groups = neardup.cluster([neardup.sketch(row.sample.text) for row in rows])
    sizes = Counter(groups)
    return [
        Label(row.sample, row.spam, group=str(group) if sizes[group] > 1 else None)
        for row, group in zip(rows, groups, strict=True)
    ]
