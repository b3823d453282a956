"""Another program holds the database's write lock: writes are refused in time and in words, reads go on, it heals."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import aiohttp
from club import API, Club, Ledger, Told, new_attempt, post
from ledger_check import check
from service_process import NewService, Service, wait_until

_REFUSED_WITHIN_S = 6.0
_AT_ONCE = 8
_APART_S = 0.4  # some writers come while the first ones wait already


def test_locked_database(club: Club, new_service: NewService) -> None:
    service, ledger = new_service().start(), Ledger()
    asyncio.run(_post_all(club, service, ledger))
    with _locked(service.database):
        asyncio.run(_refused_in_time(club, service))
        assert service.status_of("/readyz") == 503
        assert service.status_of("/healthz") == 200
    wait_until(service.is_ready, "the service to heal", timeout_s=5.0)
    asyncio.run(_post_all(club, service, ledger))
    check(service.database, ledger)


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """The write lock, held by somebody else."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def _post_all(club: Club, service: Service, ledger: Ledger) -> None:
    async with aiohttp.ClientSession(service.url) as http:
        for i in range(_AT_ONCE):
            attempt = new_attempt(club.members[i % len(club.members)], with_key=i % 2 == 0)
            status, told = await post(http, attempt)
            assert status in (201, 202), told
            ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])


async def _refused_in_time(club: Club, service: Service) -> None:
    """Every write is refused within its limit, also those that come later; readers are served all the while."""
    async with asyncio.timeout(60), aiohttp.ClientSession(service.url) as http:
        writers = [_refused(http, club.members[i % len(club.members)], i * _APART_S) for i in range(_AT_ONCE)]
        refused = asyncio.gather(*writers)
        while not refused.done():  # bounded by the timeout above
            await _read(http)
            await asyncio.sleep(0.05)
        waits = await refused
    assert max(waits) < _REFUSED_WITHIN_S, [f"{wait:.1f} s" for wait in waits]


async def _refused(http: aiohttp.ClientSession, token: str, after_s: float) -> float:
    """Tries to post, a while after the first. Returns how long it took to be refused."""
    await asyncio.sleep(after_s)
    began, attempt = time.perf_counter(), new_attempt(token, with_key=False)
    async with http.post(f"{API}/comments", json=attempt.body(), headers=attempt.headers()) as answer:
        assert answer.status == 503, await answer.text()
        assert (await answer.json(content_type=None))["code"] == "storage-unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    return time.perf_counter() - began


async def _read(http: aiohttp.ClientSession) -> None:
    """A page that is read from the database, not from memory, at once."""
    began = time.perf_counter()
    async with http.get(f"{API}/comments?thread=/page-1.html&limit={1 + int(began * 1000) % 200}") as answer:
        assert answer.status == 200
    assert time.perf_counter() - began < 1.0
