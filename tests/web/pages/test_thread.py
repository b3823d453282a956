"""The plain thread page: reading and posting without scripts, refusals that keep the draft, the ways around."""

import re
from html import escape

import pytest

from service.actions.decide_comments import Choice, decide_comments
from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thread import set_thread
from service.domain.comment import Comment
from tests.conftest import Blog, Clock, make_blog
from tests.web.pages.conftest import Client, Page, Reader, SignedIn

_STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


async def decide(blog: Blog, action: str, comment: Comment) -> None:
    choice = Choice(comment.id, comment.version)
    _, (result,) = await decide_comments(blog.res, blog.moderator, action, [choice], None)  # type: ignore[arg-type]
    assert result.refusal is None


def order(page: Page, *texts: str) -> None:
    """These texts stand on the page in this order."""
    places = [page.text.index(text) for text in texts]
    assert places == sorted(places), texts


async def test_headers_are_strict_and_nothing_is_inline(stranger: Reader, ada: Reader) -> None:
    for page, caching in ((await stranger.thread(), "no-cache"), (await ada.thread(), "no-store")):
        assert page.headers["Content-Security-Policy"] == _STRICT
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == caching
        assert page.headers["Vary"] == "Cookie"
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page.text)


async def test_an_empty_thread_in_bloggers_order(stranger: Reader, blog: Blog) -> None:
    await set_policy(blog.res, blog.site, {"form_message": "Be kind.\nStay & stay <curious>."})
    page = await stranger.thread()
    order(
        page,
        "No comments:",
        "Post a Comment",
        "Be kind.\nStay &amp; stay &lt;curious&gt;.",
        "Note: Only a member of this blog may post a comment.",
        "Sign in to comment",
    )
    assert "<textarea" not in page.text


async def test_one_comment_and_more(stranger: Reader, blog: Blog) -> None:
    await blog.post("the first")
    assert "1 comment:" in (await stranger.thread()).text
    await blog.post("the second")
    page = await stranger.thread()
    assert "2 comments:" in page.text
    order(page, "2 comments:", "the first", "the second", "Post a Comment")
    assert page.text.count("data-comment-id=") == 2


async def test_a_member_posts_and_sees_it(ada: Reader, stranger: Reader) -> None:
    posted = await ada.post("Good evening,\r\nsaid *she*.")
    page = await ada.follow(posted)
    assert "Your comment is published" in page.words
    assert "Good evening,<br>\nsaid <em>she</em>." in page.text
    assert posted.location.endswith(re.findall(r'id="(comment-[0-9a-f]+)"', page.text)[0])
    assert "said <em>she</em>" in (await stranger.thread()).text


async def test_a_held_comment_is_seen_by_its_author_alone(ada: Reader, mo: Reader, stranger: Reader) -> None:
    for words in ("score 0.6 is doubtful", "score 0.95 is spam"):
        page = await ada.follow(await ada.post(words))
        assert "Thank you. Your comment waits for approval" in page.words
        assert "No comments:" in page.text
        later = await ada.thread()
        assert words in later.text
        assert "Waits for approval; only you see it." in later.words
        assert not re.search(r"\bspam\b|0\.95", later.words.replace(words, ""))
        for other in (stranger, mo):
            assert words not in (await other.thread()).text


async def test_a_reply_stands_under_what_it_answers(ada: Reader, blog: Blog) -> None:
    first = (await blog.post("the first")).comment
    await blog.post("the second")
    form = await ada.thread(reply=first.id)
    assert "Your reply to Ada" in form.words
    assert f'name="parent_id" value="{first.id}"' in form.text
    page = await ada.follow(await ada.post("the answer", parent_id=first.id))
    order(page, "the first", "the answer", "the second")
    assert f'in reply to <a href="#comment-{first.id}">' in page.text


async def test_replies_are_indented_three_levels_at_most(stranger: Reader, blog: Blog) -> None:
    parent = None
    for depth in range(6):
        parent = (await blog.post(f"level {depth}", parent_id=parent)).comment.id
    page = await stranger.thread()
    assert re.findall(r'class="depth-(\d+)"', page.text) == ["0", "1", "2", "3", "3", "3"]
    order(page, *[f"level {depth}" for depth in range(6)])


