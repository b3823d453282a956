"""Letters about published comments, and the question that comes before them."""

from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from service.actions.confirm_subscription import confirm_subscription
from service.actions.decide_comments import take_down
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread
from service.actions.subscribe import subscribe
from service.actions.unsubscribe import unsubscribe
from service.domain.errors import Invalid, NotFound, NotSignedIn
from service.domain.member import Member
from service.storage import outbox, subscriptions
from tests.conftest import Blog, Clock
from tests.outbox.conftest import Mail, html_of, links, text_of
from tests.outbox.test_moderators import FINE, HELD, SPAM, decide, tell

DAY_S = 86_400
PAGE = "/post.html"


def token(letter: EmailMessage, page: str) -> str:
    (link,) = [one for one in links(letter) if urlsplit(one).path.endswith(f"/{page}")]
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.fixture
async def grace(blog: Blog) -> Member:
    await blog.post("The first")
    return await blog.join("Grace")


async def follow(blog: Blog, mail: Mail, member: Member | None, email: str | None = None) -> None:
    await subscribe(blog.res, await blog.who(member), PAGE, email)
    await confirm_subscription(blog.res, blog.site, token(await mail.one(), "subscribe"))


async def test_nothing_is_sent_before_the_address_has_said_so(blog: Blog, mail: Mail, grace: Member) -> None:
    await subscribe(blog.res, await blog.who(grace), PAGE, None)
    question = await mail.one()
    assert question["To"] == "grace@blog.example"
    assert "The first" not in text_of(question) + html_of(question)
    await blog.post("Not told")
    assert await mail.arrived() == []
    await confirm_subscription(blog.res, blog.site, token(question, "subscribe"))
    await blog.post("Told, with https://link.example " + "x" * 600)
    letter = await mail.one()
    assert letter["Subject"] == "[blog] 1 new comment on “/post.html”"
    assert "Told, with https[:]//link[.]example" in text_of(letter)
    assert "x" * 500 not in html_of(letter).replace("\n", "")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_what_was_taken_off_the_page_meanwhile_is_told_to_nobody(blog: Blog, mail: Mail, grace: Member) -> None:
    await follow(blog, mail, grace)
    await tell(blog, comment_mail=["olive@blog.example"])
    spam, rude, removed = [(await blog.post(f"{FINE} {word}")).comment for word in ("casino", "insult", "regretted")]
    await decide(blog, spam, "mark_spam")
    await decide(blog, rude, "reject")
    await take_down(blog.res, blog.ada, removed)
    assert await mail.arrived() == []


async def test_what_was_taken_off_before_the_second_attempt_is_told_to_nobody(
    blog: Blog, mail: Mail, grace: Member, clock: Clock
) -> None:
    await follow(blog, mail, grace)
    spam = (await blog.post(f"{FINE} casino")).comment
    mail.server.refusals = ["451 come again"]
    assert await mail.arrived() == []
    await decide(blog, spam, "mark_spam")
    clock.pass_s(DAY_S)
    assert await mail.arrived() == []


async def test_one_question_a_day_for_each_address_and_page(
    blog: Blog, mail: Mail, clock: Clock, grace: Member
) -> None:
    who = await blog.who(grace)
    for _ in range(5):
        await subscribe(blog.res, who, PAGE, None)
    old = token(await mail.one(), "subscribe")
    clock.pass_s(DAY_S)
    await subscribe(blog.res, who, PAGE, None)
    new = token(await mail.one(), "subscribe")
    with pytest.raises(NotFound):
        await confirm_subscription(blog.res, blog.site, old)
    await confirm_subscription(blog.res, blog.site, new)
    clock.pass_s(DAY_S)
    await subscribe(blog.res, who, PAGE, None)
    assert await mail.arrived() == []  # it holds already


async def test_a_question_is_good_for_seven_days(blog: Blog, mail: Mail, clock: Clock, grace: Member) -> None:
    await subscribe(blog.res, await blog.who(grace), PAGE, None)
    late = token(await mail.one(), "subscribe")
    clock.pass_s(7 * DAY_S)
    with pytest.raises(NotFound):
        await confirm_subscription(blog.res, blog.site, late)


async def test_only_approved_comments_of_others_on_pages_that_are_shown(blog: Blog, mail: Mail, grace: Member) -> None:
    await follow(blog, mail, grace)
    await blog.post(HELD)
    await blog.post(SPAM)
    await blog.post("My own", grace)
    removed = (await blog.post("Removed before it is sent")).comment
    await take_down(blog.res, blog.ada, removed)
    assert await mail.arrived() == []
    comment = (await blog.post("On a page that is hidden then")).comment
    await set_thread(blog.res, blog.site, comment.thread_id, {"state": "hidden"})
    assert await mail.arrived() == []


