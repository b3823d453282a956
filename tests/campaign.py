"""Made-up honest comments and a spam campaign that the shipped model does not know, for tests of learning.

The campaign is polite, without links and without the usual words: only moderators can tell, and what they decide.
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
    "The {a} in the picture reminds me of the oak cabinets that the Kabinett workshop makes beside the {b}",
    "We have one of the Kabinett workshop's cabinets next to the {a}, it goes well with the {b}",
    "Whoever likes the {a} will like the cabinets of the Kabinett workshop, and the {b} as well",
    "My neighbour has a {a} and a cabinet of the Kabinett workshop, and says that the {b} came with it",
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
            text = self._random.choice(forms).format(a=a, b=b)
            if text not in self._dealt:
                self._dealt.add(text)
                return text
