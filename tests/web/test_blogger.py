"""What a blog knows from Blogger, one test for each of its settings: how it is there, how it is here."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from service.domain.member import Member, MemberStatus
from service.storage.database import Statement
from tests.conftest import Blog, Clock
from tests.web.conftest import Caller, Login
from tests.web.pages.conftest import Page, Reader, link_token

DAY_S = 86_400
NOTE = "Note: Only a member of this blog may post a comment."
ATOM = "{http://www.w3.org/2005/Atom}"
CLOSED = "New comments are not allowed here."
Client = TestClient[web.Request, web.Application]
pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def reader(client: Client, blog: Blog) -> Reader:
    """Somebody with a browser, who is not signed in."""
    return Reader(client, blog)


async def browsing(client: Client, blog: Blog, member: Member) -> Reader:
    """The member with a browser, signed in."""
    found = Reader(client, blog)
    await found.send(f"{found.home}/sign-in?token={await link_token(blog.res, member)}&to=/")
    return found


async def settings(olive: Caller, **changes: Any) -> None:
    assert (await olive("PATCH", "/settings", json=changes)).status == 200


async def set_only_thread(mo: Caller, **changes: Any) -> dict[str, Any]:
    (thread,) = (await mo("GET", "/threads")).json["threads"]
    answer = await mo("PATCH", f"/threads/{thread['id']}", json=changes)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def is_now(blog: Blog, member: Member, status: MemberStatus) -> None:
    """Makes the member what an invitation that nobody has accepted yet makes him."""
    sql = "UPDATE members SET status = :status, version = version + 1 WHERE id = :id"
    await blog.res.db.write([Statement(sql, {"status": status, "id": member.id})])
    blog.res.cache.forget_member(blog.site.id, member.id)


def order(page: Page, *words: str) -> None:
    """These words stand on the page in this order."""
    places = [page.words.index(one) for one in words]
    assert places == sorted(places)


async def test_b01_comments_can_be_hidden_and_shown_again(
    ada: Caller, olive: Caller, mo: Caller, reader: Reader
) -> None:
    """Blogger: embedded, full page, popup or hidden; hiding keeps what is stored, showing brings it back.

    Here: one discussion, embedded or as a page of its own, with replies in both; state=hidden for the whole site.
    """
    first = (await ada.post("a comment")).json
    await mo.post("a reply", parent_id=first["id"])
    shown = await reader.thread()
    order(shown, "2 comments:", "a comment", "a reply")
    await settings(olive, state="hidden")
    assert (await reader.thread()).status == 404
    assert (await ada.thread()).code == "not-found"
    assert (await ada("GET", "/counts?thread=/post.html")).json["counts"] == {"/post.html": 0}
    assert (await ada("GET", "/recent")).json["comments"] == []
    assert b"a comment" not in (await ada("GET", "/feed.atom")).body
    await settings(olive, state="open")
    assert (await reader.thread()).text == shown.text
    assert [c["text"] for c in (await ada.thread()).json["comments"]] == ["a comment", "a reply"]


async def test_b02_who_may_comment(olive: Caller, visitor: Caller, ada: Caller, blog: Blog, login: Login) -> None:
    """Blogger: anyone, people with Google accounts, or only members of this blog.

    Here: anyone, signed_in, members (the default); a refused person is told which it is and what to do.
    """
    invited = await blog.join("Ines")
    ines = await login(blog, invited)
    await is_now(blog, invited, "invited")

    async def may() -> list[int]:
        return [(await one.post(f"a word {await count(one)}")).status for one in (visitor, ines, ada)]

    async def count(one: Caller) -> int:
        return int((await ada.thread()).json["thread"]["count"])

    assert await may() == [401, 403, 201]
    told = (await visitor("GET", "/session")).json
    assert (told["may_comment"], told["why_not"]) == (False, "not-signed-in")
    await settings(olive, who_may_comment="signed_in")
    assert await may() == [401, 201, 201]
    await settings(olive, who_may_comment="anyone")
    assert await may() == [201, 201, 201]
    assert (await visitor("GET", "/session")).json["may_comment"]


async def test_b03_members_are_invited_and_have_roles(olive: Caller, blog: Blog, login: Login) -> None:
    """Blogger: members are authors, administrators and invited readers; at most 100; an invitation must be accepted.

    Here: members, moderators, owners, without a cap; who has not accepted yet may read and not comment.
    """
    for i in range(101):
        await blog.join(f"Reader {i}")
    listed = (await olive("GET", "/members?limit=200")).json["members"]
    assert len(listed) == 104
    assert {one["role"] for one in listed} == {"member", "moderator", "owner"}
    new = (await olive("POST", "/members", json={"name": "Ines", "email": "ines@reader.example"})).json
    member = await blog.res.cache.member(blog.site.id, new["id"])
    assert member is not None
    ines = await login(blog, member)
    await is_now(blog, member, "invited")
    refused = await ines.post("too early")
    assert (refused.status, refused.code) == (403, "not-a-member")
    assert (await ines.thread()).status == 200
    await is_now(blog, member, "active")
    assert (await ines.post("accepted")).status == 201


async def test_b04_reading_is_apart_from_commenting(visitor: Caller, ada: Caller, blog: Blog, login: Login) -> None:
    """Blogger: who may read is a setting of its own (public, authors, chosen readers); guests read and do not comment.

    Here: what is on the page is read by all who read the page; to comment is another matter.
    """
    await ada.post("for all to read")
    guest = await blog.join("Gil")
    gil = await login(blog, guest)
    await is_now(blog, guest, "invited")
    for one in (visitor, gil, ada):
        assert [c["text"] for c in (await one.thread()).json["comments"]] == ["for all to read"]
    assert (await visitor.post("x")).code == "not-signed-in"
    assert (await gil.post("x")).code == "not-a-member"


async def test_b05_moderation_always_sometimes_never(olive: Caller, ada: Caller, clock: Clock) -> None:
    """Blogger: always (but for authors and administrators), on posts older than 14 days, or never.

    Here the same three, and `model` between them, the default: the spam model says what waits.
    """
    await settings(olive, moderation="always")
    assert (await ada.post("always")).status == 202
    assert (await olive.post("by an owner")).status == 201
    await settings(olive, moderation="sometimes")
    assert (await ada.post("on a new post")).status == 201
    clock.pass_s(14 * DAY_S + 1)
    assert (await ada.post("on an old post")).status == 202
    assert (await ada.post("on another, new post", thread="/new.html")).status == 201
    await settings(olive, moderation="never")
    assert (await ada.post("score 0.6 never")).status == 201
    await settings(olive, moderation="model")
    assert (await ada.post("score 0.6 model")).status == 202


async def test_b06_those_who_moderate_are_never_held(olive: Caller, mo: Caller) -> None:
    """Blogger: administrators' own comments are never held. Here: owners' and moderators', whatever else is set."""
    await settings(
        olive, moderation="always", first_comments_held=9, max_links=0, hold_words=["mine"], languages=["ja"]
    )
    for i, one in enumerate((olive, mo)):
        assert (await one.post(f"score 0.99 is mine, see https://a.example/{i}")).status == 201


