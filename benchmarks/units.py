"""python -m benchmarks.units: units of work a second, by engine, by driver, by one or two processes on a database.

A unit is that of a submission: a comment with its guards, and the numbers it moves. 64 callers at a time, each waits
for his to be durable. asyncpg is measured where it is installed; it is not among our dependencies.
"""

import argparse
import asyncio
import multiprocessing
import random
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import uvloop

from benchmarks.databases import places
from benchmarks.texts import plain
from service.domain.comment import Author, Comment, repeat_key
from service.domain.ids import Ids
from service.domain.markup import plain_html
from service.domain.member import Member
from service.domain.site import Policy, Site
from service.domain.thread import Thread
from service.storage import comments, members, sites, threads
from service.storage.database import Statement, Unit
from service.storage.engines import migrate, open_database

_CALLERS = 64
_KEY = "/post.html"
Write = Callable[[Unit], Awaitable[None]]


def _now() -> int:
    return time.time_ns() // 1_000_000


def _stage() -> list[Statement]:
    """A site with a member and a thread."""
    ids = Ids(_now, secrets.randbits)
    member = Member("m", "blog", "Ada", None, "member", "active", None, 0, 0, 0, _now(), 1)
    thread = Thread(ids.new(), "blog", _KEY, None, None, None, None, None, _now(), 0, 0)
    return [*sites.adding(Site("blog", Policy(), _now(), 1)), *members.adding(member), threads.adding(thread, _KEY)]


def _units() -> Iterator[list[Statement]]:
    chance, ids = random.Random(secrets.randbits(64)), Ids(_now, secrets.randbits)
    author = Author("m", "Ada", "member")
    while True:
        text, now = f"{plain(chance)} {chance.getrandbits(64):x}", _now()
        comment = Comment(
            ids.new(), "blog", "", None, author, text, plain_html(text), "approved", now, None, 1, score=0.1
        )
        new = comments.NewComment(comment, _KEY, None, None, repeat_key(_KEY, None, text), now - 60_000, "open")
        yield [
            comments.adding(new, "active"),
            threads.counting_page("blog", _KEY, 1),
            sites.counting("blog", "approved", 1),
            *members.recording("m", "approved", 1),
        ]


class Found(NamedTuple):
    """Units a second, and the milliseconds that one in a hundred waited for at least."""

    rate: float
    p99_ms: float


async def _rate(write: Write, seconds: float) -> Found:
    units, until, waited = _units(), time.perf_counter() + seconds, list[float]()

    async def call() -> None:
        while (began := time.perf_counter()) < until:
            await write(next(units))
            waited.append(time.perf_counter() - began)

    await asyncio.gather(*[call() for _ in range(_CALLERS)])
    return Found(len(waited) / seconds, sorted(waited)[-len(waited) // 100] * 1000)


async def _ours(where: str, seconds: float) -> Found:
    db = await open_database(where)
    try:
        return await _rate(db.write, seconds)
    finally:
        await db.close()


class _Asyncpg:
    """The same groups under the same lock, by asyncpg: statement after statement, since it has no pipeline."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._waiting: list[tuple[Unit, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, unit: Unit) -> None:
        """Waits for the group that this unit is in."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, done))
        if self._task is None:
            self._task = asyncio.create_task(self._write_groups())
        await done

    async def _write_groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            async with self._connection.transaction():
                await self._connection.execute("SELECT pg_advisory_xact_lock(1)")
                await self._connection.execute("SELECT pg_notify('changes', 'x')")
                for unit, _ in group:
                    for sql, parameters, refusal in unit:
                        text, names = _numbered(sql)
                        told = await self._connection.fetch(text, *[parameters[name] for name in names])
                        assert refusal is None or told is not None
            for _, done in group:
                done.set_result(None)
        self._task = None


def _numbered(sql: str) -> tuple[str, list[str]]:
    """`:name` as $1, $2, ..."""
    names = list(dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_]+)", sql)))
    return re.sub(r"(?<![:\w]):([a-z_]+)", lambda m: f"${names.index(m[1]) + 1}", sql), names


async def _by_asyncpg(where: str, seconds: float) -> Found:
    import asyncpg  # type: ignore[import-not-found]  # noqa: PLC0415 - where it is installed

    connection = await asyncpg.connect(where)
    try:
        return await _rate(_Asyncpg(connection).write, seconds)
    finally:
        await connection.close()


def _in_process(where: str, seconds: float, told: Any) -> None:
    told.put(tuple(uvloop.run(_ours(where, seconds))))


def _together(where: str, seconds: float, processes: int) -> Found:
    """Several processes on one database: all they did, and the longest waits."""
    spawning = multiprocessing.get_context("spawn")
    told: Any = spawning.Queue()
    running = [spawning.Process(target=_in_process, args=(where, seconds, told)) for _ in range(processes)]
    for one in running:
        one.start()
    found = [Found(*told.get()) for _ in running]
    for one in running:
        one.join()
    return Found(sum(one.rate for one in found), max(one.p99_ms for one in found))


async def _prepare(where: str) -> None:
    migrate(where)
    db = await open_database(where)
    await db.write(_stage())
    await db.close()


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.units", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each line (8)")
    seconds: float = parser.parse_args().seconds
    print("| engine | how | units a second | p99, ms |\n| --- | --- | ---: | ---: |")
    for place in places(None, None):
        uvloop.run(_prepare(place.large))
        for processes in (1, 2):
            how = f"{processes} process{'es' * (processes - 1)}"
            _print(place.name, how, _together(place.large, seconds, processes))
        if place.large.startswith("postgresql") and find_spec("asyncpg"):
            _print(place.name, "asyncpg, 1 process", uvloop.run(_by_asyncpg(place.large, seconds)))


def _print(engine: str, how: str, found: Found) -> None:
    print(f"| {engine} | {how} | {found.rate:,.0f} | {found.p99_ms:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