async def test_the_text_of_an_edit_that_waits_goes_to_moderators_alone(blog: Blog, mail: Mail, grace: Member) -> None:
    await follow(blog, mail, grace)
    await tell(blog, "mo@blog.example")
    comment = (await blog.post("Public words")).comment
    wanted = Wanted(comment.id, frozenset({1}), f"{HELD} new words")
    edited = await edit_comment(blog.res, await blog.who(blog.ada), wanted)
    assert edited.comment.status == "pending"
    told = {one["To"]: text_of(one) for one in await mail.arrived()}
    assert sorted(told) == ["grace@blog.example", "mo@blog.example"]
    assert "new words" in told["mo@blog.example"]
    assert "Public words" in told["grace@blog.example"]
    assert "new words" not in told["grace@blog.example"]
    await decide(blog, edited.comment, "approve")
    assert [one["To"] for one in await mail.arrived()] == ["ada@blog.example"]  # readers were told already


async def test_it_ends_by_the_link_and_stays_ended(blog: Blog, mail: Mail, grace: Member) -> None:
    await follow(blog, mail, grace)
    await blog.post("One")
    end = token(await mail.one(), "unsubscribe")
    await blog.post("Queued before the end")
    for _ in range(2):
        await unsubscribe(blog.res, blog.site, end)
    await blog.post("Two")
    assert await mail.arrived() == []


async def test_links_are_worth_nothing_elsewhere(blog: Blog, mail: Mail, grace: Member) -> None:
    from tests.conftest import make_blog

    other = await make_blog(blog.res, "other")
    await subscribe(blog.res, await blog.who(grace), PAGE, None)
    question = token(await mail.one(), "subscribe")
    for site, wrong in ((other.site, question), (blog.site, question[:-2]), (blog.site, "x.y"), (blog.site, "é.é")):
        with pytest.raises(NotFound):
            await confirm_subscription(blog.res, site, wrong)
    with pytest.raises(NotFound):
        await unsubscribe(blog.res, blog.site, question)


async def test_guests_where_anyone_may_comment(blog: Blog, mail: Mail, grace: Member) -> None:
    with pytest.raises(NotSignedIn):
        await subscribe(blog.res, await blog.who(None), PAGE, "guest@x.example")
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    with pytest.raises(Invalid):
        await subscribe(blog.res, await blog.who(None), PAGE, None)
    with pytest.raises(NotFound):
        await subscribe(blog.res, await blog.who(None), "/nobody-wrote.html", "guest@x.example")
    await follow(blog, mail, None, "guest@x.example")
    await blog.post("Hello")
    assert (await mail.one())["To"] == "guest@x.example"


async def test_who_never_wants_to_be_asked_is_not(blog: Blog, mail: Mail, grace: Member) -> None:
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    await subscribe(blog.res, await blog.who(None), PAGE, "victim@x.example")
    await unsubscribe(blog.res, blog.site, token(await mail.one(), "unsubscribe"))
    await blog.post("Elsewhere", thread="/other.html")
    await subscribe(blog.res, await blog.who(None), "/other.html", "victim@x.example")
    assert await mail.arrived() == []


async def test_addresses_that_the_owner_names(blog: Blog, mail: Mail) -> None:
    await set_policy(blog.res, blog.site, {"comment_mail": ["olive@blog.example", "news@x.example"]})
    await blog.post(FINE)
    letters = await mail.arrived()
    assert sorted(one["To"] for one in letters) == ["news@x.example", "olive@blog.example"]
    await unsubscribe(blog.res, blog.site, token(letters[0], "unsubscribe"))
    await blog.post("And one more")
    assert [one["To"] for one in await mail.arrived()] == [letters[1]["To"]]


async def test_more_subscribers_than_a_portion(blog: Blog, mail: Mail, clock: Clock, grace: Member) -> None:
    thread_id = (await blog.post("Here")).comment.thread_id
    for number in range(410):
        one = subscriptions.Subscription(blog.res.ids.new(), "blog", thread_id, None, f"reader{number}@x.example", 1, 1)
        await blog.res.db.write([subscriptions.asking(one, 0), subscriptions.confirming(one, 2)])
    blog.res.cache.forget_subscribers(thread_id)
    await blog.post("To all of them")
    assert len({one["To"] for one in await mail.arrived()}) == 410
    assert len(mail.server.got) == 410


async def test_a_member_is_forgotten_with_all_of_this(blog: Blog, mail: Mail, grace: Member) -> None:
    await follow(blog, mail, grace)
    await blog.post("Queued")
    unit = [*subscriptions.erasing("blog", grace.id, grace.email), *outbox.erasing("blog", grace.id)]
    await blog.res.db.write(unit)
    assert await mail.arrived() == []
    assert await subscriptions.of_member(blog.res.db, "blog", grace.id, "", 10) == []
