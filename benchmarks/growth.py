"""python -m benchmarks.growth: first pages and searches of a large database beside one that holds just those pages.

Service time within the process, without HTTP: the action, and its answer as JSON. The small database is cut out of the
large one, so that both give the same answers; they take turns. On both engines, unless one is named.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks.cutting import Recorder, cut
from benchmarks.databases import Place, places
from benchmarks.large import BLOG, LONG, Size, fill, size_of, word
from service.actions.identify import Who
from service.actions.queue import QueueRequest, Sort, Tab, queue_page
from service.actions.resources import Resources
from service.actions.set_member import members_page
from service.actions.thread_page import PageRequest, recent, thread_page
from service.app import open_resources
from service.domain.search import parse
from service.domain.site import Site
from service.settings import read_settings
from service.storage import search
from service.web.bodies import encode
from service.web.shapes.comments import listed_comment
from service.web.shapes.moderation import item_told

_TIMES = 60
_SEARCHES = 15
_PAGE_MS, _SEARCH_MS = 20.0, 300.0


class Opened(NamedTuple):
    """A database, open, and its blog."""

    res: Resources
    site: Site


Work = Callable[[Opened], Awaitable[bytes]]


def _queue(status: Tab, sort: Sort, line: str = "") -> Work:
    async def work(at: Opened) -> bytes:
        wanted = QueueRequest(status, sort, None, 50, parse(line) if line else None)
        found = await queue_page(at.res, at.site, wanted)
        return encode([item_told(item, at.site.policy) for item in found.items])

    return work


def _thread(sort: str) -> Work:
    async def work(at: Opened) -> bytes:
        who = Who(at.site, "")
        found = await thread_page(at.res, who, PageRequest(LONG, sort=sort))  # type: ignore[arg-type]
        return encode([listed_comment(comment, who) for comment in found.comments])

    return work


async def _recent(at: Opened) -> bytes:
    return encode([comment for comment, _ in await recent(at.res, at.site, 50)])


async def _members(at: Opened) -> bytes:
    return encode((await members_page(at.res, at.site, None, 50))[0])


PAGES: dict[str, Work] = {
    "queue, 50 of those that wait, oldest first": _queue("pending", "oldest"),
    "the same, riskiest first": _queue("pending", "riskiest"),
    "the same, most uncertain first": _queue("pending", "uncertain"),
    "queue, 50 published ones, newest first": _queue("approved", "newest"),
    "queue, 50 in spam, riskiest first": _queue("spam", "riskiest"),
    "first 100 of the long thread": _thread("oldest"),
    "newest 100 of the long thread": _thread("newest"),
    "50 recent comments": _recent,
    "50 members": _members,
}


def _searches(rare: str) -> dict[str, Work]:
    common, medium = word(0), word(400)
    without = f"{common} {word(1)} -{word(2)} status:any"
    lines: dict[str, tuple[Tab, Sort, str]] = {
        "a common word that waits": ("pending", "oldest", common),
        "the same, riskiest first": ("pending", "riskiest", common),
        "a common word, published, newest first": ("approved", "newest", common),
        "two common words and one without, everywhere": ("pending", "newest", without),
        "a word of one comment in a thousand": ("approved", "newest", medium),
        "a word that one comment has": ("approved", "oldest", f"{rare} status:any"),
        "a word that none has": ("pending", "oldest", "nowhere"),
        "a phrase of two common words": ("approved", "newest", f'"{common} {word(1)}"'),
        "a beginning": ("approved", "newest", f"{word(9_000)[:5]}*"),
        "two words that seldom meet": ("approved", "newest", f"{medium} {word(300)}"),
        "one author's": ("approved", "newest", "author:bako"),
        "in the long thread": ("approved", "newest", f"{medium} thread:{LONG}"),
        "published with a high score": ("approved", "newest", "score:>0.8"),
        "a common word and a high score": ("approved", "newest", f"{common} score:>0.97"),
        "any link, where there is none": ("approved", "newest", "link:*"),
    }  # fmt: skip
    return {what: _queue(*line) for what, line in lines.items()}


async def _open(stack: AsyncExitStack, where: str) -> Opened:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    settings = read_settings({"GREENROOM_DATA": folder, "GREENROOM_DATABASE": where})
    res = await stack.enter_async_context(open_resources(settings))
    site = await res.cache.site(BLOG)
    assert site is not None
    return Opened(res, site)


async def _ms(work: Work, at: Opened) -> float:
    began = time.perf_counter()
    await work(at)
    return (time.perf_counter() - began) * 1000


async def _compare(what: str, work: Work, small: Opened, large: Opened) -> str:
    """The two take turns, each as often first as second; medians, and the median of the ratios pair by pair."""
    if await work(small) != await work(large):
        raise RuntimeError(f"{what}: the small database does not give the same answer")
    pairs = []
    for turn in range(_TIMES):
        took = {at is large: await _ms(work, at) for at in ((small, large), (large, small))[turn % 2]}
        pairs.append((took[False], took[True]))
    few, many = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    ratio = statistics.median(b / a for a, b in pairs)
    verdict = "met" if ratio <= 1.2 and many < _PAGE_MS else "**missed**"
    return f"| {what} | {few:.2f} | {many:.2f} | {ratio:.2f} | {verdict} |"


async def _search(what: str, work: Work, large: Opened) -> str:
    found = (await work(large)).count(b'"allowed_actions"')
    times = sorted([await _ms(work, large) for _ in range(_SEARCHES)])
    verdict = "met" if times[-1] < _SEARCH_MS else "**missed**"
    return f"| {what} | {found} | {times[_SEARCHES // 2]:.1f} | {times[-1]:.1f} | {verdict} |"


async def _index(large: Opened) -> float:
    """Seconds that it takes to make everything searchable."""
    began = time.perf_counter()
    while await search.index_some(large.res.db):
        pass
    return time.perf_counter() - began


async def _measure(place: Place, size: Size) -> None:
    async with AsyncExitStack() as stack:
        began = time.perf_counter()
        fill(place.large, size)
        filled = time.perf_counter() - began
        large = await _open(stack, place.large)
        indexed = await _index(large)
        print(f"\n**{place.name}**: {size.comments:,} comments written in {filled:.0f} s,", end="")
        print(f" {indexed:.0f} s more until all can be searched.\n" if indexed > 1 else " searchable at once.\n")
        with Recorder(large.res.db) as recorder:
            for work in PAGES.values():
                await work(large)
        await asyncio.to_thread(cut, place.large, place.small, recorder.seen, BLOG)
        small = await _open(stack, place.small)
        print("| first page | just these pages, ms | large, ms | ratio | at most 1.2, under 20 ms |")
        print("| --- | ---: | ---: | ---: | --- |")
        for what, work in PAGES.items():
            print(await _compare(what, work, small, large), flush=True)
        print("\n| search of the large one | found on the first page | median, ms | slowest, ms | under 300 ms |")
        print("| --- | ---: | ---: | ---: | --- |")
        waiting = await queue_page(large.res, large.site, QueueRequest())
        for what, work in _searches(waiting.items[0].comment.text.split()[-1]).items():
            print(await _search(what, work, large), flush=True)


def main() -> None:
    """Fills and measures, one engine after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--comments", type=int, default=1_000_000, help="in all (1,000,000); the rest goes with it")
    parser.add_argument("--engine", choices=["sqlite", "postgres"], help="only this one")
    parser.add_argument("--folder", type=Path, help="where the files go (where temporary files do)")
    wanted = parser.parse_args()
    for place in places(wanted.engine, wanted.folder):
        uvloop.run(_measure(place, size_of(wanted.comments)))


if __name__ == "__main__":
    main()
