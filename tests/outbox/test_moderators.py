"""Letters to moderators: what waits, and only what waits."""

from service.actions.changes import Changes
from service.actions.decide_comments import Choice, decide_comments, take_down
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.domain.comment import Comment
from service.storage import outbox
from tests.conftest import Blog, Clock
from tests.outbox.conftest import Mail, html_of, links, text_of

HELD, SPAM, FINE = "score 0.6", "score 0.95", "score 0.1"


async def tell(blog: Blog, *addresses: str, **policy: object) -> None:
    await set_policy(blog.res, blog.site, {"moderation_mail": list(addresses), **policy})


async def decide(blog: Blog, comment: Comment, action: str, reason: str | None = None) -> None:
    _, (result,) = await decide_comments(
        blog.res,
        blog.moderator,
        action,
        [Choice(comment.id, comment.version)],
        reason,  # type: ignore[arg-type]
    )
    assert result.refusal is None


async def test_a_held_comment_is_told_with_links_that_decide(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example")
    await blog.post(f"{HELD} see https://casino.example/win and www.other.example")
    letter = await mail.one()
    assert letter["To"] == "mo@blog.example"
    assert letter["Subject"] == "[blog] 1 comment waits for you"
    assert letter["Auto-Submitted"] == "auto-generated"
    text, html = text_of(letter), html_of(letter)
    assert "https[:]//casino[.]example/win and www[.]other[.]example" in text
    assert "casino.example" not in text + html
    assert len([link for link in links(letter) if "/desk/letter?" in link]) == 3
    assert "<img" not in html
    assert (await mail.arrived()) == []


async def test_an_edit_that_waits_is_called_one(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example")
    fine = (await blog.post(FINE)).comment
    await edit_comment(blog.res, await blog.who(blog.ada), Wanted(fine.id, frozenset({fine.version}), f"{HELD} pills"))
    letter = await mail.one()
    for form in (text_of(letter), html_of(letter)):
        assert f"{HELD} pills" in form
        assert "An edit: readers go on seeing the text that was approved" in form


async def test_nobody_named_nothing_queued(blog: Blog) -> None:
    units: list[int] = []
    write = blog.res.db.write

    async def counting(unit: object) -> None:
        units.append(len([s for s in unit if "outbox" in s.sql]))  # type: ignore[attr-defined]
        await write(unit)  # type: ignore[arg-type]

    blog.res.db.write = counting  # type: ignore[method-assign]
    for text in (HELD, SPAM, FINE):
        await blog.post(text)
    assert units == [0, 0, 0]


async def test_spam_is_never_mailed(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example", comment_mail=["olive@blog.example"])
    await blog.post(SPAM)
    held = (await blog.post(HELD)).comment
    await decide(blog, held, "mark_spam")
    assert await mail.arrived() == []
    assert await outbox.waiting(blog.res.db, 10) == []


async def test_what_was_decided_or_removed_meanwhile_is_not_told(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example")
    rejected, removed = (await blog.post(f"{HELD} a")).comment, (await blog.post(f"{HELD} b")).comment
    await decide(blog, rejected, "reject")
    await take_down(blog.res, blog.ada, removed)
    assert [m["To"] for m in await mail.arrived()] == ["ada@blog.example"]  # that hers was rejected


async def test_what_comes_together_goes_into_one_letter(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example", "olive@blog.example")
    for number in range(30):
        await blog.post(f"{HELD} number {number} ")
    letters = await mail.arrived()
    assert sorted(m["To"] for m in letters) == ["mo@blog.example", "olive@blog.example"]
    assert {m["Subject"] for m in letters} == {"[blog] 30 comments wait for you"}
    assert "5 more wait at the desk" in text_of(letters[0])


async def test_a_digest_waits_for_the_end_of_its_hour(blog: Blog, mail: Mail, clock: Clock) -> None:
    await tell(blog, "mo@blog.example", moderation_mail_every="hour")
    first = (await blog.post(f"{HELD} one")).comment
    clock.pass_s(1_800)
    await blog.post(f"{HELD} two")
    await decide(blog, first, "approve")
    assert [m["Subject"] for m in await mail.arrived()] == ["[blog] Your comment is published"]
    clock.pass_s(1_800)
    letter = await mail.one()
    assert letter["Subject"] == "[blog] 1 comment waits for you"
    assert "once an hour" in text_of(letter)
    assert "one" not in [line.removeprefix(f"> {HELD} ") for line in text_of(letter).splitlines()]


async def test_who_is_not_named_any_more_is_told_nothing(blog: Blog, mail: Mail) -> None:
    await tell(blog, "mo@blog.example", moderation_mail_every="comment")
    await blog.post(HELD)
    await tell(blog)
    assert await mail.arrived() == []


async def test_the_worker_wakes_when_something_is_queued(blog: Blog, res: Resources) -> None:
    woken: list[int] = []
    assert isinstance(res.changes, Changes)
    res.changes.listen_for_queued(lambda: woken.append(1))
    await blog.post(HELD)
    assert not woken
    await tell(blog, "mo@blog.example")
    await blog.post(f"{HELD} again")
    assert woken