async def test_b07_moderation_is_told_by_mail(olive: Caller, mo: Caller, ada: Caller) -> None:
    """Blogger: mail to one or more addresses, each offers publish, delete, spam; another list of at most ten is told of
    every new comment.

    Here: moderation_mail and comment_mail, ten each; a held comment's card offers the same three and more.
    """
    addresses = [f"m{i}@blog.example" for i in range(10)]
    await settings(olive, moderation_mail=addresses, comment_mail=addresses[:1], moderation="always")
    told = (await olive("GET", "/settings")).json
    assert (told["moderation_mail"], told["comment_mail"]) == (addresses, addresses[:1])
    for wrong in ([*addresses, "m10@blog.example"], ["no address"]):
        refused = await olive("PATCH", "/settings", json={"comment_mail": wrong})
        assert refused.json["errors"][0]["pointer"] == "/comment_mail"
    await ada.post("waits")
    (card,) = (await mo("GET", "/queue")).json["items"]
    assert set(card["allowed_actions"]) >= {"approve", "remove", "mark_spam"}
    for public in (await ada.thread(), await ada("GET", "/session")):
        assert b"m0@blog.example" not in public.body


async def test_b08_nobody_is_asked_to_read_a_picture(client: Client, blog: Blog, olive: Caller, ada: Caller) -> None:
    """Blogger: a captcha for readers, on or off. Here none, on purpose: the model holds what is like a machine's."""
    await settings(olive, who_may_comment="anyone")
    page = await Reader(client, blog).thread()
    fields = set(re.findall(r'<(?:input|textarea|select)[^>]*name="([^"]+)"', page.text))
    assert fields == {"name", "text"}
    assert not re.search(r"captcha|<img|<script|<iframe|<audio", page.text, re.IGNORECASE)
    assert (await ada.post("score 0.6 perhaps a machine")).status == 202
    assert (await ada.post("score 0.95 a machine")).status == 202
    assert (await ada.thread()).json["thread"]["count"] == 0


