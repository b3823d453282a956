"""What moderators do with threads over the API: their own words, closing by age, moving to other keys."""

from typing import Any

import pytest

from service.actions.set_policy import set_policy
from tests.conftest import Blog, Clock
from tests.web.conftest import Caller

DAY_S = 86_400
pytestmark = pytest.mark.usefixtures("patient")


async def only_thread(moderator: Caller) -> dict[str, Any]:
    (thread,) = (await moderator("GET", "/threads")).json["threads"]
    found: dict[str, Any] = thread
    return found


async def test_what_is_told_of_the_page_first_stays_whoever_tells_it(ada: Caller, mo: Caller) -> None:
    await ada.post("from a program that knows the path alone")
    assert [(await only_thread(mo))[name] for name in ("url", "title", "published_at")] == [None, None, None]
    page = {"url": "https://blog.example/post.html", "title": "A post", "published_at": "2026-10-01T08:00:00Z"}
    await ada.post("from the page", **page)
    await ada.post("later", url="https://blog.example/other.html", title="Another", published_at="2026-11-01T08:00:00Z")
    thread = await only_thread(mo)
    assert (thread["url"], thread["title"]) == (page["url"], page["title"])
    assert thread["published_at"] == "2026-10-01T08:00:00.000Z"


async def test_what_is_its_own_and_what_holds(ada: Caller, mo: Caller, blog: Blog) -> None:
    await ada.post("hello", published_at="2026-11-20T08:00:00Z")
    thread = await only_thread(mo)
    assert (thread["state"], thread["own_state"]) == ("open", None)
    assert (thread["moderation"], thread["own_moderation"]) == ("model", None)
    assert (thread["published_at"], thread["version"]) == ("2026-11-20T08:00:00.000Z", 1)
    changed = (
        await mo("PATCH", f"/threads/{thread['id']}", json={"state": "closed", "moderation": "always", "title": "T"})
    ).json
    assert changed == await only_thread(mo)
    assert (changed["state"], changed["own_state"], changed["own_moderation"]) == ("closed", "closed", "always")
    await set_policy(blog.res, blog.site, {"moderation": "never"})
    cleared = (await mo("PATCH", f"/threads/{thread['id']}", json={"state": None, "moderation": None})).json
    assert (cleared["state"], cleared["own_state"], cleared["title"]) == ("open", None, "T")
    assert (cleared["moderation"], cleared["own_moderation"]) == ("never", None)
    assert (await ada.post("again")).status == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"state": "ajar"}, "/state"),
        ({"moderation": "sometimes", "state": "shut"}, "/state"),
        ({"url": "https://elsewhere.example/post.html"}, "/url"),
        ({"published_at": "yesterday"}, "/published_at"),
        ({"count": 5}, "/count"),
    ],
)
async def test_a_change_is_whole_or_none(ada: Caller, mo: Caller, body: dict[str, Any], pointer: str) -> None:
    await ada.post("hello")
    thread = await only_thread(mo)
    refused = await mo("PATCH", f"/threads/{thread['id']}", json={"title": "Not this", **body})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)
    assert await only_thread(mo) == thread


async def test_pages_close_by_their_age_and_open_by_their_own_word(
    ada: Caller, mo: Caller, visitor: Caller, blog: Blog, clock: Clock
) -> None:
    await set_policy(blog.res, blog.site, {"close_after_days": 30})
    await ada.post("fresh", published_at="2026-11-20T08:00:00Z")
    clock.pass_s(26 * DAY_S)
    assert (await ada.post("in time")).status == 201
    clock.pass_s(2 * DAY_S)
    assert (await ada.post("too late")).code == "thread-closed"
    assert (await mo.post("too late for all")).code == "thread-closed"
    thread = await only_thread(mo)
    assert (thread["state"], thread["own_state"]) == ("closed", None)
    assert (await mo("GET", "/queue?status=approved")).json["items"][0]["thread"]["state"] == "closed"
    assert (await visitor("GET", "/recent")).json["comments"][0]["thread"]["state"] == "closed"
    assert (await visitor.thread(limit="99")).json["thread"]["state"] == "closed"
    await mo("PATCH", f"/threads/{thread['id']}", json={"state": "open"})
    assert (await ada.post("by its own word")).status == 201
    await mo("PATCH", f"/threads/{thread['id']}", json={"state": None, "published_at": "2026-12-15T00:00:00Z"})
    assert (await ada.post("published later")).status == 201


async def test_nobody_keeps_a_page_open_by_a_date_to_come(ada: Caller, mo: Caller, blog: Blog, clock: Clock) -> None:
    await ada.post("hello", published_at="2999-01-01T00:00:00Z")
    assert (await only_thread(mo))["published_at"] == "2026-11-23T12:00:00.000Z"
    await set_policy(blog.res, blog.site, {"close_after_days": 1})
    clock.pass_s(2 * DAY_S)
    assert (await ada.post("late")).code == "thread-closed"


async def test_sometimes_holds_on_pages_older_than_so_many_days(ada: Caller, blog: Blog, clock: Clock) -> None:
    await set_policy(blog.res, blog.site, {"moderation": "sometimes"})
    assert (await ada.post("young")).status == 201
    clock.pass_s(15 * DAY_S)
    assert (await ada.post("old")).status == 202
    await set_policy(blog.res, blog.site, {"sometimes_after_days": 30})
    assert (await ada.post("not so old after all")).status == 201
    await set_policy(blog.res, blog.site, {"sometimes_after_days": 0})
    assert (await ada.post("on any page")).status == 202


