"""Explanations: weights that add up to the score, spans of the raw text, in disguise and in any alphabet."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.spam import normalise, origins
from service.spam.facts import STATED, Sample
from service.spam.linear import Linear
from service.spam.model import Model

from .conftest import some_weights

MODEL = Model("", some_weights(), 0.5, 0.9)
ODD = "\u200b\u0301\u0336é\u00e9ﷺﬁ㎏½&;#x1F;ＶⒶ⒱🄰한글각क़ไทย漢字かなカﾞ\ud800\u202e 1@.\n"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=400)
EVERY_KIND = "buy now & win at http://pills.example/cheap-pills 今天天气很好吗 v i a g r a ᵛⁱᵃ &lt;b&gt; e&#769;t ﷺ x"
EVERY_KIND += " vi<b></b>agra \u202etxen\u202c"


@given(TEXTS)
@example(EVERY_KIND)
@example("v1agra " * 80)
@example("")
@settings(max_examples=150)
def test_weights_add_up_to_the_log_odds(text: str) -> None:
    sample = Sample(text, "cheap pills online now", "")
    found = MODEL.explain(sample)
    total = found.intercept + sum(piece.weight for piece in found.pieces) + sum(fact.weight for fact in found.facts)
    assert found.log_odds == pytest.approx(total, abs=1e-9)
    assert found.log_odds == pytest.approx(MODEL.margins([sample])[0], abs=1e-9)
    assert ("name of keywords", STATED["name of keywords"]) in found.facts


@given(TEXTS)
@example(EVERY_KIND)
@settings(max_examples=150)
def test_pieces_lie_in_the_window_in_order(text: str) -> None:
    found = MODEL.explain(Sample(text))
    place, end = found.window
    assert 0 <= place <= end <= len(text)
    for piece in found.pieces:
        assert place <= piece.start < piece.stop <= end
        place = piece.stop


@given(TEXTS)
@example(EVERY_KIND)
def test_every_point_is_what_its_stretch_of_raw_text_reads_as(text: str) -> None:
    traced, plain = origins.trace(text), normalise.fold([text])
    assert traced.folded.points.tolist() == plain.points.tolist()
    assert traced.folded.undone.tolist() == plain.undone.tolist()
    assert len(traced.starts) == len(traced.stops) == len(plain.points)
    assert (traced.starts[1:] >= traced.starts[:-1]).all()
    assert (traced.stops <= len(text)).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buy  CHEAP pills", ["Buy", "CHEAP", "pills"]),
        ("b\u200buy ｃｈｅａｐ p&#105;lls", ["b\u200buy", "ｃｈｅａｐ", "p&#105;lls"]),
        ("so v.i.a.g.r.a it is", ["so", "v.i.a.g.r.a", "it", "is"]),
        ("今天天气很好吗 ok", ["今天天气", "很好吗", "ok"]),
        ("Ünïted e\u0301tat", ["Ünïted", "e\u0301tat"]),
        ("vi<b></b>agra \u202etxen\u202c", ["vi<b></b>agra", "\u202etxen\u202c"]),
    ],
)
def test_pieces_are_the_words_as_they_were_written(text: str, words: list[str]) -> None:
    assert [text[piece.start : piece.stop] for piece in MODEL.explain(Sample(text)).pieces] == words


def test_the_word_that_is_spam_weighs_most(shipped: Model) -> None:
    text = "I read this with my morning coffee, thanks. Cheap viagra casino http://casino.example Nice day to all."
    found = shipped.explain(Sample(text))
    heaviest = max(found.pieces, key=lambda piece: piece.weight)
    assert text[heaviest.start : heaviest.stop] in {"Cheap", "viagra", "casino", "http://casino.example"}


def test_of_a_long_comment_the_window_is_told(shipped: Model) -> None:
    good = "We walked along the river and then had lunch in the garden of the old mill. "
    bad = "Earn free bitcoin today, click here http://example.org/win and invest now. "
    text = good * 6 + bad + good * 6
    start, stop = shipped.explain(Sample(text)).window
    assert stop - start <= 130
    assert start < text.index(bad) + len(bad)
    assert stop > text.index(bad)


def test_linear_is_what_is_explained() -> None:
    none = Linear(MODEL.weights.table * 0, MODEL.weights.facts * 0, -1.25)
    found = Model("", none, 0.5, 0.9).explain(Sample("any text at all"))
    assert (found.log_odds, found.facts) == (-1.25, ())
