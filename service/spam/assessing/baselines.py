"""What ours is compared with: scikit-learn's usual recipes, and bogofilter where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline, make_union

from service.spam.training import Row

Scores = NDArray[np.float64]
Baseline = Callable[[Sequence[Row], Sequence[Row]], Scores]


def logistic(train: Sequence[Row], test: Sequence[Row]) -> Scores:
    """Logistic regression on TF-IDF of words, pairs and character n-grams, as many tutorials have it."""
    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    return _scored(make_pipeline(union, LogisticRegression(C=10.0, solver="liblinear")), train, test)


def bayes(train: Sequence[Row], test: Sequence[Row]) -> Scores:
    """Multinomial naive Bayes on words."""
    return _scored(make_pipeline(CountVectorizer(), MultinomialNB()), train, test)


def bogofilter(train: Sequence[Row], test: Sequence[Row]) -> Scores:
    """bogofilter, trained and asked one text at a time."""
    program = shutil.which("bogofilter")
    if program is None:
        raise FileNotFoundError("bogofilter is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "-d", folder]
        for row in train:
            _fed([*command, "-s" if row.spam else "-n"], row)
        said = [_fed([*command, "-T"], row) for row in test]
    return np.array([float(line.split()[1]) for line in said])


def available() -> dict[str, Baseline]:
    """All that can run here, by name."""
    found: dict[str, Baseline] = {"logistic regression, TF-IDF": logistic, "naive Bayes, words": bayes}
    if shutil.which("bogofilter"):
        found["bogofilter"] = bogofilter
    return found


def _fed(command: list[str], row: Row) -> str:
    message = b"Subject: comment\n\n" + row.sample.text.encode("utf-8", "replace")
    environment = {**os.environ, "HOME": str(Path(command[2]))}
    done = subprocess.run(command, input=message, capture_output=True, env=environment, check=False)  # noqa: S603
    return done.stdout.decode()


def _scored(pipeline: object, train: Sequence[Row], test: Sequence[Row]) -> Scores:
    fitted = pipeline.fit([row.sample.text for row in train], [row.spam for row in train])  # type: ignore[attr-defined]
    found: Scores = fitted.predict_proba([row.sample.text for row in test])[:, 1]
    return found
