"""How long the shipped model takes for comments of 200 characters: run `python -m service.spam.timing`."""

import timeit

from service.spam.artefact import load_pinned
from service.spam.facts import Sample
from service.spam.model import Model
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder

_TEXT = (
    "I tried this on my own blog last week and it worked at once thank you where did find the setting for address of "
    "feed see example wishes garden photograph theme build image plugin version correct small note reader weather "
    "http://example.org/feed www.example.com 2014 3.5 song channel video great really question answer honest"
)
_WORDS = _TEXT.split()


def comments(count: int, length: int = 200) -> list[Sample]:
    """Different comments of one length, made of common words."""
    long = [" ".join(_WORDS[(number * 7 + place * (place + number)) % len(_WORDS)] for place in range(60))
            for number in range(count)]  # fmt: skip
    return [Sample(text[:length]) for text in long]


def microseconds(model: Model, batch: int, rounds: int = 40) -> float:
    """The best of many rounds of 64 comments in batches, for each comment."""
    samples = comments(64)
    batches = [samples[start : start + batch] for start in range(0, len(samples), batch)]
    return min(timeit.repeat(lambda: [model.score(part) for part in batches], number=1, repeat=rounds)) / 64 * 1e6


if __name__ == "__main__":
    shipped = load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
    for size in (1, 8, 32, 64):
        print(f"in batches of {size}: {microseconds(shipped, size):.1f} microseconds each")
