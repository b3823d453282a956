"""Which of the comments that wait are nearly the same, so that a campaign can be one decision."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from service.domain.comment import Comment
from service.spam import neardup
from service.storage import surroundings
from service.storage.database import Reads

_WAITING = 300  # the newest that wait are compared, and those on the page
_KEPT = 600
_SITES = 100
_OTHERS = 2_000  # sketches of comments that were looked at and do not wait
_MOST = 200  # in one group


class Alike(msgspec.Struct, frozen=True):
    """A comment that waits, at its version."""

    id: str
    version: int


class Group(msgspec.Struct, frozen=True):
    """Comments that wait and are nearly the same, this one among them if it waits."""

    count: int
    comments: tuple[Alike, ...]


@dataclass(slots=True)
class _Site:
    """The comments of one site that wait: their versions, and the sketches of those that have one."""

    versions: dict[str, int] = field(default_factory=dict)
    sketches: dict[str, neardup.Sketch | None] = field(default_factory=dict)
    recent: neardup.Recent = field(default_factory=lambda: neardup.Recent(_KEPT))


class Waiting:
    """Remembers the sketches of texts, since those that wait are looked at again and again."""

    def __init__(self) -> None:
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._others: OrderedDict[tuple[str, int], neardup.Sketch | None] = OrderedDict()  # by id and version

    async def groups(self, db: Reads, site_id: str, found: Sequence[Comment]) -> dict[str, Group]:
        """The groups of these comments of a site, by their ids; only where there are others."""
        waiting = await surroundings.waiting(db, site_id, _WAITING)
        waiting |= {one.id: one.version for one in found if one.status == "pending"}
        site = self._site(site_id)
        fresh = [one for one, version in waiting.items() if site.versions.get(one) != version]
        shown = {one.id: one.text for one in found}
        unknown = [one for one in fresh if one not in shown]
        texts = shown | (await surroundings.texts(db, site_id, unknown) if unknown else {})
        wanted = [(one, texts[one]) for one in fresh if one in texts]
        others = {one.id: one for one in found if one.id not in waiting}
        known = {one: self._others[one, c.version] for one, c in others.items() if (one, c.version) in self._others}
        wanted += [(one, c.text) for one, c in others.items() if one not in known]
        sketches = known | (await asyncio.to_thread(_sketches, wanted) if wanted else {})
        for one in fresh:
            if one in sketches:
                _learn(site, one, waiting[one], sketches[one])
        for gone in site.versions.keys() - waiting.keys():
            _forget(site, gone)
        self._remember([(one, c.version, sketches[one]) for one, c in others.items()])
        return {one.id: group for one in found if (group := _group(site, one.id, sketches)) is not None}

    def _remember(self, looked_at: list[tuple[str, int, neardup.Sketch | None]]) -> None:
        for one, version, sketch in looked_at:
            self._others[one, version] = sketch
            self._others.move_to_end((one, version))
        while len(self._others) > _OTHERS:
            self._others.popitem(last=False)

    def _site(self, site_id: str) -> _Site:
        site = self._sites.pop(site_id, None) or _Site()
        self._sites[site_id] = site
        while len(self._sites) > _SITES:
            self._sites.popitem(last=False)
        return site


def _sketches(texts: Sequence[tuple[str, str]]) -> dict[str, neardup.Sketch | None]:
    return {key: neardup.sketch(text) for key, text in texts}


def _learn(site: _Site, comment_id: str, version: int, sketch: neardup.Sketch | None) -> None:
    site.versions[comment_id], site.sketches[comment_id] = version, sketch
    site.recent.forget(comment_id)
    if sketch is not None:
        site.recent.add(comment_id, sketch)


def _forget(site: _Site, comment_id: str) -> None:
    del site.versions[comment_id], site.sketches[comment_id]
    site.recent.forget(comment_id)


def _group(site: _Site, comment_id: str, sketches: dict[str, neardup.Sketch | None]) -> Group | None:
    sketch = site.sketches.get(comment_id) or sketches.get(comment_id)
    near = [other.key for other in site.recent.near(sketch, _MOST)] if sketch is not None else []
    if not [other for other in near if other != comment_id]:
        return None
    return Group(len(near), tuple(Alike(other, site.versions[other]) for other in sorted(near)))
