"""The check itself: it must notice what the other tests rely on it to notice."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from club import Club, Ledger, copy_of, keep_deciding, keep_posting
from ledger_check import check
from service_process import Service

_DAMAGE = {
    "a lost comment": "DELETE FROM comments WHERE id = (SELECT MAX(id) FROM comments WHERE version = 1)",
    "a changed text": "UPDATE comments SET text = 'x' WHERE id = (SELECT MAX(id) FROM comments)",
    "a lost status": "UPDATE comments SET status = 'rejected' WHERE id = (SELECT MAX(id) FROM comments)",
    "a lost decision": "DELETE FROM decisions WHERE id = (SELECT MAX(id) FROM decisions)",
    "a wrong tab": "UPDATE status_counts SET count = count + 1 WHERE status = 'pending'",
    "a wrong page": "UPDATE threads SET count = count + 1 WHERE id = (SELECT MAX(id) FROM threads)",
    "a wrong record": "UPDATE members SET approved_count = approved_count + 1 WHERE role = 'member'",
}


@pytest.mark.parametrize("sql", _DAMAGE.values(), ids=_DAMAGE)
def test_the_check_notices_damage(sql: str, undamaged: tuple[Path, Ledger], tmp_path: Path) -> None:
    database, ledger = undamaged
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(damaged)) as connection, connection:
        connection.execute(sql)
    with pytest.raises(AssertionError):
        check(damaged, ledger)


@pytest.fixture(scope="module")
def undamaged(club: Club, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ledger]:
    """What a service left behind after some traffic, and what it acknowledged."""
    service, ledger = Service(copy_of(club, tmp_path_factory.mktemp("undamaged"))), Ledger()
    try:
        asyncio.run(_some_traffic(club, service.start().url, ledger))
        assert service.stop() == 0
    finally:
        service.close()
    assert ledger.decisions
    check(service.database, ledger)
    return service.database, ledger


async def _some_traffic(club: Club, url: str, ledger: Ledger) -> None:
    async with aiohttp.ClientSession(url) as http:
        members = [keep_posting(http, token, ledger, lambda: len(ledger.comments) < 60) for token in club.members]
        await asyncio.gather(*members, keep_deciding(http, club.moderator, ledger, lambda: len(ledger.comments) < 60))
