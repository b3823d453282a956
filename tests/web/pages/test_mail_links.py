"""Pages that letters lead to: they ask, and a mere GET never acts."""

from urllib.parse import quote

import msgspec
import pytest

from service.actions.confirm_subscription import asked
from service.actions.decide_comments import Choice, decide_comments
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.letter_links import confirming_link, deciding_link, ending_link, stopping_link
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.subscribe import subscribe
from service.domain.comment import Comment
from service.storage import comments, members, subscriptions
from service.storage.subscriptions import Subscription
from tests.conftest import Blog, Clock
from tests.web.pages.conftest import Client, Reader

HELD = "score 0.6 Hello"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def held(blog: Blog) -> Comment:
    return (await blog.post(HELD)).comment


@pytest.fixture
def link(blog: Blog, held: Comment) -> str:
    return deciding_link(blog.res, held, blog.moderator)


async def status(res: Resources, comment: Comment) -> str:
    found = await comments.find(res.db, comment.site_id, comment.id)
    assert found is not None
    return found.status


async def test_the_letters_link_shows_the_comment_and_decides_nothing(
    stranger: Reader, res: Resources, held: Comment, link: str
) -> None:
    page = await stranger.get(f"{link}&do=reject")
    assert page.status == 200
    assert HELD in page.words
    assert "in the name of Mo" in page.words
    assert page.text.index('value="reject"') < page.text.index('value="approve"')
    assert page.headers["Cache-Control"] == "no-store"
    assert await status(res, held) == "pending"


async def test_the_page_shows_what_an_edit_changes(stranger: Reader, blog: Blog) -> None:
    fine = (await blog.post("score 0.1 some tea")).comment
    wanted = Wanted(fine.id, frozenset({fine.version}), "score 0.6 some coffee")
    edited = (await edit_comment(blog.res, await blog.who(blog.ada), wanted)).comment
    page = await stranger.get(deciding_link(blog.res, edited, blog.moderator))
    assert "<del> tea</del><ins> coffee</ins>" in page.text


async def test_the_letter_decides_for_its_address_alone(stranger: Reader, blog: Blog, held: Comment, link: str) -> None:
    """Whoever reads the old mailbox of somebody who moves decides nothing any more."""
    assert (await stranger.get(link)).status == 200
    moved = msgspec.structs.replace(blog.moderator, email="elsewhere@blog.example")
    await blog.res.db.write([members.retelling(blog.moderator, moved)])
    blog.res.cache.forget_member(blog.site.id, moved.id)
    assert (await stranger.get(link)).status == 403
    assert (await stranger.send(link, action="approve")).status == 403
    assert await status(blog.res, held) == "pending"


@pytest.mark.parametrize(("action", "after"), [("approve", "approved"), ("reject", "rejected"), ("mark_spam", "spam")])
async def test_the_button_decides_in_the_moderators_name(
    stranger: Reader, blog: Blog, held: Comment, link: str, action: str, after: str
) -> None:
    page = await stranger.send(link, action=action, reason="Because")
    assert page.status == 200
    assert "in the name of Mo" in page.words
    assert await status(blog.res, held) == after
    from service.actions.queue import history

    (decision,), _ = await history(blog.res, blog.site, held.id)
    assert (decision.actor_id, decision.reason) == (blog.moderator.id, "Because")
    again = await stranger.send(link, action=action)
    assert again.status == 409
    assert "Nothing was decided by this link" in again.words


async def test_other_pages_cannot_press_the_button(stranger: Reader, res: Resources, held: Comment, link: str) -> None:
    assert (await stranger.send(link, headers={"Sec-Fetch-Site": "cross-site"}, action="approve")).status == 403
    assert (await stranger.send(link)).status == 422  # Enter decides nothing
    assert await status(res, held) == "pending"


async def test_a_comment_that_changed_meanwhile_is_left_alone(
    stranger: Reader, blog: Blog, held: Comment, link: str
) -> None:
    await decide_comments(blog.res, blog.owner, "reject", [Choice(held.id, 1)], None)
    page = await stranger.get(link)
    assert "Olive rejected it" in page.words
    assert "<button name" not in page.text
    assert (await stranger.send(link, action="approve")).status == 409
    assert await status(blog.res, held) == "rejected"


