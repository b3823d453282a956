"""python -m benchmarks.growth: first pages of a large database beside those of one that holds just such a page.

Service time within the process, without HTTP: the action, and its answer as JSON. Filled through the storage's own
units of work, so that indexes and counts are as they would be.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks.texts import plain
from service.actions.add_member import NewMember, add_member
from service.actions.add_site import add_site
from service.actions.identify import Who
from service.actions.queue import QueueRequest, queue_page
from service.actions.resources import Resources
from service.actions.thread_page import PageRequest, thread_page
from service.app import open_resources
from service.domain.comment import Author, Comment, Status, repeat_key
from service.domain.markup import plain_html
from service.domain.member import Member
from service.domain.site import Policy, Site
from service.domain.thread import Thread
from service.settings import read_settings
from service.storage import comments, sites, threads
from service.storage.database import Statement
from service.web.bodies import encode
from service.web.shapes.comments import listed_comment
from service.web.shapes.moderation import item_told

_TIMES = 60
_AT_ONCE = 2_000
_MEMBERS = 10  # so few that each has his last five in the small one too, and the pages hold the same
KEY = "/long.html"


class Size(NamedTuple):
    """How many comments wait, and how many are published in one thread."""

    pending: int
    published: int


class Filled(NamedTuple):
    """A database of some size, open."""

    res: Resources
    site: Site


async def fill(res: Resources, size: Size) -> Filled:
    """A site `blog` with members and so many comments, all through units of work."""
    site = await add_site(res, "blog", Policy())
    people = [await add_member(res, site, NewMember(f"Member {i:04}")) for i in range(_MEMBERS)]
    for key in (KEY, "/other.html"):
        thread = Thread(res.ids.new(), site.id, key, None, key, None, None, None, res.now_ms(), 0, 0)
        await res.db.write([threads.adding(thread, key)])
    units = [*_units(res, people, size.published, KEY), *_units(res, people, size.pending, "/other.html")]
    for i in range(0, len(units), _AT_ONCE):
        await asyncio.gather(*[res.db.write(unit) for unit in units[i : i + _AT_ONCE]])
    return Filled(res, site)


def _units(res: Resources, people: list[Member], many: int, key: str) -> Iterator[list[Statement]]:
    chance = random.Random(many)
    status: Status = "approved" if key == KEY else "pending"
    for i in range(many):
        member, text, now = people[i % len(people)], plain(chance), res.now_ms()
        comment = Comment(
            res.ids.new(),
            "blog",
            "",
            None,
            Author(member.id, member.name, "member"),
            text,
            plain_html(text),
            status,
            now,
            None,
            1,
            score=(i % 997) / 997,
        )
        new = comments.NewComment(comment, key, None, None, repeat_key(key, None, text), 2**62, "open")
        counted = [threads.counting_page("blog", key, 1)] if status == "approved" else []
        yield [comments.adding(new, "active"), *counted, sites.counting("blog", status, 1)]


async def _queue(filled: Filled) -> bytes:
    found = await queue_page(filled.res, filled.site, QueueRequest(sort="riskiest"))
    return encode([item_told(item, filled.site.policy) for item in found.items])


async def _thread(filled: Filled) -> bytes:
    who = Who(filled.site, "")
    found = await thread_page(filled.res, who, PageRequest(KEY))
    return encode([listed_comment(comment, who) for comment in found.comments])


async def _ms(work: Callable[[Filled], Awaitable[bytes]], filled: Filled) -> float:
    began = time.perf_counter()
    await work(filled)
    return (time.perf_counter() - began) * 1000


async def _compare(what: str, work: Callable[[Filled], Awaitable[bytes]], small: Filled, large: Filled) -> str:
    """The two take turns; medians, and the median of the ratios pair by pair."""
    pairs = [(await _ms(work, small), await _ms(work, large)) for _ in range(_TIMES)]
    few, many = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    ratio = statistics.median(b / a for a, b in pairs)
    verdict = "met" if ratio <= 1.2 and many < 20 else "**missed**"
    return f"| {what} | {few:.2f} | {many:.2f} | {ratio:.2f} | at most 1.2, under 20 ms: {verdict} |"


async def _measure(size: Size) -> list[str]:
    async with AsyncExitStack() as stack:
        filled = []
        for one in (Size(50, 100), size):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = read_settings({"GREENROOM_DATA": str(folder), "GREENROOM_RATE_LIMITS": "off"})
            filled.append(await fill(await stack.enter_async_context(open_resources(settings)), one))
        small, large = filled
        return [
            await _compare(f"queue page of 50, riskiest first, {size.pending:,} pending", _queue, small, large),
            await _compare(f"first 100 of a thread of {size.published:,}", _thread, small, large),
        ]


def main() -> None:
    """Fills both databases and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--pending", type=int, default=100_000, help="comments that wait (100,000)")
    parser.add_argument("--published", type=int, default=10_000, help="comments in one thread (10,000)")
    wanted = parser.parse_args()
    print("| first page | just that page, ms | large, ms | ratio | goal |\n| --- | ---: | ---: | ---: | --- |")
    print("\n".join(uvloop.run(_measure(Size(wanted.pending, wanted.published)))))


if __name__ == "__main__":
    main()
