"""The worker: at least once, with patience, never more than anybody should get."""

import asyncio

import pytest

from service.actions.resources import Resources
from service.outbox.console import Console
from service.outbox.retrying import HOUR_MS, wait_ms
from service.outbox.sending import Office
from service.outbox.smtp import Smtp, server_of
from service.outbox.tidying import tidy
from service.outbox.worker import Worker, at_work
from service.storage import outbox, sent_letters, subscriptions
from service.storage.outbox import Event
from service.storage.subscriptions import Subscription, asking
from tests.conftest import Blog, Clock
from tests.outbox.conftest import URL, Mail, MailServer
from tests.outbox.test_moderators import FINE, HELD, tell

ANSWER_S = 60


async def test_what_fails_for_now_is_tried_again(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    mail.server.refusals = ["451 later", "451 later"]
    assert await mail.arrived() == []
    assert await mail.arrived() == []  # not at once
    (waiting,) = await outbox.waiting(blog.res.db, 10)
    assert (waiting.attempts, waiting.failure) == (1, "RecipientRefused: the server answered 451")
    clock.pass_s(80)
    assert await mail.arrived() == []
    clock.pass_s(300)
    assert (await mail.one())["Message-ID"] == f"<{waiting.event.id}@comments.example.org>"
    assert await outbox.waiting(blog.res.db, 10) == []


async def test_what_will_never_do_is_given_up_and_kept(blog: Blog, mail: Mail) -> None:
    await tell(blog, "gone@x.example", "mo@blog.example")
    await blog.post(HELD)
    mail.server.refusals = ["550 no such user"]
    assert len(await mail.arrived()) == 1  # the other one got his
    (failed,) = await outbox.given_up(blog.res.db, 10)
    assert failed.failure == "RecipientRefused: the server answered 550"
    assert await outbox.waiting(blog.res.db, 10) == []


async def test_a_server_that_is_down_and_a_restart(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example", "olive@blog.example")
    await blog.post(HELD)
    await mail.server.stop()
    assert await mail.arrived() == []
    assert [one.attempts for one in await outbox.waiting(blog.res.db, 10)] == [1, 1]
    await mail.server.start()
    mail.worker = mail.another()
    clock.pass_s(80)
    assert len(await mail.arrived()) == 2


async def test_after_three_days_it_is_given_up(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    await mail.server.stop()
    for _ in range(14):
        await mail.arrived()
        clock.pass_s(6 * 3600 + 4400)
    assert await outbox.waiting(blog.res.db, 10) == []
    (failed,) = await outbox.given_up(blog.res.db, 10)
    assert failed.failed_at is not None


def test_the_waits_grow_to_six_hours() -> None:
    waits = [wait_ms("row", attempts) for attempts in range(1, 40)]
    assert 48_000 <= waits[0] <= 72_000
    assert max(waits) <= 6 * HOUR_MS * 1.2
    assert len({wait_ms(f"row {i}", 3) for i in range(100)}) > 90


async def test_two_workers_do_not_send_twice(blog: Blog, mail: Mail) -> None:
    await tell(blog, *[f"m{i}@blog.example" for i in range(10)])
    await blog.post(HELD)
    workers = [mail.another() for _ in range(4)]
    while any(await asyncio.gather(*[one.turn() for one in workers])):
        pass
    assert len(mail.server.to) == len(set(mail.server.to)) == 10


async def test_what_a_dead_worker_had_claimed_is_sent_by_another(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    await blog.res.db.write([outbox.claiming("dead", clock.now, clock.now + ANSWER_S * 1000, 10)])
    assert await mail.arrived() == []
    clock.pass_s(ANSWER_S)
    await mail.one()


async def test_the_death_of_a_worker_between_sending_and_writing_it_down(blog: Blog, mail: Mail, clock: Clock) -> None:
    """Twice, then, but as the same message, which mail programs show once."""
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    await mail.worker.turn()
    write = blog.res.db.write

    async def dying(unit: object) -> None:
        if any("sent_letters" in one.sql for one in unit):  # type: ignore[attr-defined]
            raise asyncio.CancelledError
        await write(unit)  # type: ignore[arg-type]

    blog.res.db.write = dying  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await mail.worker.turn()
    blog.res.db.write = write  # type: ignore[method-assign]
    clock.pass_s(100)
    await mail.another().turn()
    first, second = mail.server.got
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_flood_of_questions_to_one_address(blog: Blog, mail: Mail, clock: Clock) -> None:
    """Two thousand at once, however they came to be queued: five an hour."""
    thread_id = (await blog.post("Hello")).comment.thread_id
    one = Subscription(blog.res.ids.new(), "blog", thread_id, None, "victim@x.example", clock.now, clock.now)
    events = [Event(blog.res.ids.new(), "blog", "subscription", one.id, clock.now, clock.now) for _ in range(2_000)]
    await blog.res.db.write([asking(one, 0), *[outbox.adding(event) for event in events]])
    assert len(await mail.arrived()) == 5
    clock.pass_s(3_599)
    assert await mail.arrived() == []
    clock.pass_s(1)
    assert len(await mail.arrived()) == 5
    assert set(mail.server.to) == {"victim@x.example"}


async def test_no_more_than_twenty_an_hour_then_the_rest_in_one(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example")
    for number in range(25):
        await blog.post(f"{HELD} {number}")
        await mail.arrived()
        clock.pass_s(1)
    assert len(mail.server.got) == 20
    clock.pass_s(3600)
    assert (await mail.one())["Subject"] == "[blog] 5 comments wait for you"


async def test_no_more_than_six_hundred_an_hour_to_all(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, *[f"m{i}@blog.example" for i in range(10)])
    await blog.post(HELD)
    sent = [sent_letters.adding(f"x{number}", f"h{number}", "decided", clock.now) for number in range(600)]
    await blog.res.db.write(sent)
    assert await mail.arrived() == []
    clock.pass_s(3_600)
    assert len(await mail.arrived()) == 10


async def test_a_letter_that_cannot_be_composed_stops_no_other(blog: Blog, mail: Mail) -> None:
    now = blog.res.now_ms()
    await blog.res.db.write([outbox.adding(Event(blog.res.ids.new(), "blog", "decided", "x", now, now, "not json"))])
    await blog.res.db.write([outbox.adding(Event(blog.res.ids.new(), "blog", "no_such_kind", "x", now, now))])
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    fine = (await blog.post(FINE)).comment
    await blog.res.db.write(
        [outbox.adding(Event(blog.res.ids.new(), "blog", "published", fine.id, now, now, "not json"))]
    )
    await mail.one()
    assert len(await outbox.given_up(blog.res.db, 10)) == 1
    assert [one.failure for one in await outbox.waiting(blog.res.db, 10)] == ["DecodeError"]


async def test_without_a_mail_server_it_is_printed(blog: Blog) -> None:
    printed: list[str] = []
    worker = Worker(Office(blog.res, Console(printed.append), lambda: URL))
    await tell(blog, "mo@blog.example")
    await blog.post(HELD)
    while await worker.turn():
        pass
    (block,) = printed
    assert "A letter to mo@blog.example" in block
    assert f"{URL}/sites/blog/desk/letter?token=" in block


async def test_at_work_it_is_woken_and_it_ends(res: Resources, blog: Blog, server: MailServer) -> None:
    office = Office(res, Smtp(server_of(server.url)), lambda: URL)
    await tell(blog, "mo@blog.example")
    async with at_work(office, res.changes.listen_for_queued):
        await blog.post(HELD)
        async with asyncio.timeout(20):
            await server.first.wait()
    assert [one.event.kind for one in await outbox.waiting(res.db, 10)] == []


async def test_what_has_had_its_time_is_forgotten(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "gone@x.example", "mo@blog.example")
    thread_id = (await blog.post(HELD)).comment.thread_id
    one = Subscription(blog.res.ids.new(), "blog", thread_id, None, "silent@x.example", clock.now, clock.now)
    await blog.res.db.write([asking(one, 0)])
    mail.server.refusals = ["550 no such user"]
    await mail.arrived()
    await tidy(blog.res)
    assert len(await outbox.given_up(blog.res.db, 10)) == 1
    assert await subscriptions.find(blog.res.db, "blog", one.id) == one
    clock.pass_s(31 * 86_400)
    await tidy(blog.res)
    assert await outbox.given_up(blog.res.db, 10) == []
    assert await subscriptions.find(blog.res.db, "blog", one.id) is None
    assert await sent_letters.since(blog.res.db, "", "held", 0) == ([], 0, 0)
