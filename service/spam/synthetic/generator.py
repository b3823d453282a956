"""Labelled comments of our own, made of the grammar: as many as asked for, the same for the same seed."""

import random
from collections.abc import Iterator

from service.spam import disguising
from service.spam.facts import Sample
from service.spam.synthetic import grammar
from service.spam.synthetic.grammar import Half
from service.spam.training import SYNTHETIC, Row

COUNT = 8_000  # texts that a model is trained on
_ENGLISH = 0.66  # of all texts; the rest is shared evenly by the other languages
_ROUGHENED = 0.3  # of all texts are typed carelessly, honest ones as well
_PADDED = 0.25  # of the spam stands among honest words
_LENGTHENED = 0.25  # of the honest texts are as long as those
_DISGUISED = 0.3  # of the spam
_HARMLESS = 0.2  # of the honest texts look like disguises: an editor's letters, or a hand that trembles


def rows(count: int = COUNT, half: Half = "train", seed: int = 20201118) -> list[Row]:
    """Distinct comments, half of them spam, in random order; texts of the two halves share no way of saying it."""
    draw = random.Random(f"{seed} {half}")  # noqa: S311 - nothing secret is drawn
    found: dict[str, Row] = {}
    texts = _texts(half, draw)
    while len(found) < count:
        text, spam = next(texts)
        found.setdefault(text, Row(Sample(text), spam, SYNTHETIC))
    return list(found.values())


def languages() -> list[str]:
    """Codes of the languages that there are besides English."""
    return sorted(name.partition(".")[0] for name in grammar.symbols() if name.endswith(".ham"))


def comment(spam: bool, language: str, half: Half, draw: random.Random) -> str:
    """One comment as it comes out of the grammar; language "en" or one of `languages()`."""
    start = "spam" if spam else "ham"
    text = grammar.expand(start if language == "en" else f"{language}.{start}", half, draw)
    return " ".join(text.split(" ")).strip()


def _texts(half: Half, draw: random.Random) -> Iterator[tuple[str, bool]]:
    others = languages()
    while True:
        spam = draw.random() < 0.5
        language = "en" if draw.random() < _ENGLISH else draw.choice(others)
        text = comment(spam, language, half, draw)
        if draw.random() < _ROUGHENED:
            text = _roughened(text, draw)
        if draw.random() < (_PADDED if spam else _LENGTHENED):
            text = _padded(text, language, half, draw)
        if draw.random() < (_DISGUISED if spam else _HARMLESS):
            kinds = disguising.TRAINED if spam else disguising.HARMLESS
            text = disguising.DISGUISES[draw.choice(kinds)](text, draw)
        if text.strip():
            yield text, spam


def _padded(text: str, language: str, half: Half, draw: random.Random) -> str:
    """A text among honest ones, or among their words in no order."""
    words: list[str] = []
    while len(words) < draw.choice((6, 20, 60, 120)):
        words += comment(spam=False, language=language, half=half, draw=draw).split()
    if draw.random() < 0.6:
        draw.shuffle(words)
    place = draw.choice((0, len(words), len(words) // 2, draw.randrange(len(words) + 1)))
    return " ".join([*words[:place], text, *words[place:]])


def _roughened(text: str, draw: random.Random) -> str:
    """As people type: no capitals, all capitals, a letter too few, more exclamation marks, an emoji, several lines."""
    kind = draw.randrange(6)
    if kind == 0:
        return text.lower()
    if kind == 1 and draw.random() < 0.3:
        return text.upper()
    if kind == 2:
        place = draw.randrange(len(text) or 1)
        return text[:place] + text[place + 1 :]
    if kind == 3:
        return text.rstrip(".!") + draw.choice(("!!", "!!!", "...", "", " :)", " ;)"))
    if kind == 4:
        return text + " " + draw.choice("😀😂👍❤🙏🔥🎉😍")
    return text.replace(". ", ".\n", 1) if draw.random() < 0.5 else text.replace(". ", ".\n\n")
