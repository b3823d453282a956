"""Whatever is done to comments, in whatever order: every number equals what the rows say, and nothing is public that
was not approved."""

import asyncio
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.actions.decide_comments import Choice, decide_comments, take_down
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.erase_member import erase_member
from service.actions.identify import Who
from service.actions.thread_page import PageRequest, thread_page
from service.actions.undo_decision import undo_decision
from service.domain.errors import Refusal
from service.domain.moderation import ACTIONS
from service.storage import comments
from service.storage.migrate import migrate_sqlite
from service.storage.sqlite import open_sqlite
from tests.conftest import Blog, Clock, WordModel, make_blog, resources

TEXTS = ("fine", "fine too", "score 0.6", "score 0.7 again", "score 0.95")
STEP = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(TEXTS), st.booleans()),
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from(TEXTS)),
    st.tuples(st.just("mend"), st.integers(0, 5), st.sampled_from(TEXTS)),
    st.tuples(st.just("decide"), st.integers(0, 5), st.sampled_from(ACTIONS)),
    st.tuples(st.just("delete"), st.integers(0, 5), st.none()),
    st.tuples(st.just("undo"), st.integers(0, 5), st.none()),
    st.tuples(st.just("erase"), st.none(), st.none()),
)
STEPS = st.lists(STEP, min_size=1, max_size=25)

_COUNTED = """
SELECT (SELECT count FROM threads), (SELECT COUNT(*) FROM comments WHERE {public}),
    m.approved_count, (SELECT COUNT(*) FROM comments WHERE author_id = m.id AND {public}),
    m.rejected_count, (SELECT COUNT(*) FROM comments WHERE author_id = m.id AND status = 'rejected'),
    m.spam_count, (SELECT COUNT(*) FROM comments WHERE author_id = m.id AND status = 'spam')
FROM members m WHERE m.id = ?
""".format(public="(status = 'approved' OR (status = 'pending' AND public_text IS NOT NULL))")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "greenroom.sqlite"
    migrate_sqlite(path)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_number_is_what_the_rows_say(empty: Path, steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty, Path(folder) / "greenroom.sqlite"))
        asyncio.run(_play(path, steps))


async def _play(path: Path, steps: list[Any]) -> None:
    clock, db = Clock(), await open_sqlite(path)
    try:
        async with resources(db, clock, WordModel()) as res:
            play = Play(await make_blog(res))
            for step in steps:
                clock.pass_s(1)
                with suppress(Refusal):
                    await play.take(step)
                _check_numbers(path, play.blog)
                await play.check_public()
    finally:
        await db.close()


class Play:
    """Carries out steps on a blog, and remembers which texts may be public."""

    def __init__(self, blog: Blog) -> None:
        self.blog, self.res = blog, blog.res
        self.ids: list[str] = []
        self.calls: list[str] = []
        self.published: set[tuple[str, str]] = set()  # comment, text: passed the verdict or was approved

    async def take(self, step: Any) -> None:
        what, which, how = step
        await getattr(self, what)(which, how)

    async def post(self, text: str, is_reply: bool) -> None:
        parent = self.ids[-1] if is_reply and self.ids else None
        done = await self.blog.post(f"{text} {len(self.ids)}", parent_id=parent)
        self.ids.append(done.comment.id)
        if done.comment.status == "approved":
            self.published.add((done.comment.id, done.comment.text))

    async def _seen(self, which: int) -> Any:
        if not self.ids:
            raise Refusal
        found = await comments.find(self.res.db, self.blog.site.id, self.ids[which % len(self.ids)])
        assert found is not None
        return found

    async def edit(self, which: int, text: str) -> None:
        await self._edit(which, text, await self.blog.who(self.blog.ada))

    async def mend(self, which: int, text: str) -> None:
        who = await self.blog.who(self.blog.moderator)
        await self._edit(which, text, Who(who.site, who.address, who.member, None, True))

    async def _edit(self, which: int, text: str, who: Who) -> None:
        seen = await self._seen(which)
        done = await edit_comment(self.res, who, Wanted(seen.id, frozenset([seen.version]), f"{text} edited"))
        if done.comment.status == "approved":
            self.published.add((seen.id, done.comment.text))

    async def decide(self, which: int, action: Any) -> None:
        seen = await self._seen(which)
        choice = Choice(seen.id, seen.version)
        call, (result,) = await decide_comments(self.res, self.blog.moderator, action, [choice], "because")
        self.calls.append(call)
        if result.comment is not None and result.comment.status == "approved":
            self.published.add((seen.id, seen.text))

    async def delete(self, which: int, _: None) -> None:
        await take_down(self.res, self.blog.ada, await self._seen(which))

    async def undo(self, which: int, _: None) -> None:
        if self.calls:
            call, _results = await undo_decision(
                self.res, self.blog.moderator, self.calls[-1 - which % len(self.calls)]
            )
            self.calls.append(call)

    async def erase(self, _: None, __: None) -> None:
        await erase_member(self.res, self.blog.site, self.blog.ada.id)
        self.published = set()

    async def check_public(self) -> None:
        page = await thread_page(self.res, await self.blog.who(None), PageRequest("/post.html"))
        public = {(one.id, one.text) for one in page.comments if one.status == "approved"}
        assert public <= self.published
        assert page.thread is None or page.thread.count == len(public)


def _check_numbers(path: Path, blog: Blog) -> None:
    with closing(sqlite3.connect(path)) as connection:
        counted = dict(connection.execute("SELECT status, COUNT(*) FROM comments GROUP BY status").fetchall())
        kept = dict(connection.execute("SELECT status, count FROM status_counts WHERE count <> 0").fetchall())
        assert kept == counted
        row = connection.execute(_COUNTED, (blog.ada.id,)).fetchone()
        assert (row[0] or 0, *row[2::2]) == (row[1], *row[3::2])
        wrong = connection.execute(
            "SELECT COUNT(*) FROM comments c WHERE c.shown <> (CASE WHEN c.status = 'approved' OR (c.status = 'pending'"
            " AND c.public_text IS NOT NULL) THEN 1 WHEN c.status = 'removed' AND EXISTS (SELECT 1 FROM comments r"
            " WHERE r.parent_id = c.id AND r.shown = 1) THEN 1 ELSE 0 END)"
        ).fetchone()
        assert wrong == (0,)
