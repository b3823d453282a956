"""`greenroom check`: nothing to say about a database that was only used, a word for each thing that is wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from service.actions.decide_comments import Choice, decide_comments
from service.actions.erase_member import erase_member
from service.actions.move_thread import move_thread
from service.actions.report_comment import report_comment
from service.storage.checking import check
from tests.commanding import greenroom, own_environment
from tests.conftest import Blog

Spoil = Callable[[str], None]


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spoil(where: str, engine: str) -> Spoil:
    """Changes the database behind the service's back."""

    def do(sql: str) -> None:
        if engine == "sqlite":
            with closing(sqlite3.connect(where)) as connection, connection:
                connection.execute(sql)
        else:
            with psycopg.connect(where) as connection:
                connection.execute(sql)

    return do


@pytest.fixture
async def used(blog: Blog) -> Blog:
    """A blog in which everything has happened that moves a number."""
    made = [(await blog.post(f"score 0.{i}5 number {i}", thread=f"/{i % 2}")).comment for i in range(10)]
    reply = await blog.post("a reply", parent_id=made[0].id, thread="/0", member=blog.owner)
    for action, one in (("approve", made[6]), ("mark_spam", made[7]), ("reject", made[1]), ("remove", made[0])):
        await decide_comments(blog.res, blog.moderator, action, [Choice(one.id, one.version)], None)  # type: ignore[arg-type]
    await report_comment(blog.res, await blog.who(blog.moderator), reply.comment.id, "rude", lambda _: [])
    leaving = await blog.join("Lea")
    await blog.post("bye", member=leaving, thread="/2")
    thread = await blog.res.cache.thread(blog.site.id, "/2")
    assert thread is not None
    await move_thread(blog.res, blog.site, thread.id, "/1")
    await erase_member(blog.res, blog.site, leaving.id)
    return blog


def found(where: str) -> dict[str, str]:
    return {fault.check: " ".join(fault.examples) for fault in check(where, lambda _: None)}


async def test_what_was_only_used_is_right(used: Blog, where: str) -> None:
    assert found(where) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        ("UPDATE status_counts SET count = count + 1 WHERE status = 'spam'", "tabs", "blog: spam says"),
        ("UPDATE threads SET count = 7 WHERE key = '/0'", "threads", "the thread of /0 says 7"),
        ("UPDATE members SET approved_count = 99 WHERE name = 'Ada'", "records, approved", "says 99"),
        ("DELETE FROM status_counts WHERE status = 'audit'", "tabs that are missing", "6 of 7"),
        ("UPDATE comments SET shown = 0 WHERE text = 'a reply'", "what is shown", "has shown = 0"),
        ("DELETE FROM reported", "reports", "1 open reports"),
        ("ALTER TABLE heartbeat ADD COLUMN mine TEXT", "schema", "heartbeat"),
    ],
)
async def test_what_is_wrong_is_named(
    used: Blog, where: str, spoil: Spoil, engine: str, wrong: tuple[str, str, str]
) -> None:
    sql, name, word = wrong
    spoil(sql)
    if name == "schema" and engine == "sqlite":
        spoil("DROP INDEX comments_status")
        word = "comments_status is missing"
    assert word in found(where)[name]


@pytest.mark.parametrize("engine", ["sqlite"])  # a server refuses what refers to nothing, and looks after its files
async def test_a_file_with_holes_is_told(used: Blog, where: str, spoil: Spoil, engine: str) -> None:
    spoil("DELETE FROM searchable")
    spoil("UPDATE comments SET thread_id = 'nowhere' WHERE text = 'a reply'")
    wrong = found(where)
    assert "comments refers to threads" in wrong["references"]
    assert "threads" in wrong


def test_the_command_names_what_is_wrong_and_exits_with_1(tmp_path: Path) -> None:
    environment = own_environment(GREENROOM_DATA=str(tmp_path / "data"))
    nothing = greenroom("check", environment=environment)
    assert (nothing.returncode, "there is no database" in nothing.stdout) == (1, True)
    assert not (tmp_path / "data" / "greenroom.sqlite").exists()
    assert greenroom("site", "add", "blog", "--origin", "https://a.example", environment=environment).returncode == 0
    assert greenroom("check", environment=environment).returncode == 0
    with closing(sqlite3.connect(tmp_path / "data" / "greenroom.sqlite")) as connection, connection:
        connection.execute("UPDATE status_counts SET count = 5 WHERE status = 'pending'")
    wrong = greenroom("check", environment=environment)
    assert (wrong.returncode, wrong.stdout) == (1, "tabs: blog: pending says 5, there are 0\n")
