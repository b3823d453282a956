"""Texts of our own: distinct, the same for the same seed, in two halves that share no way of saying it."""

import random

import pytest

from service.spam import disguising
from service.spam.normalise import normalise
from service.spam.synthetic import generator, grammar
from service.spam.synthetic.grammar import Choice, Sequence, Symbol


def test_texts_are_distinct_and_half_of_them_spam() -> None:
    rows = generator.rows(3_000)
    assert len({row.sample.text for row in rows}) == 3_000
    assert 0.45 < sum(row.spam for row in rows) / 3_000 < 0.55
    assert {row.source for row in rows} == {"synthetic"}


def test_the_same_seed_gives_the_same_texts() -> None:
    assert generator.rows(200) == generator.rows(200)
    assert generator.rows(200) != generator.rows(200, seed=1)


def long_texts(rows: list[generator.Row]) -> set[str]:
    return {normalise(row.sample.text) for row in rows if len(row.sample.text) > 40}


def test_the_halves_share_no_text_that_is_worth_the_name() -> None:
    train, test = long_texts(generator.rows(4_000, "train")), long_texts(generator.rows(2_000, "test"))
    assert len(train & test) <= len(test) / 200


def test_the_halves_share_no_way_of_a_symbol_that_has_many() -> None:
    for name, ways in grammar.symbols().items():
        train, test = grammar.ways_of(name, "train"), grammar.ways_of(name, "test")
        assert train
        assert test
        assert {*train, *test} == {*ways}
        written = [way for way in ways if not (len(way) == 1 and isinstance(way[0], Symbol))]
        if len(ways) >= 4 and len(written) == len(ways) == len(set(ways)):
            assert not set(train) & set(test), name


@pytest.mark.parametrize("language", ["en", *generator.languages()])
def test_every_language_has_both_kinds(language: str) -> None:
    draw = random.Random(1)
    for spam in (True, False):
        texts = {generator.comment(spam, language, "train", draw) for _ in range(40)}
        assert len(texts) >= 15
        assert not [text for text in texts if "{" in text and "`" not in text]


def choices(way: Sequence) -> int:
    return sum(isinstance(part, Symbol | Choice) for part in way)


@pytest.mark.parametrize("line", ["a {b", "a b}", "{a|b"])
def test_a_brace_that_is_not_closed_is_named(line: str) -> None:
    with pytest.raises(grammar.BadGrammar, match="file, line 3: a brace"):
        grammar.parse(line, "file, line 3")


def test_bars_outside_of_braces_are_bars() -> None:
    assert choices(grammar.parse("{a} | {b|}", "")) == 2
    assert " | " in "".join(part for part in grammar.parse("{a} | {b|}", "") if isinstance(part, str))


@pytest.mark.parametrize("name", disguising.DISGUISES)
def test_a_disguise_changes_the_text_and_no_text_breaks_it(name: str) -> None:
    disguise = disguising.DISGUISES[name]
    text = "Please visit my channel, the best casino bonus at http://www.casino.example/now"
    assert disguise(text, random.Random(1)) != text
    for odd in ("", "a", "ab\n", "\ud800", "ω" * 50, "漢字"):
        disguise(odd, random.Random(1))


def test_there_are_enough_disguises() -> None:
    assert len(disguising.DISGUISES) >= 41
    assert set(disguising.TRAINED) | set(disguising.HARMLESS) < set(disguising.DISGUISES)