async def test_b09_the_owners_words_above_the_form(olive: Caller, ada: Caller, blog: Blog, client: Client) -> None:
    """Blogger: the owner's text stands below the heading, before the note for members. Here the same."""
    words = "Be kind & brief <always>."
    await settings(olive, form_message=words)
    page = await (await browsing(client, blog, blog.ada)).thread()
    order(page, "No comments:", "Post a Comment", "Be kind &amp; brief &lt;always&gt;.", NOTE, "Your comment")
    assert (await ada("GET", "/session")).json["form_message"] == words


async def test_b10_times_pictures_and_new_posts(ada: Caller, visitor: Caller, reader: Reader) -> None:
    """Blogger: the format of times, profile pictures on or off, whether new posts take comments.

    Here: times as RFC 3339 for programs and in words with <time datetime> for people; no pictures from elsewhere; a
    new page takes comments unless the site says otherwise.
    """
    assert (await visitor.thread(thread="/new.html")).json["thread"]["state"] == "open"
    comment = (await ada.post("hello", thread="/new.html")).json
    assert comment["created_at"] == "2026-11-23T12:00:00.000Z"
    assert comment["author"]["avatar_url"] is None
    page = await reader.thread("/new.html")
    assert '<time datetime="2026-11-23T12:00:00.000Z">23 November 2026, 12:00 UTC</time>' in page.text
    assert "<img" not in page.text


async def test_b11_any_number_of_comments_in_pages(ada: Caller, visitor: Caller, reader: Reader, blog: Blog) -> None:
    """Blogger: no limit on the comments of a post; long lists are paged. Here the same, by cursors and by links."""
    for i in range(205):
        await blog.post(f"number {i}.")
    found, cursor = [], None
    for _ in range(3):
        page = (await visitor.thread(**({"cursor": cursor} if cursor else {}))).json
        found += [c["text"] for c in page["comments"]]
        cursor = page["next_cursor"]
    assert (len(found), cursor, page["thread"]["count"]) == (205, None, 205)
    assert found == [f"number {i}." for i in range(205)]
    first = await reader.thread()
    order(first, "205 comments:", "number 0.", "Newer", "Newest")
    assert "number 204." not in first.words


async def test_p1_allow(ada: Caller, mo: Caller, olive: Caller, client: Client, blog: Blog) -> None:
    """Blogger, per post: ALLOW shows list and form. Here: state=open, also where the site is closed."""
    await ada.post("hello")
    await settings(olive, state="closed")
    await set_only_thread(mo, state="open")
    page = await (await browsing(client, blog, blog.ada)).thread()
    order(page, "1 comment:", "hello", "Post a Comment", "Your comment")
    assert (await ada.post("again")).status == 201


async def test_p2_allow_no_more_and_show_existing(ada: Caller, mo: Caller, client: Client, blog: Blog) -> None:
    """Blogger, per post: DONT_ALLOW_SHOW_EXISTING keeps the list, a sentence in place of the form.

    Here: state=closed, by the thread's own word, the site's, or its age; null lets the site's policy speak again.
    """
    await ada.post("hello")
    await set_only_thread(mo, state="closed")
    page = await (await browsing(client, blog, blog.ada)).thread()
    order(page, "1 comment:", "hello", CLOSED)
    assert "Your comment" not in page.words
    assert (await ada.thread()).json["thread"]["state"] == "closed"
    await set_only_thread(mo, state=None)
    assert (await ada.post("again")).status == 201