async def test_who_moderates_no_more_has_to_sign_in(
    stranger: Reader, mo: Reader, blog: Blog, held: Comment, link: str
) -> None:
    await set_member(blog.res, blog.owner, blog.site, blog.moderator.id, MemberChange("suspended", None, None))
    page = await stranger.get(link)
    assert page.status == 403
    assert "Hello" not in page.words
    assert (await stranger.send(link, action="approve")).status == 403
    assert (await mo.send(link, action="approve")).status == 403
    assert await status(blog.res, held) == "pending"


async def test_an_address_of_no_moderator_asks_to_sign_in(
    stranger: Reader, ada: Reader, mo: Reader, blog: Blog, held: Comment
) -> None:
    link = deciding_link(blog.res, held, None)
    for reader in (stranger, ada):
        page = await reader.get(link)
        assert page.status == 403
        assert f"to={quote(link, safe='')}"[:40] in page.text.replace("/", "%2F")
    assert (await mo.send(link, action="approve")).status == 200
    assert await status(blog.res, held) == "approved"


async def test_time_is_up_after_seven_days(stranger: Reader, clock: Clock, link: str) -> None:
    clock.pass_s(7 * 86_400)
    assert (await stranger.get(link)).status == 410
    assert (await stranger.send(link, action="approve")).status == 410


async def test_forged_links(stranger: Reader, blog: Blog, link: str) -> None:
    for forged in (link[:-1], link.replace("token=", "token=e"), f"{stranger.home}/desk/letter", f"{link}.x"):
        assert (await stranger.get(forged)).status == 410


@pytest.fixture
async def subscription(blog: Blog) -> Subscription:
    posted = await blog.post("Here")
    grace = await blog.join("Grace")
    await subscribe(blog.res, await blog.who(grace), "/post.html", None)
    (found,) = await subscriptions.of_member(blog.res.db, "blog", grace.id, "", 10)
    assert found.thread_id == posted.comment.thread_id
    return found


async def test_subscribing_asks_first(stranger: Reader, blog: Blog, subscription: Subscription) -> None:
    link = confirming_link(blog.res, subscription)
    token = link.partition("token=")[2]
    assert (await stranger.get(link)).status == 200
    assert not (await asked(blog.res, blog.site, token)).subscription.holds
    assert (await stranger.send(link, headers={"Sec-Fetch-Site": "cross-site"})).status == 403
    for _ in range(2):
        assert "You will be told" in (await stranger.send(link)).words
    assert (await asked(blog.res, blog.site, token)).subscription.holds
    assert "You will be told" in (await stranger.get(link)).words
    assert (await stranger.get(f"{stranger.home}/subscribe?token=x")).status == 410


async def test_unsubscribing_by_hand_and_by_one_click(
    stranger: Reader, client: Client, blog: Blog, subscription: Subscription
) -> None:
    await stranger.send(confirming_link(blog.res, subscription))
    link = ending_link(blog.res, subscription)
    page = await stranger.get(link)
    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    found = await subscriptions.find(blog.res.db, "blog", subscription.id)
    assert found is not None
    assert found.holds
    assert (await stranger.send(link, headers={})).status == 422  # a POST that does not say so
    # A mail provider's: no cookie, no Origin, no Sec-Fetch-Site.
    assert (await stranger.send(link, headers={}, **ONE_CLICK)).status == 200
    found = await subscriptions.find(blog.res.db, "blog", subscription.id)
    assert found is not None
    assert not found.holds
    assert (await stranger.get(confirming_link(blog.res, subscription))).status == 410


async def test_one_click_in_the_other_encoding(client: Client, blog: Blog) -> None:
    """RFC 8058, section 3.2: multipart/form-data is as good."""
    from aiohttp import FormData

    link = stopping_link(blog.res, "blog", "ada@blog.example", "decided")
    form = FormData(default_to_multipart=True)
    form.add_field("List-Unsubscribe", "One-Click")
    async with client.post(link, data=form) as answer:
        assert answer.status == 200
    from service.domain.capability import address_hash

    hashed = address_hash(blog.res.seal.key("letters"), "ada@blog.example")
    assert await subscriptions.is_stopped(blog.res.db, "blog", hashed, "decided")
    async with client.post("/sites/blog/unsubscribe?token=x", data=form) as answer:
        assert answer.status == 410
