"""A database as a busy installation has it after years: a million comments by a thousand blogs, made by a formula.

One blog has a thread of 10,000 comments and 100,000 that wait; the others follow Zipf's law in their comments, as their
threads do, and the words of the texts. The same seed makes the same rows, on either engine.
"""

import bisect
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from service.domain.names import name_key
from service.storage.migrate import migrations
from service.storage.tables import Table, filling

BLOG, LONG = "blog-0000", "/long.html"
_T0 = 1_700_000_000_000  # of the first comment, milliseconds UTC
_STEP_MS = 90_000  # between two: a million in not quite three years
_MODEL = "shipped-1"
_SYLLABLES = ("ba", "ko", "ri", "ne", "mu", "sta", "lo", "ven", "ti", "gra", "hou", "pe", "dil", "sam", "or")


class Size(NamedTuple):
    """How many of each."""

    comments: int = 1_000_000
    sites: int = 1_000
    long: int = 10_000  # published in one thread
    pending: int = 100_000  # on one blog


def size_of(comments: int) -> Size:
    """A database of so many comments, the rest in proportion."""
    part = comments / Size().comments
    return Size(*[max(10, round(number * part)) for number in Size()])


class Place(NamedTuple):
    """A thread of a site."""

    site: str
    thread: str
    members: int  # of the site


def word(rank: int) -> str:
    """The word of this rank, 0 the most common."""
    made, rank = "", rank + len(_SYLLABLES)
    while rank:
        rank, i = divmod(rank, len(_SYLLABLES))
        made += _SYLLABLES[i]
    return made


def rare(number: int) -> str:
    """A word that only this comment has."""
    return f"n{number:x}x"


