"""Which of the comments that wait are nearly the same, so that a campaign can be one decision."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from service.domain.comment import Comment
from service.spam import neardup
from service.storage import surroundings
from service.storage.database import Database

_WAITING = 500  # the newest that wait are compared
_SKETCHES = 20_000
_MOST = 200  # in one group

_Key = tuple[str, int]


class Alike(msgspec.Struct, frozen=True):
    """A comment that waits, at its version."""

    id: str
    version: int


class Group(msgspec.Struct, frozen=True):
    """Comments that wait and are nearly the same, this one among them if it waits."""

    count: int
    comments: tuple[Alike, ...]


class Waiting:
    """Remembers the sketches of texts, since those that wait are looked at again and again."""

    def __init__(self) -> None:
        self._sketches: OrderedDict[_Key, neardup.Sketch | None] = OrderedDict()

    async def groups(self, db: Database, site_id: str, found: Sequence[Comment]) -> dict[str, Group]:
        """The groups of these comments of a site, by their ids; only where there are others."""
        waiting = await surroundings.waiting(db, site_id, _WAITING)
        waiting |= {one.id: one.version for one in found if one.status == "pending"}
        fresh = [one for one in waiting.items() if one not in self._sketches]
        texts = await surroundings.texts(db, site_id, [one for one, _ in fresh]) if fresh else {}
        shown = {(one.id, one.version): one.text for one in found if (one.id, one.version) not in self._sketches}
        wanted = shown | {one: texts[one[0]] for one in fresh if one[0] in texts}
        if wanted:
            await asyncio.to_thread(self._sketch, wanted)
        return self._grouped(waiting, found)

    def _sketch(self, wanted: dict[_Key, str]) -> None:
        for key, text in wanted.items():
            self._sketches[key] = neardup.sketch(text)
        while len(self._sketches) > _SKETCHES:
            self._sketches.popitem(last=False)

    def _grouped(self, waiting: dict[str, int], found: Sequence[Comment]) -> dict[str, Group]:
        recent = neardup.Recent(len(waiting) + 1)
        for key in waiting.items():
            if (sketch := self._sketches.get(key)) is not None:
                recent.add(key[0], sketch)
        groups = {}
        for one in found:
            sketch = self._sketches.get((one.id, one.version))
            near = [other.key for other in recent.near(sketch, _MOST)] if sketch is not None else []
            if [other for other in near if other != one.id]:
                groups[one.id] = Group(len(near), tuple(Alike(other, waiting[other]) for other in sorted(near)))
        return groups
