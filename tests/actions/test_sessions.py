"""Sessions of the widget: one living refresh token at a time, and a second use that ends everything."""

import asyncio
import logging
from dataclasses import replace

import pytest

from service.actions.end_session import end_all_tokens, end_session, end_session_of, end_token, living_sessions
from service.actions.hand_over_code import hand_over_code, show_code
from service.actions.identify import Who, hash_of, identify
from service.actions.make_token import make_token
from service.actions.refresh_session import refresh_session
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.start_session import Session, start_session
from service.actions.sweep import sweep
from service.actions.trade_code import trade_code
from service.domain.code import challenge_of
from service.domain.errors import NotFound, NotSignedIn
from service.domain.session import IDLE_MS, LONGEST_MS, TOKEN_MS
from service.storage.cache import Cache
from service.storage.database import Query
from service.storage.engines import open_database
from tests.conftest import Blog, Clock, make_blog

DAY_S = 86_400


async def started(blog: Blog) -> Session:
    return await start_session(blog.res, blog.site, blog.ada, "https://blog.example")


async def who(blog: Blog, session: Session) -> Who:
    return await identify(blog.res, blog.site, session.token, ("full", "comment"), "address")


async def holds(blog: Blog, session: Session) -> bool:
    try:
        return (await who(blog, session)).member is not None
    except NotSignedIn:
        return False


async def test_a_session_speaks_for_its_member_for_a_quarter_of_an_hour(blog: Blog, clock: Clock) -> None:
    session = await started(blog)
    assert session.expires_at == clock.now + TOKEN_MS
    assert (await who(blog, session)).signed_in().id == blog.ada.id
    clock.pass_s(TOKEN_MS / 1000)
    assert not await holds(blog, session)


async def test_an_owner_has_no_powers_in_the_widget(blog: Blog) -> None:
    session = await start_session(blog.res, blog.site, blog.owner)
    assert not (await who(blog, session)).moderates


async def test_a_refresh_token_is_traded_for_the_next_pair(blog: Blog, clock: Clock) -> None:
    first = await started(blog)
    clock.pass_s(DAY_S)
    second = await refresh_session(blog.res, blog.site, first.refresh_token)
    assert await holds(blog, second)
    assert {first.token, first.refresh_token}.isdisjoint({second.token, second.refresh_token})


async def test_a_stolen_refresh_token_used_twice_signs_the_thief_and_the_owner_out(
    blog: Blog, caplog: pytest.LogCaptureFixture
) -> None:
    first = await started(blog)
    thief = await refresh_session(blog.res, blog.site, first.refresh_token)
    assert await holds(blog, first)
    assert await holds(blog, thief)
    with caplog.at_level(logging.WARNING, "greenroom.security"), pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, first.refresh_token)
    assert not await holds(blog, first)
    assert not await holds(blog, thief)
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, thief.refresh_token)
    (line,) = caplog.messages
    assert "used twice" in line
    assert first.refresh_token not in line


async def test_of_two_uses_at_once_one_wins_and_the_session_ends(blog: Blog) -> None:
    first = await started(blog)
    both = [refresh_session(blog.res, blog.site, first.refresh_token) for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    (won,) = [one for one in outcomes if isinstance(one, Session)]
    assert [type(one) for one in outcomes if not isinstance(one, Session)] == [NotSignedIn]
    assert not await holds(blog, won)


async def test_an_idle_session_is_over_after_thirty_days_and_every_one_after_180(blog: Blog, clock: Clock) -> None:
    idle = await started(blog)
    clock.now += IDLE_MS
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, idle.refresh_token)
    used, began = await started(blog), clock.now
    while clock.now + 20 * DAY_S * 1000 < began + LONGEST_MS:
        clock.pass_s(20 * DAY_S)
        used = await refresh_session(blog.res, blog.site, used.refresh_token)
    clock.now = began + LONGEST_MS - 1
    used = await refresh_session(blog.res, blog.site, used.refresh_token)
    assert used.expires_at == began + LONGEST_MS
    clock.pass_s(1)
    assert not await holds(blog, used)
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, used.refresh_token)


async def test_another_sites_refresh_token_is_none_here(blog: Blog, res: Resources) -> None:
    other, session = await make_blog(res, "other"), await started(blog)
    with pytest.raises(NotSignedIn):
        await refresh_session(res, other.site, session.refresh_token)
    assert await refresh_session(res, blog.site, session.refresh_token)  # asking there ended nothing