async def test_another_language_waits_for_a_look(ada: Caller, mo: Caller, blog: Blog) -> None:
    text = "Привет, как дела сегодня?"
    assert (await ada.post(text)).status == 201
    await set_policy(blog.res, blog.site, {"languages": ["en", "de"]})
    assert (await ada.post(text + " Снова.")).status == 202
    (item,) = (await mo("GET", "/queue")).json["items"]
    assert [reason["code"] for reason in item["reasons"]] == ["other-language"]
    assert (await mo.post(text)).status == 201
    assert (await ada.post("A word like Привет is no matter.")).status == 201


async def test_a_moved_thread_is_found_by_both_keys(ada: Caller, mo: Caller, visitor: Caller) -> None:
    await ada.post("hello", url="https://blog.example/post.html", title="Post")
    page, feed = await visitor.thread(), await visitor("GET", "/feed.atom?thread=/post.html")
    before = await visitor("GET", "/counts?thread=/post.html&thread=/posts/post/")
    assert before.json["counts"] == {"/post.html": 1, "/posts/post/": 0}
    thread = await only_thread(mo)
    path = f"/threads/{thread['id']}/move"
    tried = await mo("POST", path, json={"key": "https://blog.example/posts/post/?x#y", "dry_run": True})
    assert (tried.status, tried.json["outcome"], tried.json["thread"]["key"]) == (200, "moved", "/posts/post/")
    assert tried.json["dry_run"]
    told = tried.json
    assert await only_thread(mo) == thread
    done = await mo("POST", path, json={"key": "/posts/post/"})
    assert {**told, "dry_run": False} == done.json
    assert done.json["thread"] == await only_thread(mo) == {**thread, "key": "/posts/post/", "version": 2}
    assert (await mo("POST", path, json={"key": "/posts/post/"})).json["outcome"] == "same"
    by_old, by_new = await visitor.thread(), await visitor.thread(thread="/posts/post/")
    assert by_old.json == by_new.json
    assert by_old.json["comments"] == page.json["comments"]
    assert by_old.json["thread"] == {**page.json["thread"], "key": "/posts/post/"}
    counts = (await visitor("GET", "/counts?thread=/post.html&thread=/posts/post/")).json["counts"]
    assert counts == {"/post.html": 1, "/posts/post/": 1}
    assert (await visitor("GET", "/feed.atom?thread=/post.html")).body.count(b"<entry>") == feed.body.count(b"<entry>")
    assert (await ada.post("by the old key")).status == 201
    assert (await visitor.thread(thread="/posts/post")).json["thread"]["count"] == 2
    assert (await visitor.thread()).json["thread"]["count"] == 2
    assert (await mo("GET", "/log?thread=/post.html")).status == 200


async def test_where_a_thread_stands_already_both_become_one(ada: Caller, mo: Caller, visitor: Caller) -> None:
    first = (await ada.post("first", title="Of the old")).json
    await ada.post("score 0.6")
    await ada.post("other", thread="/new.html", url="https://blog.example/new.html")
    await visitor.thread()
    await visitor.thread(thread="/new.html")
    old, new = (await mo("GET", "/threads")).json["threads"]
    tried = (await mo("POST", f"/threads/{old['id']}/move", json={"key": "/new.html", "dry_run": True})).json
    done = (await mo("POST", f"/threads/{old['id']}/move", json={"key": "/new.html"})).json
    assert {**tried, "dry_run": False} == done
    assert (done["outcome"], done["comments"], done["thread"]["id"]) == ("merged", 2, new["id"])
    kept = await only_thread(mo)
    assert (kept["url"], kept["title"], kept["count"]) == (new["url"], "Of the old", 2)
    for key in ("/post.html", "/new.html"):
        page = (await visitor.thread(thread=key)).json
        assert ([c["text"] for c in page["comments"]], page["thread"]["key"]) == (["first", "other"], "/new.html")
    answer = await ada.post("an answer by the old key", parent_id=first["id"])
    assert answer.status == 201
    assert (await mo("PATCH", f"/threads/{old['id']}", json={"state": "closed"})).status == 404
    assert (await mo("POST", f"/threads/{old['id']}/move", json={"key": "/x"})).status == 404
    (held,) = (await mo("GET", "/queue")).json["items"]
    assert held["thread"]["key"] == "/new.html"
    assert (await mo.decide("approve", held)).status == 200
    assert (await only_thread(mo))["count"] == 4


async def test_sites_move_their_own_threads_only(ada: Caller, mo: Caller, other: Blog, login: Any) -> None:
    await ada.post("hello")
    thread = await only_thread(mo)
    foreign = await login(other, other.owner)
    assert (await foreign("POST", f"/threads/{thread['id']}/move", json={"key": "/x"})).code == "not-found"
    await foreign.post("there", thread="/elsewhere")
    await mo("POST", f"/threads/{thread['id']}/move", json={"key": "/elsewhere"})
    assert (await foreign.thread(thread="/elsewhere")).json["thread"]["count"] == 1
    assert (await foreign.thread()).json["thread"]["count"] == 0


@pytest.mark.parametrize("key", ["", "/%FF", "/" + "x" * 1_000])
async def test_a_key_is_a_path(ada: Caller, mo: Caller, key: str) -> None:
    await ada.post("hello")
    refused = await mo("POST", f"/threads/{(await only_thread(mo))['id']}/move", json={"key": key})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/key")
