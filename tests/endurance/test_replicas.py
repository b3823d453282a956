"""Two services on one PostgreSQL under load: nothing acknowledged is lost or doubled when one of them, or the server,
goes away, and readers of the one see what the other was told."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import psycopg
import pytest
from club import API, Club, Ledger, Told, bearer, keep_deciding, keep_posting, make_club, new_attempt, post
from ledger_check import check_rows
from service_process import Record, Service, command, wait_until

from tests.postgres import Server

Start = Callable[..., Service]
_NEXT_VERSION = str(Path(__file__).with_name("next_version.py"))


SECRET = {"GREENROOM_SECRET": secrets.token_hex(32)}


@pytest.fixture(scope="module")
def made(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Club]:
    """A club in a database, to be copied."""
    url = postgres.empty()
    folder = tmp_path_factory.mktemp("replicas") / "club"
    return url, make_club(folder, {**SECRET, "GREENROOM_DATABASE": url})


@pytest.fixture
def settings(postgres: Server, made: tuple[str, Club]) -> Mapping[str, str]:
    """What both have in common: the database and the secret. Each has a folder of its own."""
    return {**SECRET, "GREENROOM_DATABASE": postgres.copy_of(made[0])}


@pytest.fixture
def together(made: tuple[str, Club]) -> Club:
    return made[1]


@pytest.fixture
def start(tmp_path: Path, settings: Mapping[str, str]) -> Iterator[Start]:
    """Starts one more replica."""
    made: list[Service] = []

    def one(*program: str) -> Service:
        folder = tmp_path / f"replica-{len(made)}"
        folder.mkdir()
        made.append(Service(folder))
        made[-1].settings = dict(settings)
        made[-1].program = list(program) or made[-1].program
        return made[-1].start()

    yield one
    for service in made:
        service.close()


def _check(settings: Mapping[str, str], folder: Path, ledger: Ledger) -> None:
    with psycopg.connect(settings["GREENROOM_DATABASE"]) as connection:
        check_rows(connection.execute, ledger)  # type: ignore[arg-type]
    assert command(folder, "check", settings=settings).endswith("Everything is as it should be.")


async def _load(club: Club, services: list[Service], ledger: Ledger, enough: int, at_last: Callable[[], None]) -> None:
    """Members post to all of them, the moderator decides at the first; when enough was acknowledged, `at_last` happens,
    and as much again is posted to whoever still answers."""
    done, half = ledger.acknowledged + 2 * enough, ledger.acknowledged + enough
    happened: list[bool] = []

    def go_on() -> bool:
        if ledger.acknowledged >= half and not happened:
            happened.append(True)
            asyncio.get_running_loop().call_later(random.uniform(0, 0.03), at_last)
        return ledger.acknowledged < done

    async with asyncio.TaskGroup() as group:
        for number, service in enumerate(services):
            http = aiohttp.ClientSession(service.url)
            people = [keep_posting(http, token, ledger, go_on) for token in club.members]
            if number == 0:
                people.append(keep_deciding(http, club.moderator, ledger, go_on))
            group.create_task(_all_then_close(http, people))


async def _all_then_close(http: aiohttp.ClientSession, people: list[object]) -> None:
    async with http:
        await asyncio.gather(*people)  # type: ignore[call-overload]


async def _retry(service: Service, ledger: Ledger) -> None:
    """What got no answer and had a key is sent again, to the one that is left."""
    async with aiohttp.ClientSession(service.url) as http:
        for attempt in [one for one in ledger.unanswered if one.key is not None]:
            status, told = await post(http, attempt)
            assert status in (201, 202), (status, told)
            ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])
            ledger.unanswered.remove(attempt)


def test_one_of_two_is_killed_and_nothing_is_lost(
    together: Club, start: Start, settings: Mapping[str, str], record_property: Record
) -> None:
    _kill(together, start, settings, 1, record_property)


@pytest.mark.long
def test_one_of_two_is_killed_again_and_again(
    together: Club, start: Start, settings: Mapping[str, str], record_property: Record
) -> None:
    _kill(together, start, settings, 10, record_property)


def _kill(together: Club, start: Start, settings: Mapping[str, str], rounds: int, record: Record) -> None:
    ledger, first = Ledger(), start()
    for _ in range(rounds):
        second = start()
        asyncio.run(_load(together, [first, second], ledger, 60, second.kill))
        assert not second.is_running()
        assert first.is_running(), first.log()
        asyncio.run(_retry(first, ledger))
        _check(settings, first.data, ledger)
    assert ledger.refused == []
    found = f"{rounds} rounds: {len(ledger.comments)} comments, {len(ledger.decisions)} decisions, all there, once"
    record("endurance", found)
    print(f"\n{found}")


def test_readers_of_the_one_see_what_the_other_was_told(
    together: Club, start: Start, settings: Mapping[str, str], record_property: Record
) -> None:
    slowest = asyncio.run(_see(together, start(), start(), 20))
    record_property("endurance", f"seen by the other within {slowest * 1000:.0f} ms")
    print(f"\nseen by the other within {slowest * 1000:.0f} ms")


async def _see(club: Club, one: Service, other: Service, times: int) -> float:
    """Seconds that it takes at most until a published comment, its removal and a suspension are seen at the other."""
    slowest = 0.0
    async with aiohttp.ClientSession(one.url) as here, aiohttp.ClientSession(other.url) as there:
        for number in range(times):
            attempt = new_attempt(club.members[0], with_key=False)
            attempt = type(attempt)(attempt.token, "/seen.html", f"plain words, number {number}", None)
            status, told = await post(here, attempt)
            assert status == 201
            slowest = max(slowest, await _until(lambda id_=told["id"]: _shows(there, id_, True)))
            choice = {"action": "remove", "comments": [{"id": told["id"], "version": told["version"]}]}
            async with there.post(f"{API}/decisions", json=choice, headers=bearer(club.moderator)) as answer:
                assert answer.status == 200, await answer.text()
            slowest = max(slowest, await _until(lambda id_=told["id"]: _shows(here, id_, False)))
    return slowest


async def _shows(http: aiohttp.ClientSession, comment_id: str, there: bool) -> bool:
    async with http.get(f"{API}/comments?thread=/seen.html&limit=200") as answer:
        ids = {one["id"] for one in (await answer.json())["comments"]}
    return (comment_id in ids) is there


async def _until(condition: Callable[[], object]) -> float:
    began = time.perf_counter()
    async with asyncio.timeout(20):
        while not await condition():  # type: ignore[misc]  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
    return time.perf_counter() - began


def test_a_suspension_holds_at_the_other_and_a_command_is_seen(
    together: Club, start: Start, settings: Mapping[str, str]
) -> None:
    first, second = start(), start()

    def status() -> int:
        async def ask() -> int:
            async with aiohttp.ClientSession(second.url) as http:
                return (await post(http, new_attempt(together.members[1], with_key=False)))[0]

        return asyncio.run(ask())

    assert status() in (201, 202)
    command(first.data, "member", "suspend", "--site", "club", "Member 1", settings=settings)
    wait_until(lambda: status() == 403, "the suspension to hold at the other")


def test_another_secret_is_refused(together: Club, start: Start, settings: Mapping[str, str], tmp_path: Path) -> None:
    other = Service(tmp_path / "stranger")
    other.data.mkdir()
    other.settings = {**settings, "GREENROOM_SECRET": secrets.token_hex(32)}
    other.launch()
    assert other.wait() == 1
    assert "another secret" in other.log()


@pytest.mark.long
def test_an_upgrade_one_by_one_fails_no_request(
    together: Club, start: Start, settings: Mapping[str, str], record_property: Record
) -> None:
    """The next version brings the schema up to date while the old one serves; both serve; the old one is stopped."""
    ledger, replicas = Ledger(), [start(), start()]
    with ThreadPoolExecutor(1) as operator:
        asyncio.run(_post_while(together, replicas, ledger, operator, lambda: _upgrade(replicas, start)))
    assert ledger.refused == []
    assert ledger.unanswered == []
    newer = "SELECT mood FROM comments LIMIT 1"
    with psycopg.connect(settings["GREENROOM_DATABASE"]) as connection:
        connection.execute(newer)
        check_rows(connection.execute, ledger)  # type: ignore[arg-type]
    old = Service(replicas[0].data)
    old.settings = dict(settings)
    old.launch()  # what is older than the schema may go on, and may not begin
    assert old.wait() == 1
    assert "newer Greenroom" in old.log()
    told = f"{len(ledger.comments)} comments during an upgrade of two replicas one by one, none refused"
    record_property("endurance", told)
    print(f"\n{told}")


def _upgrade(replicas: list[Service], start: Start) -> None:
    """As an operator does it: the new one first, then the old one out of the proxy's list, then its end."""
    for _ in range(2):
        replicas.append(start(_NEXT_VERSION))
        old = replicas.pop(0)
        wait_until(lambda old=old: old.under_way == 0, "what is under way at the old one")  # type: ignore[misc]
        assert old.stop() == 0


async def _post_while(
    club: Club, replicas: list[Service], ledger: Ledger, operator: ThreadPoolExecutor, work: Callable[[], None]
) -> None:
    """Members post to whichever replica is in the list, as a proxy would have it, until the work is done and after."""
    working = asyncio.get_running_loop().run_in_executor(operator, work)
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        for token in club.members:
            group.create_task(_post_to_any(http, token, replicas, ledger, working))
    await working


async def _post_to_any(
    http: aiohttp.ClientSession, token: str, replicas: list[Service], ledger: Ledger, working: "asyncio.Future[None]"
) -> None:
    after = 0
    while after < 10:
        after += working.done()
        attempt, replica = new_attempt(token, with_key=True), random.choice(replicas)
        replica.under_way += 1
        try:
            async with http.post(
                f"{replica.url}{API}/comments", json=attempt.body(), headers=attempt.headers()
            ) as answer:
                told = await answer.json()
        finally:
            replica.under_way -= 1
        if answer.status in (201, 202):
            ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])
        else:
            ledger.refused.append((answer.status, told.get("code", "")))
