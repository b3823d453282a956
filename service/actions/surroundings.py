"""What this process remembers around a site's comments: hosts that were linked to before, texts that came lately.

Bounded, and rebuilt from the database where it is old. What it says weighs little, so that being a little behind does
no harm; what it does not know is no clue.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from service.spam import neardup
from service.spam.context import link_hosts
from service.storage import surroundings
from service.storage.database import Database

_SITES = 200
_TEXTS = 2_000  # newest published comments whose links are known
_LATELY = 2_000  # texts that near-duplicates are looked for among
_OLD_S = 300.0
_LATELY_S = 7 * 86_400.0


@dataclass(slots=True)
class Around:
    """What is remembered of one site. `hosts` None: not read yet, so that no host can be called new."""

    hosts: frozenset[str] | None = None
    recent: neardup.Recent = field(default_factory=lambda: neardup.Recent(_LATELY))
    writers: dict[str, str] = field(default_factory=dict)  # of the remembered texts
    read_at: float = 0.0
    reading: asyncio.Task[None] | None = None


class Surroundings:
    """Asked on the loop; reads behind the backs of those who ask."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._sites: OrderedDict[str, Around] = OrderedDict()

    def of(self, db: Database, site_id: str) -> Around:
        """What is remembered of the site now; what is old is read again meanwhile."""
        around = self._sites.get(site_id)
        if around is None:
            around = self._sites[site_id] = Around()
            if len(self._sites) > _SITES:
                self._sites.popitem(last=False)
        now = self._clock()
        if around.reading is None and (around.hosts is None or now - around.read_at > _OLD_S):
            around.reading = asyncio.get_running_loop().create_task(self._read(db, site_id, around))
        return around

    async def _read(self, db: Database, site_id: str, around: Around) -> None:
        try:
            texts = await surroundings.with_links(db, site_id, _TEXTS)
            around.hosts = await asyncio.to_thread(lambda: frozenset(h for text in texts for h in link_hosts(text)))
            around.read_at = self._clock()
        finally:
            around.reading = None


def new_hosts(around: Around, text: str) -> tuple[str, ...]:
    """Hosts that this text links to and no published comment did."""
    return () if around.hosts is None else tuple(sorted(link_hosts(text) - around.hosts))


def alike(around: Around, sketch: neardup.Sketch | None, writer: str) -> int:
    """How many of the texts that others sent lately are nearly this one."""
    if sketch is None:
        return 0
    return sum(around.writers.get(one.key) != writer for one in around.recent.near(sketch))


def remember(around: Around, comment_id: str, sketch: neardup.Sketch | None, writer: str) -> None:
    """Keeps a text that came, for those that come after it."""
    if sketch is None:
        return
    around.recent.add(comment_id, sketch)
    around.writers[comment_id] = writer
    while len(around.writers) > _LATELY:
        del around.writers[next(iter(around.writers))]
