"""Whatever is done with a session in whatever order: it has at most one living refresh token, and a second use of any
ends it."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.actions.end_session import end_all_tokens, end_token
from service.actions.identify import hash_of, identify
from service.actions.refresh_session import refresh_session
from service.actions.resources import Resources
from service.actions.start_session import Session, start_session
from service.domain.errors import NotSignedIn
from service.domain.session import IDLE_MS, TOKEN_MS
from service.storage.database import Query
from service.storage.migrate import migrate_sqlite
from service.storage.sqlite import SqliteDatabase, open_sqlite
from tests.conftest import Blog, Clock, make_blog, resources

T = TypeVar("T")


class SessionStates(RuleBasedStateMachine):
    """One session of Ada's, as the database has it and as the rules say it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.used: list[str] = []
        self.tokens: list[Session] = []
        self.over = False

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        path = Path(self.folder.name) / "greenroom.sqlite"
        migrate_sqlite(path)
        self.db: SqliteDatabase = await open_sqlite(path)
        self.opened = resources(self.db, self.clock)
        res = await self.opened.__aenter__()
        self.blog: Blog = await make_blog(res)
        self.live = await start_session(res, self.blog.site, self.blog.ada)
        self.tokens.append(self.live)

    def refused(self, refresh_token: str) -> bool:
        try:
            self.do(refresh_session(self.blog.res, self.blog.site, refresh_token))
        except NotSignedIn:
            return True
        return False

    @precondition(lambda self: not self.over)
    @rule()
    def refresh(self) -> None:
        before, self.live = self.live, self.do(refresh_session(self.blog.res, self.blog.site, self.live.refresh_token))
        self.used.append(before.refresh_token)
        self.tokens.append(self.live)

    @precondition(lambda self: not self.over)
    @rule(count=st.integers(2, 4))
    def refresh_at_once(self, count: int) -> None:
        async def many() -> list[Session | BaseException]:
            calls = [refresh_session(self.blog.res, self.blog.site, self.live.refresh_token) for _ in range(count)]
            return await asyncio.gather(*calls, return_exceptions=True)

        outcomes = self.do(many())
        won = [one for one in outcomes if isinstance(one, Session)]
        assert len(won) == 1
        self.used.append(self.live.refresh_token)
        self.tokens += won
        self.over = True

    @precondition(lambda self: bool(self.used))
    @rule(data=st.data())
    def use_again(self, data: st.DataObject) -> None:
        assert self.refused(data.draw(st.sampled_from(self.used)))
        self.over = True

    @rule()
    def use_what_never_was(self) -> None:
        assert self.refused("gr_never")

    @rule(milliseconds=st.sampled_from([1_000, TOKEN_MS - 1, TOKEN_MS]))
    def wait(self, milliseconds: int) -> None:
        self.clock.now += milliseconds

    @rule()
    def wait_too_long(self) -> None:
        self.clock.now += IDLE_MS
        self.over = True

    @precondition(lambda self: not self.over)
    @rule(everywhere=st.booleans())
    def sign_out(self, everywhere: bool) -> None:
        if everywhere:
            self.do(end_all_tokens(self.blog.res, self.blog.ada))
        else:
            self.do(end_token(self.blog.res, hash_of(self.live.token)))
        self.over = True

    @invariant()
    def at_most_one_refresh_token_lives(self) -> None:
        if not self.tokens:
            return
        sql = (
            "SELECT r.hash FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id"
            " WHERE r.used_at IS NULL AND s.ended_at IS NULL AND s.expires_at > :now"
        )
        (rows,) = self.do(self.db.read(Query(sql, {"now": self.clock.now})))
        assert rows == ([] if self.over else [(hash_of(self.live.refresh_token),)])

    @invariant()
    def a_session_that_is_over_speaks_no_more(self) -> None:
        for one in self.tokens:
            holds = not self.over and self.clock.now < one.expires_at
            assert self.holds(self.blog.res, one) == holds

    def holds(self, res: Resources, session: Session) -> bool:
        try:
            self.do(identify(res, self.blog.site, session.token, ("comment",), ""))
        except NotSignedIn:
            return False
        return True

    def teardown(self) -> None:
        if self.tokens:
            self.do(self.opened.__aexit__(None, None, None))
            self.do(self.db.close())
        self.runner.close()
        self.folder.cleanup()


TestSessionStates = SessionStates.TestCase
TestSessionStates.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
