"""kill -9 at a random moment under load: nothing acknowledged is lost, nothing is there twice."""

import asyncio
import os
import random
import time

import aiohttp
import pytest
from club import Club, Ledger, Told, keep_deciding, keep_posting, post
from ledger_check import check, stored_texts
from service_process import NewService, Record, Service

_READY_S = 10.0
_LONG_ROUNDS = int(os.environ.get("GREENROOM_KILL_ROUNDS", "20"))


def test_kill(club: Club, new_service: NewService, record_property: Record) -> None:
    _rounds(2, club, new_service(), record_property)


@pytest.mark.long
def test_kill_often(club: Club, new_service: NewService, record_property: Record) -> None:
    _rounds(_LONG_ROUNDS, club, new_service(), record_property)


def _rounds(number: int, club: Club, service: Service, record: Record) -> None:
    chance, ledger, slowest, replayed = random.Random(), Ledger(), 0.0, 0
    for _ in range(number):
        service.start()
        slowest = max(slowest, service.ready_s)
        asyncio.run(_load_until_killed(club, service, ledger, chance))
        _kill_while_starting(service, chance)
        service.start()
        check(service.database, ledger)
        replayed += asyncio.run(_retry(service, ledger))
        asyncio.run(_ask_again(club, service, ledger))
        check(service.database, ledger)
        slowest = max(slowest, service.ready_s)
        service.kill()
    assert slowest < _READY_S
    found = (
        f"{len(ledger.comments)} comments, {len(ledger.decisions)} decisions, ready again in {slowest:.2f} s at most"
    )
    record("endurance", f"{number} rounds: {found}; {replayed} retries found their comment stored already")
    print(f"\n{number} rounds of kill -9: {found}; {replayed} retries found their comment stored already")


async def _load_until_killed(club: Club, service: Service, ledger: Ledger, chance: random.Random) -> None:
    """Members and a moderator at work; once enough was acknowledged, the end comes at any moment."""
    enough, loop = ledger.acknowledged + chance.randrange(20, 250), asyncio.get_running_loop()
    killed = asyncio.Event()

    def end() -> None:
        service.kill()
        killed.set()

    def go_on() -> bool:
        if ledger.acknowledged >= enough and not going:
            going.append(loop.call_later(chance.uniform(0, 0.03), end))
        return True

    going: list[asyncio.TimerHandle] = []
    async with aiohttp.ClientSession(service.url) as http:
        people = [keep_posting(http, token, ledger, go_on) for token in club.members * 2]
        await asyncio.gather(*people, keep_deciding(http, club.moderator, ledger, go_on))
    assert killed.is_set(), "the service went away by itself: " + service.log()
    assert ledger.refused == []


def _kill_while_starting(service: Service, chance: random.Random) -> None:
    """It may be killed again while it recovers."""
    service.launch()
    time.sleep(chance.uniform(0, 0.5))
    service.kill()


async def _retry(service: Service, ledger: Ledger) -> int:
    """Sends again what got no answer and had a key: each is then there once. Counts those that had been stored."""
    before, replayed = stored_texts(service.database), 0
    retried = [attempt for attempt in ledger.unanswered if attempt.key is not None]
    async with aiohttp.ClientSession(service.url) as http:
        for attempt in retried:
            status, told = await post(http, attempt)
            assert status in (201, 202), (status, told)
            ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])
            replayed += before[attempt.text]
    after = stored_texts(service.database)
    assert all(after[attempt.text] == 1 for attempt in retried)
    ledger.unanswered = [attempt for attempt in ledger.unanswered if attempt.key is None]
    return replayed


async def _ask_again(club: Club, service: Service, ledger: Ledger) -> None:
    """The newest acknowledged ones over HTTP: a retry gets the same answer, and the moderator sees the comment."""
    async with aiohttp.ClientSession(service.url) as http:
        for comment_id, told in list(ledger.comments.items())[-20:]:
            url = f"/api/v1/sites/club/comments/{comment_id}"
            async with http.get(url, headers={"Authorization": f"Bearer {club.moderator}"}) as answer:
                assert answer.status == 200, await answer.text()
                assert (await answer.json())["text"] == told.attempt.text
            if told.attempt.key is not None:
                status, again = await post(http, told.attempt)
                assert status in (201, 202)
                assert again["id"] == comment_id
