"""The rows of the table: what is asked of the service, beside which yardstick, and how often they take turns."""

import random
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks import texts, traffic
from benchmarks.blog import API, COUNTS, QUEUE, THREAD, Blog
from benchmarks.load import Measured, NextRequest, put_load_on
from benchmarks.processes import Server

POSTED = frozenset({201, 202})


class Row(NamedTuple):
    """One thing to measure. `expected` are the only statuses that may come."""

    name: str
    what: str
    server: Server
    next_request: NextRequest
    expected: frozenset[int]


class Family(NamedTuple):
    """Rows that take turns with one yardstick."""

    name: str
    yardstick: Row
    rows: tuple[Row, ...]


class Finding(NamedTuple):
    """A row at a number of connections: medians over the rounds, and medians of the ratios within each round."""

    name: str
    what: str
    connections: int
    median: Measured
    rate_ratio: float
    cpu_ratio: float
    spread: float  # (largest - smallest) / median of the ratios of processor time: how noisy it was


class Servers(NamedTuple):
    """The service and its yardstick."""

    ours: Server
    bare: Server


class Sizes(NamedTuple):
    """Bytes of the answers that the yardstick imitates."""

    thread: int
    counts: int
    queue: int


def sizes_of(ours: Server, blog: Blog) -> Sizes:
    """How long the service's answers are."""
    queue = ours.get(QUEUE, _bearer(blog.held_moderator))
    found = [len(answer.body) for answer in (ours.get(THREAD), ours.get(COUNTS), queue)]
    return Sizes(*found)


def families(servers: Servers, blog: Blog, sizes: Sizes) -> list[Family]:
    """All that can be measured by a rate."""
    return [
        _posting(servers, blog),
        _reading(servers, sizes),
        _counting(servers, sizes),
        _queueing(servers, blog, sizes),
    ]


def _posting(servers: Servers, blog: Blog) -> Family:
    def row(name: str, what: str, path: str, write: Callable[[random.Random], str] = texts.plain) -> Row:
        server, expected = (servers.bare, {201}) if name == "bare" else (servers.ours, POSTED)
        return Row(name, what, server, traffic.comments(path, blog.tokens, write), frozenset(expected))

    return Family(
        "post",
        row("bare", "bare: parse JSON, answer 201", "/comments"),
        (
            row("post-plain", "POST a comment, plain text", f"{API}/comments"),
            row("post-markdown", "POST a comment, Markdown", f"{API}/comments", texts.marked),
            row("post-doubted", "POST a comment that the model doubts", f"{API}/comments", texts.doubted),
        ),
    )


def _reading(servers: Servers, sizes: Sizes) -> Family:
    etag = {"If-None-Match": servers.ours.get(THREAD).headers["ETag"]}
    return Family(
        "get",
        _bare(servers, sizes.thread),
        (
            Row("get-thread", "GET a thread of 100", servers.ours, traffic.fixed(THREAD), frozenset({200})),
            Row("get-304", "the same, 304", servers.ours, traffic.fixed(THREAD, etag), frozenset({304})),
        ),
    )


def _counting(servers: Servers, sizes: Sizes) -> Family:
    row = Row("counts", "GET counts of 20 pages", servers.ours, traffic.fixed(COUNTS), frozenset({200}))
    return Family("counts", _bare(servers, sizes.counts), (row,))


def _queueing(servers: Servers, blog: Blog, sizes: Sizes) -> Family:
    request = traffic.fixed(QUEUE, _bearer(blog.held_moderator))
    row = Row("queue", "GET a queue page of 50", servers.ours, request, frozenset({200}))
    return Family("queue", _bare(servers, sizes.queue), (row,))


def _bare(servers: Servers, size: int) -> Row:
    what = f"bare: {size / 1000:.1f} kB from memory"
    return Row("bare", what, servers.bare, traffic.fixed(f"/bytes/{size}"), frozenset({200}))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Plan(NamedTuple):
    """How much is measured."""

    seconds: float
    rounds: int
    connections: Sequence[int]


async def measure(family: Family, plan: Plan, seen: dict[str, Counter[int]]) -> list[Finding]:
    """Every row of the family at every number of connections; counts what was answered in `seen`."""
    found = []
    for connections in plan.connections:
        rounds = [await _round(family, connections, plan.seconds, seen) for _ in range(plan.rounds)]
        rows = (family.yardstick, *family.rows)
        found += [_finding(row, connections, [one[i] for one in rounds], rounds) for i, row in enumerate(rows)]
    return found


async def _round(family: Family, connections: int, seconds: float, seen: dict[str, Counter[int]]) -> list[Measured]:
    """The yardstick, then each row, once."""
    found = []
    for row in (family.yardstick, *family.rows):
        measured = await put_load_on(row.server, row.next_request, connections, seconds)
        seen.setdefault(row.name, Counter()).update(measured.statuses)
        if not set(measured.statuses) <= row.expected:
            raise RuntimeError(f"{row.what}: answers that do not belong there: {dict(measured.statuses)}")
        found.append(measured)
    return found


def _finding(row: Row, connections: int, of_row: list[Measured], rounds: list[list[Measured]]) -> Finding:
    rates = [mine.rate / every[0].rate for mine, every in zip(of_row, rounds, strict=True)]
    costs = [mine.cpu_us / every[0].cpu_us for mine, every in zip(of_row, rounds, strict=True)]
    cost = statistics.median(costs)
    median = Measured(
        of_row[0].statuses, *[statistics.median(column) for column in zip(*[m[1:] for m in of_row], strict=True)]
    )
    return Finding(
        row.name, row.what, connections, median, statistics.median(rates), cost, (max(costs) - min(costs)) / cost
    )