class Large:
    """All rows of such a database."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._chance = random.Random(7)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)  # by site: statuses
        self._published: Counter[str] = Counter()  # by thread
        self._records: dict[str, Counter[str]] = defaultdict(Counter)  # by member: statuses
        self._places, self._weights = self._make_places()
        self._halves = self._make_halves()

    def _make_places(self) -> tuple[list[Place], list[float]]:
        """Threads, the first of the blog being the long one and the second where comments wait; sums of weights."""
        places, weights = [], []
        for number in range(self.size.sites):
            site = f"blog-{number:04}"
            share = 1 / (number + 3)
            threads = max(2, round(300 * share))
            for i in range(threads):
                places.append(Place(site, _id(_T0 - 10**9 + number, i), 2_000 if number == 0 else 20))
                weights.append(share / (i + 1) / threads if (number, i) not in ((0, 0), (0, 1)) else 0.0)
        return places, list(itertools.accumulate(weights))

    def _make_halves(self) -> list[str]:
        ranks = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(30_000)))
        words = [word(rank) for rank in range(30_000)]
        return [" ".join(self._chance.choices(words, cum_weights=ranks, k=16)) for _ in range(20_000)]

    def comments(self) -> Iterator[tuple[Any, ...]]:
        """The comments, oldest first, in the order of COMMENT; counts them on the way."""
        chance, size = self._chance, self.size
        special = set(chance.sample(range(size.comments), size.long + size.pending))
        long = set(itertools.islice(sorted(special, key=lambda i: (i * 2_654_435_761) % 2**32), size.long))
        above: dict[str, str] = {}  # by thread: a published comment
        for i in range(size.comments):
            waits, in_long = i in special and i not in long, i in long
            number = 0 if in_long else 1 if waits else bisect.bisect(self._weights, chance.random() * self._weights[-1])
            place = self._places[min(number, len(self._places) - 1)]
            status, score = _fate(chance, in_long, waits)
            row = self._comment(i, place, status, score, above.get(place.thread) if i % 4 == 0 else None)
            if status == "approved" and i % 3 == 0 and row[3] is None:
                above[place.thread] = row[0]
            yield row

    def _comment(self, i: int, place: Place, status: str, score: float, parent: str | None) -> tuple[Any, ...]:
        chance, at = self._chance, _T0 + i * _STEP_MS
        author = _member_id(place.site, min(int(chance.expovariate(8 / place.members)), place.members - 1))
        text = f"{self._halves[int(chance.random() * 20_000)]} {self._halves[int(chance.random() * 20_000)]} {rare(i)}"
        self._counts[place.site][status] += 1
        self._records[author][status] += 1
        shown = status == "approved"
        self._published[place.thread] += shown
        return (
            _id(at, chance.getrandbits(40)), place.site, place.thread, parent if shown else None, author, text, status,
            int(shown), score, score, abs(score - 0.5), _VERDICTS[status], "[]", _MODEL, i, at, 1,
        )  # fmt: skip

    def others(self) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
        """What the comments refer to, with the numbers that they make: to be asked when they were made."""
        sites = [f"blog-{number:04}" for number in range(self.size.sites)]
        yield SITES, [(site, "{}", _T0, 1) for site in sites]
        yield (
            STATUS_COUNTS,
            [(s, status, self._counts[s][status]) for s in sites for status in (*_VERDICTS, "reported", "audit")],
        )
        yield MEMBERS, [row for number, site in enumerate(sites) for row in self._members(site, number)]
        yield THREADS, [self._thread(number, place) for number, place in enumerate(self._places)]

    def _members(self, site: str, number: int) -> Iterator[tuple[Any, ...]]:
        for i in range(2_000 if number == 0 else 20):
            one, name = _member_id(site, i), f"{word(i * 7).capitalize()} {word(number * 31 + i).capitalize()} {i}"
            did = self._records[one]
            numbers = did["approved"], did["rejected"], did["spam"]
            role = "owner" if i == 0 else "member"
            yield one, site, name, name_key(name), f"{one}@example.org", role, "active", *numbers, _T0, 1

    def _thread(self, number: int, place: Place) -> tuple[Any, ...]:
        key = LONG if number == 0 else f"/page-{number}.html"
        return place.thread, place.site, key, key, None, f"Page {number}", _T0, self._published[place.thread], 1


def _fate(chance: random.Random, in_long: bool, waits: bool) -> tuple[str, float]:
    """Status and score of a comment."""
    if in_long:
        return "approved", 0.01 + chance.random() * 0.3
    if waits:
        return "pending", 0.5 + chance.random() * 0.4
    luck = chance.random()
    if luck < 0.08:
        return "spam", 0.9 + chance.random() * 0.1
    if luck < 0.1:
        return "rejected" if luck < 0.095 else "removed", chance.random()
    return "approved", chance.random() * 0.5 if luck < 0.98 else chance.random()


def _id(at: int, number: int) -> str:
    return f"{at << 40 | number:022x}"


def _member_id(site: str, number: int) -> str:
    return _id(_T0 - 10**8 - int(site[-4:]), number)


_VERDICTS = {"pending": "unsure", "approved": "ham", "spam": "spam", "rejected": "unsure", "removed": "ham"}


def _table(name: str, columns: str) -> Table:
    """A table by what is filled of it; the rest is as it comes."""
    return Table(name, tuple(columns.split()))


SITES = _table("sites", "id policy created_at version")
STATUS_COUNTS = _table("status_counts", "site_id status count")
MEMBERS = _table(
    "members",
    "id site_id name name_key email role status approved_count rejected_count spam_count created_at version",
)
THREADS = _table("threads", "id site_id key lookup_key url title created_at count version")
COMMENTS = _table(
    "comments",
    "id site_id thread_id parent_id author_id text status shown score risk doubt verdict reasons model_version"
    " repeat_key created_at version",
)


def fill(where: str, size: Size) -> None:
    """Makes the database at this address, which must be empty."""
    large = Large(size)
    comments = list(large.comments())
    with filling(where, migrations()[-1].number) as target:
        for table, rows in large.others():
            target.fill(table, rows)
        target.fill(COMMENTS, comments)
