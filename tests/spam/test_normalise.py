"""What the model reads where a spammer disguised it, and that no text whatever breaks the reading."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.spam.folding import DISGUISES
from service.spam.normalise import LIMIT, fold, fold_opened, normalise, opened_up

ANY_TEXT = st.text(st.characters(), max_size=400)  # surrogates included


@pytest.mark.parametrize(
    ("raw", "read", "disguise"),
    [
        ("Helloooo WORLD!!!!!", "hello world!!", "run"),
        ("⭐ A L E X I S 1 7 ⭐", "⭐ alexis00 ⭐", "spaced"),
        ("b u y   i t   n o w   c h e a p", "buy   it   now   cheap", "spaced"),
        ("v i a g r a", "viagra", "spaced"),
        ("v.i.a.g.r.a", "viagra", "spaced"),
        ("v1agra at c@s1no", "viagra at casino", "leet"),
        ("саsіnо", "casino", "mixed"),
        ("Ցoօd Օnes", "good ones", "mixed"),
        ("Ｖｉａｇｒａ", "viagra", "styled"),
        ("𝓿𝓲𝓪𝓰𝓻𝓪 𝕔𝕒𝕤𝕚𝕟𝕠", "viagra casino", "styled"),
        ("⒱⒤⒜⒢⒭⒜", "viagra", "styled"),
        ("ch\u200bea\u200dp", "cheap", "invisible"),
        ("v\u0336i\u0336a\u0336gra", "viagra", "marks"),
        ("&#118;iagra", "viagra", "entity"),
        ("vi<b></b>agra ca[i][/i]sino", "viagra casino", "entity"),
        ("vi<!-- -->agra", "viagra", "entity"),
        ("\u202eargaiv paehc\u202c now", "cheap viagra now", "entity"),
        ("Q2hlYXAgdmlhZ3JhIG9ubGluZSBhdCB2aWFncmEuZXhhbXBsZQ==", "cheap viagra online at viagra.example", "entity"),
        ("c451no", "casino", "leet"),
        ("ple@$e", "please", "leet"),
        ("5tr4ng3 b1g d34l5", "strange big deals", "leet"),
        ("h t t p : / / x . y . z   n o w !", "http://x.y.z   now!", "spaced"),
        ("c.h.e.a.p h.t.t.p.:././.a...b", "cheap http://a.b", "spaced"),
        ("be<b></b> now", "be now", "entity"),
    ],
)
def test_disguises_are_read_through_and_counted(raw: str, read: str, disguise: str) -> None:
    assert normalise(raw) == read
    assert fold([raw]).undone[0, DISGUISES.index(disguise)] > 0


@pytest.mark.parametrize(
    "text",
    [
        "สวัสดีครับ ขอบคุณมาก",
        "हिन्दी में टिप्पणी",
        "شكرا على المقال",
        "ขอบคุณ &amp; thanks",
        "日本語のコメント、面白いです",
        "Отличная статья, спасибо",
        "Très bien écrit, merci à vous",
        "👨\u200d👩\u200d👧 ❤\ufe0f",
        "line one<br>line two and a <b>bold</b> word, see [1][2]",
    ],
)
def test_honest_orthography_is_no_disguise(text: str) -> None:
    assert fold([text]).undone.sum() == 0


@pytest.mark.parametrize("text", ["สวัสดี", "हिन्दी", "שָׁלוֹם", "مُحَمَّد"])
def test_marks_that_spell_words_survive(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    ("raw", "read"),
    [("12,345 and 67", "00,000 and 00"), ("٣٤", "00"), ("one\x00two\tthree\nfour", "one two three four")],
)
def test_digits_and_blanks(raw: str, read: str) -> None:
    assert normalise(raw) == read


@given(ANY_TEXT)
def test_any_text_is_read(text: str) -> None:
    read = normalise(text)
    assert len(read) <= 2 * LIMIT
    assert not set(read) & {"\x00", "\u200b", "\ufeff", "\u202e"}


@given(st.lists(ANY_TEXT, min_size=1, max_size=8))
@settings(max_examples=60)
def test_a_batch_is_read_as_each_alone(texts: list[str]) -> None:
    batch = fold(texts)
    for number, text in enumerate(texts):
        alone = fold([text])
        start, stop = batch.starts[number : number + 2]
        assert batch.points[start:stop].tolist() == alone.points.tolist()
        assert batch.kinds[start:stop].tolist() == alone.kinds.tolist()
        assert batch.undone[number].tolist() == alone.undone[0].tolist()
        assert batch.classes[number].tolist() == alone.classes[0].tolist()


@given(st.text(st.characters(categories=("L", "Zs")), max_size=100))
def test_letters_that_were_read_once_are_read_the_same_again(text: str) -> None:
    once = normalise(text)
    if not fold([once]).undone.any():  # joining and cutting may bring new neighbours together
        assert normalise(once) == unicodedata.normalize("NFKC", once).strip()


def test_no_text_is_longer_than_the_limit() -> None:
    assert len(normalise("ab" * LIMIT)) == LIMIT
    assert len(normalise("\ufdfa" * LIMIT)) <= 2 * LIMIT


@given(st.lists(st.text("abE. \n\t\x00\x7f013@$!?/-", max_size=40), min_size=1, max_size=4))
def test_the_short_way_for_ascii_reads_what_the_long_one_reads(texts: list[str]) -> None:
    undone = np.zeros((len(texts), len(DISGUISES)))
    opened = [opened_up(text, row) for text, row in zip(texts, undone, strict=True)]
    short, long = fold(texts), fold_opened(opened, undone, traced=True)  # what is traced goes the long way
    for one, other in zip(short[:5], long[:5], strict=True):
        assert np.array_equal(one, other)
