"""No answer to a write leaves before the disk has it: seen from outside, by the system calls of the service."""

import asyncio
import shutil
from pathlib import Path

import aiohttp
import pytest
from club import API, Club, bearer, new_attempt, post
from service_process import NewService
from syscalls import TRACED, Write, calls, syncs, writes

_STRACE = shutil.which("strace")
_ONE_BY_ONE, _AT_ONCE, _WAVES = 20, 16, 5


@pytest.mark.skipif(_STRACE is None, reason="strace is not installed: that answers wait for the disk was NOT checked")
def test_answers_wait_for_the_disk(club: Club, new_service: NewService, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    # -D: strace runs beside the service instead of above it, so the process we started is the service.
    service = new_service(("strace", "-D", "-f", "-y", "-s", "48", "-tt", "-e", f"trace={TRACED}", "-o", str(trace)))
    service.start()
    sent = asyncio.run(_write_much(club, service.url))
    assert service.stop() == 0
    found = calls(trace)
    acknowledged = [write for write in writes(found) if 200 <= write.status < 300]
    assert len(acknowledged) == sent
    durable = [(sync.began, sync.ended) for sync in syncs(found, "-wal")]
    assert [write for write in acknowledged if not _is_covered(write, durable)] == []


def _is_covered(write: Write, durable: list[tuple[int, int]]) -> bool:
    """Did a sync begin after the request came and end before the answer left?"""
    return any(write.received < began and ended < write.answered for began, ended in durable)


async def _write_much(club: Club, url: str) -> int:
    """Comments and decisions, one after the other and many at once. Returns how many writes were sent."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(url, connector=connector) as http:
        ids = [await _post(http, club, i) for i in range(_ONE_BY_ONE)]
        for _ in range(_WAVES):
            ids += await asyncio.gather(*[_post(http, club, i) for i in range(_AT_ONCE)])
        decided = ids[: _ONE_BY_ONE // 2]
        for comment_id in decided:
            await _remove(http, club, comment_id)
    return len(ids) + len(decided)


async def _post(http: aiohttp.ClientSession, club: Club, number: int) -> str:
    attempt = new_attempt(club.members[number % len(club.members)], with_key=number % 2 == 0)
    status, told = await post(http, attempt)
    assert status in (201, 202), told
    return str(told["id"])


async def _remove(http: aiohttp.ClientSession, club: Club, comment_id: str) -> None:
    body = {"action": "remove", "comments": [{"id": comment_id, "version": 1}]}
    async with http.post(f"{API}/decisions", json=body, headers=bearer(club.moderator)) as answer:
        assert answer.status == 200, await answer.text()
