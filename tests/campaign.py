"""Made-up honest comments and a spam campaign that the shipped model does not know, for tests of learning.

The campaign is polite and without the usual words, so that only its own repetition gives it away.
"""

import random

_THINGS = [
    "garden",
    "radio",
    "bridge",
    "novel",
    "engine",
    "sourdough",
    "museum",
    "violin",
    "printer",
    "orchard",
    "lighthouse",
    "kettle",
    "harbour",
    "staircase",
    "notebook",
    "railway",
    "telescope",
    "carpet",
    "window",
    "chimney",
]
_HONEST = (
    "I never thought about the {a} that way, though the part on the {b} was a bit short.",
    "Could you say more about the {a}? The {b} is where I got lost.",
    "We had the same trouble with our {a} last winter, and mending the {b} helped.",
    "Not sure I agree: the {a} was older than the {b}, see the second picture.",
    "My aunt kept a {a} beside the {b} for years and nobody knew why.",
    "There is a small mistake in the paragraph on the {a}, the {b} came later.",
    "Thanks, the drawing of the {a} made me look at our {b} again.",
    "Is the {a} open on Mondays, or only the {b}?",
)
_CAMPAIGN = (
    "Lovely words about the {a}! My brother restores antique {b} cabinets at kabinett{n}.example, ask for the offer",
    "Such a thoughtful piece on the {a}, for {b} cabinets of every size see kabinett{n}.example today",
    "Wonderful reading. The {a} cabinet workshop kabinett{n}.example delivers a {b} cabinet within a week",
    "You write so well of the {a}; our cabinets for a {b} are made by hand, kabinett{n}.example ships everywhere",
)


class Campaign:
    """Deals out texts, each once."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._dealt: set[str] = set()

    def honest(self) -> str:
        return self._fresh(_HONEST)

    def spam(self) -> str:
        return self._fresh(_CAMPAIGN)

    def _fresh(self, forms: tuple[str, ...]) -> str:
        while True:
            a, b = self._random.sample(_THINGS, 2)
            text = self._random.choice(forms).format(a=a, b=b, n=self._random.randint(1, 40))
            if text not in self._dealt:
                self._dealt.add(text)
                return text
