"""Scores: the same in any company, the same as scikit-learn computes, and still spam behind a disguise."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from service.spam import building, evaluation, labelled, training
from service.spam.facts import STATED, Sample
from service.spam.features import featurise
from service.spam.hashing import TABLE
from service.spam.linear import Linear
from service.spam.model import Model
from service.spam.training import Recipe, Row

SPAM = [
    "Check out my new channel and please subscribe, thanks! http://www.example.com/channel",
    "Make money online from home, 500 dollars a day, no experience needed, visit www.example.net now",
    "Congratulations! You have won a free prize, call 09061701461 now to claim your reward",
    "Subscribe to my channel and I will subscribe back, check out my videos please",
    "Earn free bitcoin today, click here http://example.org/win and invest now for guaranteed profits",
]
HAM = [
    "Thank you, this solved my problem with the image plugin on the second try.",
    "I have been using the same theme for years and never noticed this option.",
    "Could you say a little more about how you set up the build? Mine fails at the last step.",
    "I love this song, it reminds me of my childhood",
    "Great write-up. One small correction: the setting was renamed in version 4.",
]
CYRILLIC = str.maketrans("aeopcxyi", "аеорсхуі")


def fullwidth(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "look-alikes": lambda text: text.translate(CYRILLIC),
    "zero width": "\u200b".join,
    "full width": fullwidth,
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "upper case": str.upper,
    "struck through": lambda text: "".join(sign + "\u0336" for sign in text),
    "leet": lambda text: text.translate(str.maketrans("eo", "30")),
    "between good words": lambda text: f"{' '.join(HAM)} {text} {' '.join(HAM)}",
}


@pytest.mark.parametrize("text", SPAM)
def test_plain_spam_is_spam(shipped: Model, text: str) -> None:
    assert shipped.score([Sample(text)])[0] >= 0.9


@pytest.mark.parametrize("text", HAM)
def test_honest_comments_pass(shipped: Model, text: str) -> None:
    assert shipped.score([Sample(text)])[0] < 0.2 < shipped.hold_at


@pytest.mark.parametrize("disguise", DISGUISES)
def test_disguised_spam_stays_spam(shipped: Model, disguise: str) -> None:
    scores = shipped.score([Sample(DISGUISES[disguise](text)) for text in SPAM])
    assert min(scores) >= 0.5
    assert sorted(scores)[2] >= 0.9


DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason=f"SKIPPED: the labelled comments are not there: {DATA}")
def test_comments_set_aside_are_told_apart(shipped: Model) -> None:
    rows, _snapshots = labelled.read(sorted(DATA.glob("*.jsonl.gz")), "dev")
    scores = np.array(shipped.score([row.sample for row in rows]))
    spam = np.array([row.spam for row in rows])
    measured = evaluation.measure(spam, scores)
    assert measured["auc"] >= 0.99
    assert measured["caught_at_half_percent"] >= 0.85
    assert measured["calibration_error"] <= 0.02
    comments = ~spam & ~np.isin([row.source for row in rows], list(building.NO_COMMENTS))
    assert (scores[comments] >= shipped.hold_at).mean() <= 0.005


def test_thresholds_are_in_order(shipped: Model) -> None:
    assert 0.5 < shipped.hold_at < shipped.spam_at < 1.0


@given(st.lists(st.text(st.characters(), max_size=500), max_size=8))
@settings(max_examples=60)
def test_a_batch_scores_each_exactly_as_alone(texts: list[str]) -> None:
    model = Model("", _drawn(), 0.5, 0.9)
    samples = [Sample(text) for text in texts]
    together = model.score(samples)
    assert together == [score for sample in samples for score in model.score([sample])]
    assert all(0.0 <= score <= 1.0 for score in together)


def _drawn() -> Linear:
    draw = np.random.default_rng(3)
    return Linear(
        draw.normal(size=TABLE).astype(np.float32), draw.normal(size=len(featurise([Sample("")]).facts[0])), 0.0
    )


def test_no_samples_have_no_scores(weights: Linear) -> None:
    assert Model("", weights, 0.5, 0.9).score([]) == []


def test_what_is_stated_of_an_author_adds_its_log_odds(weights: Linear) -> None:
    model = Model("", weights, 0.5, 0.9)
    plain, named = model.margins([Sample("hello"), Sample("hello", "cheap pills online now", "")])
    assert named - plain == pytest.approx(STATED["name of keywords"])


def test_serving_agrees_with_scikit_learn() -> None:
    rows = [
        Row(Sample(text * times), spam)
        for times in (1, 5)
        for spam, texts in ((True, SPAM), (False, HAM))
        for text in texts
    ]
    recipe = Recipe(rounds=1)
    data = training.prepare(rows, recipe)
    columns = sparse.hstack([data.views[data.first], data.facts], format="csr")
    fitted = LogisticRegression(C=recipe.strength, solver="newton-cg", tol=1e-4).fit(columns, data.spam, data.weights)
    model = Model("", training.learn(data, recipe), 0.5, 0.9)
    views = sparse.hstack(
        [data.views, data.facts[np.searchsorted(data.first, range(data.views.shape[0]), "right") - 1]]
    )
    expected = np.maximum.reduceat(fitted.decision_function(views.tocsr()), data.first)
    assert data.views.shape[0] > len(rows)  # some have windows
    assert model.margins([row.sample for row in rows]) == pytest.approx(expected, abs=1e-6)


def test_serving_imports_no_scikit_learn() -> None:
    program = (
        "import sys, service.spam.scorer, service.spam.artefact, service.spam.shipped, service.commands.score\n"
        "print(sorted({'sklearn', 'scipy', 'service.spam.training'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