async def test_tombstones_keep_the_replies_in_place(stranger: Reader, blog: Blog, ada: Reader) -> None:
    first = (await blog.post("words to regret")).comment
    await blog.post("the answer stays", parent_id=first.id)
    await decide(blog, "remove", first)
    page = await stranger.thread()
    assert "words to regret" not in page.text
    assert "1 comment:" in page.text
    order(page, "This comment was removed by a moderator.", "the answer stays")


async def test_an_author_deletes_his_own_comment_after_being_asked(
    ada: Reader, mo: Reader, stranger: Reader, blog: Blog
) -> None:
    mine = (await blog.post("on second thoughts")).comment
    await blog.post("still here", parent_id=mine.id)
    assert "Delete your comment" not in (await mo.thread()).words
    asked = await ada.thread(delete=mine.id)
    assert "Delete this comment for good?" in asked.words
    assert "on second thoughts" in (await stranger.thread()).text
    assert (await mo.send(mo.thread_path(), delete=mine.id)).status == 404
    assert (await stranger.send(stranger.thread_path(), delete=mine.id)).status == 401
    done = await ada.follow(await ada.send(ada.thread_path(), delete=mine.id))
    assert "Your comment was deleted." in done.words
    page = await stranger.thread()
    order(page, "This comment was removed by its author.", "still here")
    assert "on second thoughts" not in page.text


@pytest.mark.parametrize("text", [" \u200b\u00a0", "x" * 10_001, "nul \x00 inside"])
async def test_a_refused_draft_is_kept(ada: Reader, text: str) -> None:
    page = await ada.post(text, parent_id="")
    assert page.status in (413, 422)
    assert 'role="alert"' in page.text
    assert f">\n{escape(text)}</textarea>" in page.text
    assert 'aria-invalid="true"' in page.text


async def test_refused_words_are_named_and_the_draft_kept(ada: Reader, blog: Blog) -> None:
    await set_policy(blog.res, blog.site, {"refuse_words": ["lottery"]})
    page = await ada.post("a <b>lottery</b> & more")
    assert page.status == 422
    assert "lottery" in page.text.partition('role="alert">')[2].partition("<")[0]
    assert "a &lt;b&gt;lottery&lt;/b&gt; &amp; more</textarea>" in page.text


async def test_without_a_session_the_draft_is_kept_and_the_way_in_shown(stranger: Reader) -> None:
    page = await stranger.post("I wrote this before my session ended")
    assert page.status == 401
    assert "I wrote this before my session ended</textarea>" in page.text
    assert "Sign in to comment" in page.words


@pytest.mark.parametrize(("status", "words"), [("suspended", "suspended"), ("banned", "ended by the moderators")])
async def test_who_may_not_is_told_why(ada: Reader, blog: Blog, status: str, words: str) -> None:
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange(status))  # type: ignore[arg-type]
    page = await ada.thread()
    assert words in page.words
    assert "You are signed in as Ada" in page.words
    assert "<textarea" not in page.text
    refused = await ada.post("let me in")
    assert refused.status == 403
    assert "let me in</textarea>" in refused.text


async def test_a_closed_thread_shows_its_comments_and_takes_no_more(ada: Reader, stranger: Reader, blog: Blog) -> None:
    comment = (await blog.post("from before")).comment
    await set_thread(blog.res, blog.site, comment.thread_id, {"state": "closed"})
    page = await stranger.thread()
    assert "from before" in page.text
    assert "New comments are not allowed here." in page.words
    assert "Post a Comment" not in page.text
    refused = await ada.post("too late")
    assert refused.status == 403
    assert "too late</textarea>" in refused.text


async def test_a_hidden_thread_is_not_there_for_readers(ada: Reader, mo: Reader, stranger: Reader, blog: Blog) -> None:
    comment = (await blog.post("between us")).comment
    await set_thread(blog.res, blog.site, comment.thread_id, {"state": "hidden"})
    for page in (await stranger.thread(), await ada.thread(), await ada.post("anybody?")):
        assert page.status == 404
        assert "between us" not in page.text
        assert page.headers["Content-Type"].startswith("text/html")
    assert "hidden from readers" in (await mo.thread()).words


