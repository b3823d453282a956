"""Features do not depend on the company a comment is in, and long comments are looked at in windows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.spam import features, hashing, views
from service.spam.facts import FACTS, Sample, stated
from service.spam.features import Features, featurise, parts
from service.spam.hashing import BLOCKS
from service.spam.normalise import LIMIT

TEXTS = st.text(st.characters(), max_size=700)


def row(found: Features, number: int) -> list[int]:
    return found.indices[found.indptr[number] : found.indptr[number + 1]].tolist()


@given(st.lists(TEXTS, min_size=1, max_size=6))
@settings(max_examples=60)
def test_a_batch_has_the_features_of_each_alone(texts: list[str]) -> None:
    batch = featurise([Sample(text) for text in texts])
    ends = [*batch.first[1:], (len(batch.indptr) - 1) // BLOCKS]
    for number, text in enumerate(texts):
        alone = featurise([Sample(text)])
        first = int(batch.first[number])
        assert (ends[number] - first) * BLOCKS == len(alone.indptr) - 1
        for offset in range(len(alone.indptr) - 1):
            assert row(batch, first * BLOCKS + offset) == row(alone, offset)
        assert batch.facts[number].tolist() == alone.facts[0].tolist()


@given(TEXTS)
def test_indices_are_distinct_and_in_the_table(text: str) -> None:
    found = featurise([Sample(text)])
    assert found.facts.shape == (1, len(FACTS))
    assert np.isfinite(found.facts).all()
    for number in range(len(found.indptr) - 1):
        indices = row(found, number)
        assert indices[0] == 0
        assert indices == sorted(set(indices))
        assert indices[-1] < hashing.TABLE


def test_words_in_another_order_share_words_but_not_pairs() -> None:
    one, other = (set(row(featurise([Sample(text)]), 1)) for text in ("good old times", "times old good"))
    assert len(one & other) == 3 + 1
    assert len(one - other) == 2


def test_anagrams_are_other_words() -> None:
    one, other = (set(row(featurise([Sample(text)]), 1)) for text in ("listen", "silent"))
    assert one & other == {0}


def test_scripts_without_spaces_have_pairs_of_signs() -> None:
    chinese = featurise([Sample("今天天气很好")])
    shared = set(row(chinese, 0)) & set(row(featurise([Sample("天气")]), 0))
    assert len(shared) > 1
    assert row(chinese, 1) == [0]


def test_long_comments_have_windows_that_cover_them() -> None:
    words = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz" * 8)
    found = featurise([Sample("short"), Sample(words), Sample("short too")])
    assert found.first.tolist()[:2] == [0, 1]
    whole = set(row(found, 2)) - {0}
    windows = [set(row(found, number)) for number in range(4, int(found.first[2]) * BLOCKS, BLOCKS)]
    assert len(windows) > 5
    assert whole <= set().union(*windows)


def test_a_comment_that_is_not_long_has_one_view() -> None:
    assert len(featurise([Sample("a b " * (views.LONG // 4 - 1))]).indptr) == BLOCKS + 1


def test_parts_keep_order_and_fit_into_one_call() -> None:
    samples = [
        Sample("\ufdfa" * LIMIT),
        *(Sample("\ufdfa" * 20) for _ in range(1000)),
        *(Sample(f"number {n}") for n in range(3000)),
        Sample("x y" * LIMIT),
    ]
    split = list(parts(samples))
    assert [sample for part in split for sample in part] == samples
    for part in split:
        found = featurise(part)
        assert len(found.first) == len(part)


def test_no_samples_have_no_parts() -> None:
    assert list(parts([])) == []


def test_what_an_author_calls_himself() -> None:
    assert stated(Sample("hi", "Anna", "https://anna.example")) == []
    assert stated(Sample("hi", "best cheap pills online", "")) == ["name of keywords"]
    assert stated(Sample("hi", "pills.example.com", "")) == ["name holds a link"]
    assert stated(Sample("hi", "Anna", "http://buy-cheap-pills.example")) == ["address of keywords"]


def test_the_feature_space_is_described_in_plain_values() -> None:
    assert features.parameters()["version"] == features.VERSION


def test_a_batch_that_is_hashed_in_halves_is_hashed_the_same() -> None:
    samples = [Sample(f"comment {number} " * 40) for number in range(300)]
    together, first = featurise(samples), 0
    for sample in samples:
        alone = featurise([sample])
        for offset in range(len(alone.indptr) - 1):
            assert row(together, first + offset) == row(alone, offset)
        first += len(alone.indptr) - 1
    assert first == len(together.indptr) - 1