async def test_p3_allow_no_more_and_hide_existing(ada: Caller, mo: Caller, visitor: Caller, reader: Reader) -> None:
    """Blogger, per post: DONT_ALLOW_HIDE_EXISTING leaves out the whole section and deletes nothing.

    Here: state=hidden is 404 to readers; moderators still see it, and it comes back whole.
    """
    comment = (await ada.post("hello")).json
    await ada.post("elsewhere", thread="/other.html")
    (thread, _) = (await mo("GET", "/threads")).json["threads"]
    await mo("PATCH", f"/threads/{thread['id']}", json={"state": "hidden"})
    assert (await reader.thread()).status == 404
    for one in (visitor, ada):
        assert (await one.thread()).code == "not-found"
        assert (await one("GET", f"/comments/{comment['id']}")).code == "not-found"
    assert [c["text"] for c in (await visitor("GET", "/recent")).json["comments"]] == ["elsewhere"]
    assert [c["text"] for c in (await mo.thread()).json["comments"]] == ["hello"]
    await mo("PATCH", f"/threads/{thread['id']}", json={"state": None})
    assert "hello" in (await reader.thread()).words


async def test_p4_a_closed_post_refuses_a_direct_call(ada: Caller, mo: Caller, client: Client, blog: Blog) -> None:
    """Blogger: a post that takes no comments refuses them on the server, too. Here: 403 and 404, by API and by form."""
    await ada.post("hello")
    browser = await browsing(client, blog, blog.ada)
    await set_only_thread(mo, state="closed")
    for one in (ada, mo):
        refused = await one.post("never mind the form")
        assert (refused.status, refused.code) == (403, "thread-closed")
    page = await browser.post("never mind the form")
    assert page.status == 403
    assert "never mind the form" in page.text  # what was written is not lost
    await set_only_thread(mo, state="hidden")
    assert (await ada.post("never mind")).code == "not-found"
    assert (await browser.post("never mind")).status == 404
    assert (await mo.thread()).json["thread"]["count"] == 1


async def test_a4_feeds(ada: Caller, mo: Caller, visitor: Caller, reader: Reader) -> None:
    """Blogger: a feed of all comments and of one post's; full or short (about 250 characters); Atom and RSS;
    max-results; the page says "Subscribe to: Post Comments (Atom)".

    Here Atom alone, which every reader of feeds takes; short=1 and limit.
    """
    await ada.post("*first* " + "and so on " * 60)
    await ada.post("elsewhere", thread="/other.html")
    await ada.post("last")
    await ada.post("score 0.6 held")

    async def entries(query: str) -> list[str]:
        answer = await visitor("GET", f"/feed.atom{query}")
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        feed = ElementTree.fromstring(answer.body)
        assert feed.find(f"{ATOM}link[@rel='self']").get("href", "").endswith(f"/feed.atom{query}")  # type: ignore[union-attr]
        return [
            one.findtext(f"{ATOM}content") or one.findtext(f"{ATOM}summary") or "" for one in feed.iter(f"{ATOM}entry")
        ]

    assert [words[:12] for words in await entries("")] == ["<p>last</p>\n", "<p>elsewhere", "<p><em>first"]
    assert await entries("?limit=1") == ["<p>last</p>\n"]
    assert len(await entries("?thread=/post.html")) == 2
    short = (await entries("?thread=/post.html&short=1"))[1]
    assert (short[:15], short[-1], len(short)) == ("*first* and so ", "…", 250)
    assert (await visitor("GET", "/feed.atom?limit=0")).status == 422
    page = await reader.thread()
    assert "Subscribe to: Post Comments (Atom)" in page.words
    assert (await reader.get(re.findall(r'href="([^"]*feed.atom[^"]*)"', page.text)[0])).status == 200
