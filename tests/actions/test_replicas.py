"""Two processes' resources over one database: limits counted together, leases, one secret, what is announced."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from service.actions import attempts as attempts_module
from service.actions import limits as limits_module
from service.actions import owning as owning_module
from service.actions.agree_on_secret import AnotherSecret, adopt_secret, agree_on_secret
from service.actions.attempts import LETTERS, SESSIONS, Spent
from service.actions.limits import Limits
from service.actions.owning import owning
from service.actions.resources import Resources
from service.actions.seal import Seal
from service.actions.share_limits import Shared
from service.actions.spend_limits import spend_limits
from service.domain.bucket import Rate
from service.domain.errors import RateLimited, StorageUnavailable
from service.storage import leases, members, spending
from service.storage.engines import open_database
from service.storage.leases import LeaseLost
from tests.conftest import Blog, Clock, resources


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def twin(where: str, clock: Clock) -> AsyncIterator[Resources]:
    """What another process has."""
    db = await open_database(where)
    async with resources(db, clock) as made:
        yield made
    await db.close()


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.005)


async def _are(things: list[int], many: int) -> bool:
    return len(things) >= many


async def test_limits_are_counted_together(blog: Blog, twin: Resources, clock: Clock) -> None:
    pair = (blog.res, twin)
    for res in pair:
        object.__setattr__(res, "limits", Limits({"member": Rate(4, 60), "site": Rate(100, 60)}, clock))
    shares = [Shared(res) for res in pair]
    who = await blog.who(blog.ada)

    async def all_tell() -> None:
        for share in (*shares, *shares):
            await share.exchange()

    for i in range(4):
        await spend_limits(pair[i % 2], who)
        pair[i % 2].attempts.spend(LETTERS, "blog a@b.example", clock())
        clock.pass_s(0.001)
    await all_tell()
    for res in pair:
        with pytest.raises(RateLimited):
            await spend_limits(res, who)
        res.attempts.spend(SESSIONS, "somebody else", clock())
    blog.res.attempts.spend(LETTERS, "blog a@b.example", clock())
    await all_tell()
    with pytest.raises(RateLimited):
        twin.attempts.spend(LETTERS, "blog a@b.example", clock())
    late = Shared(twin)  # one that starts now knows what was spent before
    twin.attempts._buckets.clear()
    await late.exchange()
    with pytest.raises(RateLimited):
        twin.attempts.spend(LETTERS, "blog a@b.example", clock())
    clock.pass_s(61)
    await spend_limits(twin, who)


async def test_no_address_is_told(blog: Blog, where: str, clock: Clock) -> None:
    share = Shared(blog.res)
    blog.res.attempts.spend(LETTERS, "blog reader@mail.example", clock())
    await share.exchange()
    (told,) = await spending.since(blog.res.db, "")
    assert "sign-in-letters" in told.spent
    assert "mail.example" not in told.spent


async def test_what_could_not_be_told_is_told_later(blog: Blog, twin: Resources, clock: Clock) -> None:
    own, other = Shared(blog.res), Shared(twin)
    blog.res.attempts.spend(LETTERS, "x", clock())
    write = blog.res.db.write

    async def down(*_: object, **__: object) -> None:
        raise StorageUnavailable

    blog.res.db.write = down  # type: ignore[method-assign,assignment]
    with pytest.raises(StorageUnavailable):
        await own.exchange()
    blog.res.db.write = write  # type: ignore[method-assign]
    await own.exchange()
    await other.exchange()
    for _ in range(4):
        twin.attempts.spend(LETTERS, "x", clock())
    with pytest.raises(RateLimited):
        twin.attempts.spend(LETTERS, "x", clock())


async def test_one_at_a_time_owns_the_work(res: Resources, twin: Resources, clock: Clock) -> None:
    async with owning(res, "work") as first:
        assert first is not None
        async with owning(twin, "work") as second, owning(twin, "other work") as third:
            assert second is None
            assert third is not None
        await res.db.write([first.guard()])
        clock.pass_s(31)  # it stood still; another takes over
        async with owning(twin, "work") as later:
            assert later is not None
            with pytest.raises(LeaseLost):
                await res.db.write([first.guard()])
    async with owning(twin, "work") as again:
        assert again is not None
    assert not await leases.is_held(res.db, "work", clock())


async def test_a_lease_is_prolonged_and_its_loss_is_told(
    res: Resources, twin: Resources, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owning_module, "LEASE_MS", 30)
    async with owning(res, "work") as owned:
        assert owned is not None
        until = clock() + 30
        clock.pass_s(0.02)
        await _until(lambda: leases.is_held(res.db, "work", until + 1))

        async def taken() -> bool:
            clock.pass_s(10)
            with suppress(leases.LeaseHeld):  # it may have been prolonged just now
                await twin.db.write([leases.taking("work", "another", clock(), clock() + 10_000)])
                return True
            return False

        await _until(taken)
        async with asyncio.timeout(10):
            await owned.lost.wait()


async def test_processes_must_have_the_same_secret(res: Resources, twin: Resources, engine: str) -> None:
    ours, other = Seal(b"a" * 32), Seal(b"b" * 32)
    await agree_on_secret(res.db, ours)
    await agree_on_secret(twin.db, ours)
    if engine == "sqlite":  # its secret lies beside the file
        await agree_on_secret(twin.db, other)
        return
    with pytest.raises(AnotherSecret, match="GREENROOM_SECRET"):
        await agree_on_secret(twin.db, other)
    await adopt_secret(twin.db, other)
    await agree_on_secret(twin.db, other)


@pytest.mark.parametrize("engine", ["postgres"])  # on SQLite others watch the file
async def test_what_nobody_keeps_is_not_announced(blog: Blog, twin: Resources, engine: str) -> None:
    heard: list[int] = []
    twin.db.on_foreign_change(lambda: heard.append(1))
    member = blog.ada

    await _until(lambda: _are(heard, 1))  # it listens
    while True:  # whatever was on its way has come
        before = len(heard)
        await blog.res.db.write([members.setting_status(member, "active", None)])
        await _until(lambda before=before: _are(heard, before + 1))
        await asyncio.sleep(0)
        if len(heard) == before + 1:
            break
    quiet = len(heard)
    async with owning(blog.res, "work"):
        pass
    await blog.res.db.write([members.setting_status(member, "active", None)])
    await _until(lambda: _are(heard, quiet + 1))
    assert len(heard) == quiet + 1


async def test_what_others_tell_is_bounded_and_may_be_of_another_version(
    blog: Blog, twin: Resources, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(blog.res, "limits", Limits({"address": Rate(4, 60)}, clock))
    for module in (attempts_module, limits_module):
        monkeypatch.setattr(module, "_MOST", 10)
    for i in range(30):
        blog.res.limits.hear(Spent("address", f"key {i}", Rate(4, 60), 1), clock())
        blog.res.attempts.hear(Spent(SESSIONS.name, f"key {i}", SESSIONS.rate, 1), clock())
    assert len(blog.res.limits._buckets["address"]) == 10
    assert len(blog.res.attempts._buckets[SESSIONS.name]) == 10
    share = Shared(blog.res)
    await twin.db.write([spending.telling(spending.Told(twin.ids.new(), "a newer one", '{"of": "another form"}'))])
    await share.exchange()