@pytest.mark.parametrize("text", ["", "gr_x", "\udc80", "x" * 100_000])
async def test_what_is_no_refresh_token_is_not_signed_in(blog: Blog, text: str) -> None:
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, text)


async def test_an_access_token_refreshes_nothing(blog: Blog) -> None:
    session = await started(blog)
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, session.token)
    with pytest.raises(NotSignedIn):
        await identify(blog.res, blog.site, session.refresh_token, ("full", "comment", "page", "sign_in"), "")


async def test_signing_out_ends_this_session_and_no_other(blog: Blog) -> None:
    mine, elsewhere = await started(blog), await started(blog)
    second = await refresh_session(blog.res, blog.site, mine.refresh_token)
    await end_token(blog.res, hash_of(second.token))
    assert not await holds(blog, mine)
    assert not await holds(blog, second)
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, second.refresh_token)
    assert await holds(blog, elsewhere)
    assert len(await living_sessions(blog.res, blog.ada)) == 1


async def test_signing_out_everywhere_ends_pages_and_keys_too(blog: Blog) -> None:
    sessions = [await started(blog) for _ in range(3)]
    page = await make_token(blog.res, blog.ada, "page", 1_000_000)
    stays = await start_session(blog.res, blog.site, blog.moderator)
    assert all([await holds(blog, one) for one in sessions])
    await end_all_tokens(blog.res, blog.ada)
    assert not any([await holds(blog, one) for one in sessions])
    with pytest.raises(NotSignedIn):
        await identify(blog.res, blog.site, page, ("page",), "")
    with pytest.raises(NotSignedIn):
        await refresh_session(blog.res, blog.site, sessions[0].refresh_token)
    assert await holds(blog, stays)
    assert await living_sessions(blog.res, blog.ada) == []


async def test_a_code_that_waits_ends_with_the_rest(blog: Blog) -> None:
    """Else whoever saw it opens the next session a moment after everything was ended."""
    verifier = "v" * 43
    challenge = challenge_of(verifier) or ""
    who = Who(blog.site, "", blog.ada)
    waiting = [
        await hand_over_code(blog.res, who, "https://blog.example", challenge),
        await show_code(blog.res, who, "https://blog.example", challenge),
    ]
    await end_all_tokens(blog.res, blog.ada)
    for code in waiting:
        with pytest.raises(NotSignedIn):
            await trade_code(blog.res, blog.site, code, verifier, None)


async def test_another_process_hears_of_the_end(blog: Blog, where: str) -> None:
    session = await started(blog)
    assert await holds(blog, session)
    db = await open_database(where)
    elsewhere = replace(blog.res, db=db, cache=Cache(db))
    heard = asyncio.Event()
    blog.res.db.on_foreign_change(heard.set)  # the cache hears of it first
    await end_token(elsewhere, hash_of(session.token))
    await asyncio.wait_for(heard.wait(), 10)
    assert not await holds(blog, session)
    await db.close()


async def test_nobody_ends_the_session_of_another(blog: Blog) -> None:
    session = await started(blog)
    (found,) = await living_sessions(blog.res, blog.ada)
    assert found.origin == "https://blog.example"
    with pytest.raises(NotFound):
        await end_session_of(blog.res, blog.moderator, found.id)
    assert await holds(blog, session)
    await end_session_of(blog.res, blog.ada, found.id)
    assert not await holds(blog, session)


async def test_what_has_had_its_time_is_swept(blog: Blog, clock: Clock) -> None:
    res = blog.res

    async def rows() -> list[int]:
        tables = ("sessions", "refresh_tokens", "tokens")
        return [answer[0][0] for answer in await res.db.read(*[Query(f"SELECT count(*) FROM {t}", {}) for t in tables])]

    ended, session = await started(blog), await started(blog)
    (first, _) = await living_sessions(res, blog.ada)
    await end_session(res, first.id)
    for _ in range(2):
        clock.pass_s(20 * DAY_S)
        session = await refresh_session(res, blog.site, session.refresh_token)
    await sweep(res, Replays(res))
    assert await rows() == [1, 2, 1]
    assert ended.member.id == blog.ada.id
    clock.pass_s(32 * DAY_S)
    await sweep(res, Replays(res))
    assert await rows() == [0, 0, 0]
