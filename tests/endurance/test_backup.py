"""A backup taken while a hundred writes a second come in: one moment, nothing acknowledged before it missing."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from club import SITE, Attempt, Club, Ledger, Told, keep_deciding, make_club, new_attempt, post
from service_process import Record, Service, command

from benchmarks.large import Size, fill
from tests.behind import rows
from tests.postgres import Server

_A_SECOND = 100
_THERE_BEFORE = Size(comments=30_000, sites=50, long=1_000, pending=5_000)  # so that the backup takes its time
_COMMENTS = f"SELECT id, text, status, version FROM comments WHERE site_id = '{SITE}'"


@dataclass
class Watched(Ledger):
    """A ledger that knows when each text was sent, and what was acknowledged when the backup began."""

    sent: dict[str, int] = field(default_factory=dict)  # text: the number of acknowledgements before it
    answered: dict[str, int] = field(default_factory=dict)
    turn: Iterator[int] = field(default_factory=itertools.count)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_backup_under_load_is_one_moment(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, record_property: Record
) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.tar.gz"
    places = [_place(engine, request, folder) for folder in (data, tmp_path / "restored")]
    fill(places[0], _THERE_BEFORE)
    settings = {"GREENROOM_DATABASE": places[0]}
    club, ledger, service = make_club(data, settings), Watched(), Service(data)
    service.settings = settings
    try:
        service.start()
        before, told = asyncio.run(_back_up_under_load(club, service, ledger, archive))
    finally:
        service.close()
    assert ledger.refused == []
    assert ledger.unanswered == []

    restored = {"GREENROOM_DATABASE": places[1]}
    assert "restored and read back" in command(tmp_path / "restored", "restore", str(archive), settings=restored)
    assert command(tmp_path / "restored", "check", settings=restored).endswith("Everything is as it should be.")
    _compare(places[1], before, ledger)
    record_property("endurance", f"{engine}: {told}")
    print(f"\n{engine}: {told}")


def _place(engine: str, request: pytest.FixtureRequest, data: Path) -> str:
    if engine == "sqlite":
        data.mkdir()
        return str(data / "greenroom.sqlite")
    databases: Server = request.getfixturevalue("postgres")
    return databases.empty()


async def _back_up_under_load(
    club: Club, service: Service, ledger: Watched, archive: Path
) -> tuple[dict[str, Told], str]:
    """What was acknowledged before the backup was begun, and what happened meanwhile, in words."""
    over = asyncio.Event()
    async with aiohttp.ClientSession(service.url) as http, asyncio.TaskGroup() as group:
        group.create_task(_keep_writing(http, club, ledger, over))
        group.create_task(keep_deciding(http, club.moderator, ledger, lambda: not over.is_set()))
        while ledger.acknowledged < 5 * _A_SECOND:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
        before = {one: Told(told.attempt, told.status, told.version) for one, told in ledger.comments.items()}
        count, began = ledger.acknowledged, time.perf_counter()
        await asyncio.to_thread(command, service.data, "backup", str(archive), settings=service.settings)
        count, took = ledger.acknowledged - count, time.perf_counter() - began
        over.set()
    return before, f"a backup in {took:.1f} s, {count / took:.0f} writes a second acknowledged meanwhile"


async def _keep_writing(http: aiohttp.ClientSession, club: Club, ledger: Watched, over: asyncio.Event) -> None:
    """A comment each hundredth of a second, whether or not the last one is answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in itertools.count(1):
            if over.is_set():
                return
            group.create_task(_write(http, new_attempt(club.members[number % 4], with_key=False), ledger))
            await asyncio.sleep(began + number / _A_SECOND - loop.time())


async def _write(http: aiohttp.ClientSession, attempt: Attempt, ledger: Watched) -> None:
    ledger.sent[attempt.text] = next(ledger.turn)
    status, told = await post(http, attempt)
    if status in (201, 202):
        ledger.answered[attempt.text] = next(ledger.turn)
        ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])
    else:
        ledger.refused.append((status, told.get("code", "")))


def _compare(where: str, before: Mapping[str, Told], ledger: Watched) -> None:
    stored = {id_: (text, status, version) for id_, text, status, version in rows(where, _COMMENTS)}
    for id_, told in before.items():
        assert id_ in stored, f"acknowledged before the backup, and not in it: {told}"
        text, status, version = stored[id_]
        assert (text, version >= told.version) == (told.attempt.text, True)
        # To its author a comment in spam reads pending.
        assert version > told.version or status == told.status or (told.status, status) == ("pending", "spam")
    texts = [text for text, _, _ in stored.values()]
    assert set(texts) <= ledger.sent.keys()
    assert len(set(texts)) == len(texts)
    latest = max(ledger.sent[text] for text in texts)  # what was answered before this was sent is there, too
    assert {text for text, turn in ledger.answered.items() if turn < latest} <= set(texts)
    logged = {one for (one,) in rows(where, f"SELECT decision_id FROM decisions WHERE site_id = '{SITE}'")}
    assert logged <= {one.decision_id for one in ledger.decisions}
    decided = {one.comment_id: one for one in ledger.decisions if one.decision_id in logged}
    for id_, one in decided.items():
        assert stored[id_][1:] == (one.status, one.version)