async def test_a_guest_says_who_he_is(res: object, client: Client, blog: Blog, signed_in: SignedIn) -> None:
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    guest = await signed_in(None)
    form = await guest.thread()
    assert 'id="name"' in form.text
    assert "Only a member" not in form.text
    for name in (" ", "\u200b", "x" * 81):
        nameless = await guest.post("hello", name=name)
        assert nameless.status == 422
        assert "A name is needed" in nameless.words
        assert "hello</textarea>" in nameless.text
    assert "Your comment is published" in (await guest.follow(await guest.post("hello", name="Ida"))).words
    held = await guest.follow(await guest.post("score 0.6", name="Ida"))
    assert "Your comment waits for a moderator" in held.words
    assert "score 0.6" not in held.text


async def test_a_long_thread_is_turned_page_by_page(stranger: Reader, ada: Reader, blog: Blog, clock: Clock) -> None:
    first = (await blog.post("number 000.")).comment
    for i in range(1, 205):
        clock.pass_s(60)
        await blog.post(f"number {i:03}.")
    seen, page = [], await stranger.thread()
    assert "100 of 205 comments: 23 November 2026, 12:00 UTC to" in page.words
    while True:
        seen += re.findall(r"number (\d{3})\.", page.text)
        newer = re.search(r'rel="next" href="([^"#]+)', page.text)
        if newer is None:
            break
        page = await stranger.get(newer[1].replace("&amp;", "&"))
    assert seen == [f"{i:03}" for i in range(205)]
    newest = re.search(r'href="([^"#]+)[^"]*">Newest', (await stranger.thread()).text)
    assert newest is not None
    page = await stranger.get(newest[1].replace("&amp;", "&"))
    assert re.findall(r"number (\d{3})\.", page.text) == [f"{i:03}" for i in range(105, 205)]
    older = re.search(r'rel="prev" href="([^"#]+)', page.text)
    assert older is not None
    page = await stranger.get(older[1].replace("&amp;", "&"))
    assert re.findall(r"number (\d{3})\.", page.text) == [f"{i:03}" for i in range(5, 105)]
    answer = await ada.follow(await ada.post("the latest, to the first", parent_id=first.id))
    assert "the latest, to the first" in answer.text
    assert "an earlier comment" in answer.words
    assert (await stranger.thread(cursor="nonsense")).status == 400


async def test_a_visitors_page_is_kept_until_something_changes(stranger: Reader, blog: Blog) -> None:
    first = await stranger.thread()
    tag = first.headers["ETag"]
    assert (await stranger.get(stranger.thread_path(), **{"If-None-Match": tag})).status == 304
    await blog.post("news")
    fresh = await stranger.get(stranger.thread_path(), **{"If-None-Match": tag})
    assert fresh.status == 200
    assert "news" in fresh.text
    await set_policy(blog.res, blog.site, {"form_message": "Be brief."})
    assert "Be brief." in (await stranger.thread()).text


async def test_errors_are_pages(stranger: Reader) -> None:
    for path, status in (
        ("/sites/nowhere/thread?key=/x", 404),
        ("/sites/blog/thread", 422),
        ("/sites/blog/thread?key=%2Fx%00", 422),
        ("/sites/blog/desk", 401),
        ("/demo", 404),
    ):
        page = await stranger.get(path)
        assert page.status == status, path
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<h1>" in page.text
        assert page.headers["Content-Security-Policy"] == _STRICT


async def test_a_session_of_one_site_is_none_on_another(ada: Reader, blog: Blog) -> None:
    await make_blog(blog.res, "other")
    ((_, token),) = ada.cookies.items()
    ada.cookies["greenroom-other"] = token
    page = await ada.get("/sites/other/thread?key=/post.html")
    assert "Sign in to comment" in page.words


async def test_nothing_private_is_shown_to_readers(stranger: Reader, ada: Reader, blog: Blog) -> None:
    await blog.post("score 0.07 but fine")
    for reader in (stranger, ada):
        page = await reader.thread()
        assert "@blog.example" not in page.text
        assert "words-1" not in page.text
        assert "0.07" not in page.text.replace("score 0.07", "")
