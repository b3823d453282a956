"""Adapting: a few labels move the share, more teach what is spam here; the shipped model stays as it is."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spam import adapting, artefact, manifest, stack
from service.spam.adapting import Adapted, Label, adapt, capped
from service.spam.facts import Sample
from service.spam.model import Model

SECRET = b"sixteen bytes at least"
HERE = "the golden parrot lottery of {} pays every one of its {} friends"
PLAIN = "my own parrot number {} learnt to whistle in about {} days"


def labels(spam: int, ham: int) -> list[Label]:
    texts = [(HERE, True, number) for number in range(spam)] + [(PLAIN, False, number) for number in range(ham)]
    return [Label(Sample(text.format(f"town{number}", number * 3)), kind) for text, kind, number in texts]


@pytest.fixture(scope="module")
def adapted(shipped: Model) -> Adapted:
    return adapt(shipped, labels(20, 40))


def test_what_was_marked_here_is_spam_here(shipped: Model, adapted: Adapted) -> None:
    new = [Sample(HERE.format("nowhere", 999)), Sample(PLAIN.format(77, 88))]
    before, after = shipped.score(new), adapted.model.score(new)
    assert after[0] > 0.9
    assert after[1] < 0.2
    assert after[0] > before[0]


def test_a_few_labels_move_the_share_alone(shipped: Model) -> None:
    few = adapt(shipped, labels(4, 16))
    assert (few.mix.a, few.mix.c) == (1.0, 0.0)
    texts = [label.sample for label in labels(4, 16)]
    order = np.argsort(shipped.score(texts))
    assert np.argsort(few.model.score(texts)).tolist() == order.tolist()
    moved = [adapt(shipped, labels(spam, 9 - spam)).mix.b for spam in range(10)]
    assert moved == sorted(moved)


@pytest.mark.parametrize("spam", [True, False])
def test_labels_of_one_kind_are_enough(shipped: Model, spam: bool) -> None:
    one_kind = adapt(shipped, labels(300 * spam, 300 * (not spam)))
    samples = [Sample("hello")]
    assert (one_kind.model.score(samples) > shipped.score(samples)) is spam


def test_the_same_labels_give_the_same_bits(shipped: Model, adapted: Adapted) -> None:
    again = adapt(shipped, labels(20, 40))
    assert again.model.version == adapted.model.version
    assert again.model.weights.table.tobytes() == adapted.model.weights.table.tobytes()
    assert again.unseen.tolist() == adapted.unseen.tolist()


def test_the_shipped_model_stays_as_it_is(shipped: Model) -> None:
    before = shipped.weights.table.tobytes()
    adapt(shipped, labels(12, 12))
    assert shipped.weights.table.tobytes() == before


def test_unseen_scores_are_in_the_order_of_the_labels(adapted: Adapted) -> None:
    assert len(adapted.unseen) == 60
    assert adapted.unseen[:20].mean() > 0.8
    assert adapted.unseen[20:].mean() < 0.2
    assert adapted.labels == (40, 20)


@given(st.lists(st.tuples(st.floats(0.1, 5.0), st.sampled_from([None, "a", "b"])), min_size=1))
def test_a_group_weighs_no_more_than_its_cap(drawn: list[tuple[float, str | None]]) -> None:
    given_labels = [Label(Sample("x"), True, weight, group) for weight, group in drawn]
    weights = capped(given_labels, 3.0)
    for group in ("a", "b"):
        mine = [number for number, label in enumerate(given_labels) if label.group == group]
        assert weights[mine].sum() <= 3.0 + 1e-9
    assert all(weights[number] == label.weight for number, label in enumerate(given_labels) if label.group is None)


def test_a_flood_of_near_duplicates_counts_as_a_few(shipped: Model) -> None:
    flood = [Label(Sample("I like this post very much, well written"), True, 1.0, "flood")] * 500
    scattered = [label._replace(group=None) for label in flood]
    few, grouped, apart = (adapt(shipped, [*labels(20, 40), *more]) for more in ([], flood, scattered))
    assert grouped.weights[1] == pytest.approx(few.weights[1] + 3.0)
    honest = Sample("I liked the second part of it, thank you")
    assert grouped.model.score([honest])[0] < apart.model.score([honest])[0]


def test_no_labels_and_bad_weights_are_refused(shipped: Model) -> None:
    with pytest.raises(ValueError, match="no labels"):
        adapt(shipped, [])
    for weight in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="positive"):
            adapt(shipped, [Label(Sample("a"), True, weight)])


def test_an_adapted_model_is_saved_signed_and_loaded_checked(shipped: Model, adapted: Adapted, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    artefact.save(folder, adapted.model.weights, adapting.fields(adapted), secret=SECRET)
    loaded = artefact.load_signed(folder, SECRET)
    samples = [Sample(HERE.format("x", 1)), Sample("")]
    assert (loaded.version, loaded.score(samples)) == (adapted.model.version, adapted.model.score(samples))
    described = json.loads((folder / manifest.NAME).read_text())
    assert described["base"] == {"version": shipped.version, "sha256": shipped.digest}
    assert len(shipped.digest) == 64
    with pytest.raises(manifest.ModelRefused):
        artefact.load_signed(folder, b"another secret altogether")


def test_an_adapted_model_explains_itself(adapted: Adapted) -> None:
    sample = Sample(HERE.format("x", 1))
    found = adapted.model.explain(sample)
    assert found.log_odds == pytest.approx(adapted.model.margins([sample])[0], abs=1e-9)
    assert max(found.pieces, key=lambda piece: piece.weight).weight > 0.0


def test_three_numbers_are_found_that_made_the_labels() -> None:
    draw = np.random.default_rng(5)
    shipped, local = draw.normal(0, 3, 20_000), draw.normal(0, 2, 20_000)
    odds = 0.8 * shipped + 1.4 * local - 1.0
    spam = draw.random(20_000) < 1.0 / (1.0 + np.exp(-odds))
    found = stack.mix(shipped, local, spam, np.ones(20_000), 30.0)
    assert found == pytest.approx((0.8, 1.4, -1.0), abs=0.1)


def test_without_evidence_the_prior_stands() -> None:
    nothing = np.zeros(10)
    found = stack.mix(nothing, nothing, np.arange(10) < 5, np.ones(10), 30.0)
    assert found == pytest.approx((0.5, 1.0, 0.0), abs=1e-6)
