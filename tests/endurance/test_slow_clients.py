"""Clients that hold connections are cut, each kind within its limit, and honest ones are served all the while."""

import asyncio
from functools import partial
from typing import NamedTuple

import aiohttp
import pytest
from club import API, Club, bearer, new_attempt, post
from service_process import NewService, Record, Service
from slow_clients import SlowClient, deaf, dripping_body, dripping_head, idle

_LONG_PAGE = f"{API}/comments?thread=/long.html"
_SHORTEST_LIMIT_S = 5  # after which slow clients are cut: who waits so long has waited for them
_PAUSE_S = 0.05


class Kind(NamedTuple):
    """So many clients of one kind, and when they must have been cut: not at once, and not much after the limit."""

    name: str
    client: SlowClient
    number: int
    earliest_s: float
    latest_s: float


def _kinds(club: Club) -> list[Kind]:
    return [
        Kind("idle", idle, 300, 5, 14),
        Kind("dripping heads", dripping_head, 40, 5, 14),
        Kind("dripping bodies", partial(dripping_body, token=club.members[0]), 40, 5, 14),
        Kind("deaf readers", partial(deaf, path=_LONG_PAGE), 20, 10, 27),
    ]


def test_slow_clients_do_not_keep_others_waiting(club: Club, new_service: NewService) -> None:
    service = new_service().start()
    asyncio.run(_serve_beside(club, service))


async def _serve_beside(club: Club, service: Service) -> None:
    """All slow clients are there, and a few honest requests are answered before the service gives up on them."""
    async with aiohttp.ClientSession(service.url) as http:
        await _write_long_page(http, club)
        kinds = _kinds(club)
        slow = [asyncio.create_task(kind.client(service.url)) for kind in kinds for _ in range(kind.number)]
        for number in range(20):
            await _honest_request(http, club, number)
        longest_borne = slow[-kinds[-1].number :]
        assert not any(one.done() for one in longest_borne)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


@pytest.mark.long
def test_slow_clients_are_cut(club: Club, new_service: NewService, record_property: Record) -> None:
    service = new_service().start()
    found = asyncio.run(_until_all_are_cut(club, service))
    record_property("endurance", found)
    print(f"\n{found}")
    assert service.stop() == 0


async def _until_all_are_cut(club: Club, service: Service) -> str:
    async with asyncio.timeout(60), aiohttp.ClientSession(service.url) as http:
        await _write_long_page(http, club)
        before = service.resident_mib()
        cut = asyncio.gather(*[_all_of(kind, service.url) for kind in _kinds(club)])
        waits: list[float] = []
        peak = before
        while not cut.done():  # bounded by the timeout above
            waits.append(await _honest_request(http, club, len(waits)))
            peak = max(peak, service.resident_mib())
            await asyncio.sleep(_PAUSE_S)
        borne = await cut
    assert max(waits) < _SHORTEST_LIMIT_S
    return (
        f"{'; '.join(borne)}; {len(waits)} honest requests meanwhile, the slowest {max(waits) * 1000:.0f} ms;"
        f" memory {before:.0f} MiB before, {peak:.0f} at most, {service.resident_mib():.0f} after"
    )


async def _all_of(kind: Kind, url: str) -> str:
    borne = await asyncio.gather(*[kind.client(url) for _ in range(kind.number)])
    told = f"{kind.number} {kind.name} cut after {min(borne):.1f} to {max(borne):.1f} s"
    assert kind.earliest_s < min(borne), told
    assert max(borne) < kind.latest_s, told
    return told


async def _write_long_page(http: aiohttp.ClientSession, club: Club) -> None:
    """A page of 100 comments of 2,000 characters, published at once because a moderator writes them."""
    for number in range(100):
        text = f"Number {number}. " + "A long comment goes on and on. " * 64
        body = {"thread": "/long.html", "text": text}
        async with http.post(f"{API}/comments", json=body, headers=bearer(club.moderator)) as answer:
            assert answer.status == 201


async def _honest_request(http: aiohttp.ClientSession, club: Club, number: int) -> float:
    """Reads the long page or posts a comment. Returns how long the answer took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    if number % 2:
        status, _ = await post(http, new_attempt(club.members[0], with_key=False))
        assert status in (201, 202)
    else:
        async with http.get(_LONG_PAGE) as answer:
            assert answer.status == 200
            assert len(await answer.read()) > 200_000
    return loop.time() - began
