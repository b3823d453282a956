"""Comments such as readers write, about 200 characters each: plain ones, and ones with emphasis, a link and code."""

import random

_OPENINGS = (
    "Thank you for writing this up.",
    "I read this twice on the train this morning.",
    "We had the same discussion at home last week.",
    "Good points, though I see one of them differently.",
    "This is the first explanation that I could follow.",
    "I have been waiting for the second part of this.",
    "My sister sent me here and I am glad she did.",
    "Interesting, I had not thought of it that way.",
)
_MIDDLES = (
    "The part about watering in the evening matches what my neighbour does with her tomatoes",
    "When I tried it with rye flour the dough stayed wet for much longer than you describe",
    "Our old camera still takes better pictures in the rain than the telephone ever did",
    "The ride over the pass took us six hours, most of them walking beside the bicycles",
    "In the library they keep the earlier edition, and the maps in it are far better",
    "Our cat ignored the new door for a month and then used it every single night",
    "I would leave the lid off for the first ten minutes and lower the heat after that",
    "The choir sang it much slower in the old recording, and I still prefer that one",
)
_CLOSINGS = (
    "How did it turn out for you in the end?",
    "I will try again in spring and report back.",
    "Perhaps you could show a photograph of it.",
    "Greetings from a rainy afternoon in the north.",
    "Please keep writing about it.",
    "Has anybody else seen the same?",
)
_MARKED = (
    "I *really* mean it, see [my notes](https://notes.example.org/garden) and the line `water = 2 * area` in them.",
    "The **second** step is on [this page](https://recipes.example.org/rye), and `step 3` there is the one to skip.",
    "It is *not* in [the manual](https://bikes.example.org/manual), but `gear 1-3` was **wrong** on mine as well.",
)
_NUMERALS = (
    "maple stone river cloud plant bread honey lemon olive peach piano chair table shelf spoon knife house tower field"
    " beach coast ocean storm winds sunny night north south brush paint paper books"
)
_DIGITS = tuple(_NUMERALS.split())
SERIAL = "maple maple maple maple maple"  # stands where each copy gets words of its own


def serial(number: int) -> str:
    """A number below 32^5 in words: ten digits would read like a telephone number, which the model doubts."""
    return " ".join(_DIGITS[number >> shift & 31] for shift in (20, 15, 10, 5, 0))


def plain(chance: random.Random) -> str:
    """About 200 characters without markup."""
    parts = (chance.choice(_OPENINGS), f"{chance.choice(_MIDDLES)} ({SERIAL}).", chance.choice(_CLOSINGS))
    return " ".join(parts)


def doubted(chance: random.Random) -> str:
    """The same, with what could be a telephone number: near enough to the hold line that clues are looked for."""
    number = chance.randrange(10**9, 10**10)
    return f"{chance.choice(_OPENINGS)} Call {number} today. {chance.choice(_MIDDLES)} ({SERIAL})."


def marked(chance: random.Random) -> str:
    """About 200 characters with emphasis, a link and code."""
    return f"{chance.choice(_OPENINGS)} {chance.choice(_MARKED)} {chance.choice(_CLOSINGS)} ({SERIAL})"
