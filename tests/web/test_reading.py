"""Reading over HTTP: order and pages, tombstones, 304, what is kept in memory and when it is let go, origins."""

from typing import Any

import pytest

from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from tests.conftest import Blog
from tests.web.conftest import Caller, Login


def texts(answer: Any) -> list[str | None]:
    return [c["text"] for c in answer.json["comments"]]


async def test_a_question_that_can_be_read_in_two_ways_is_none(visitor: Caller, mo: Caller) -> None:
    for caller, path, name in (
        (visitor, "/comments?thread=/a&thread=/b", "thread"),
        (visitor, "/comments?thread=/a&limit=1&limit=1", "limit"),
        (visitor, "/comments?thread=%ff", "thread"),
        (visitor, "/comments?thread=/%EF%BF%BD%c3", "thread"),
        (visitor, "/counts?thread=/a&thread=%ff", "thread"),
        (visitor, "/events?thread=/a&thread=/b", "thread"),
        (mo, "/queue?status=pending&status=spam", "status"),
        (mo, "/log?action=approve&action=reject", "action"),
        (mo, "/log?who=%e9", "who"),
        (mo, "/models/words-1/simulation?hold_at=0.1&hold_at=0.2", "hold_at"),
    ):
        answer = await caller("GET", path)
        assert (answer.status, answer.code) == (422, "invalid")
        assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{name}"]
        assert name in answer.json["errors"][0]["detail"]
    replacement = await visitor("GET", "/comments?thread=/%EF%BF%BD")
    assert (replacement.status, replacement.json["thread"]["key"]) == (200, "/\ufffd")
    assert (await visitor("GET", "/counts?thread=/a&thread=/b")).json == {"counts": {"/a": 0, "/b": 0}}


async def test_an_unknown_page_is_empty_and_open(visitor: Caller) -> None:
    answer = await visitor("GET", "/comments?thread=/nobody/was/here/")
    assert answer.status == 200
    assert answer.json == {
        "thread": {"key": "/nobody/was/here/", "url": None, "title": None, "state": "open", "count": 0},
        "comments": [],
        "next_cursor": None,
    }


async def test_pages_of_a_thread_in_both_orders(ada: Caller, visitor: Caller) -> None:
    for i in range(7):
        await ada.post(f"number {i}")
    for sort, wanted in (("oldest", range(7)), ("newest", reversed(range(7)))):
        found, cursor, pages = [], None, 0
        while True:
            answer = await visitor.thread(limit=3, sort=sort, **({"cursor": cursor} if cursor else {}))
            found += texts(answer)
            pages += 1
            cursor = answer.json["next_cursor"]
            assert ("Link" in answer.headers) == (cursor is not None)
            if cursor is None:
                break
            linked = answer.headers["Link"].partition("<")[2].partition(">")[0]
            assert (await visitor("GET", "//" + linked.removeprefix("/"))).json == (
                await visitor.thread(limit=3, sort=sort, cursor=cursor)
            ).json
        assert (found, pages) == ([f"number {i}" for i in wanted], 3)


async def test_own_waiting_comments_stand_in_their_place(ada: Caller, blog: Blog, login: Login) -> None:
    grace = await login(blog, await blog.join("Grace"))
    for text in ("one", "score 0.6 two", "three", "score 0.7 four", "five"):
        await ada.post(text)
    assert texts(await ada.thread()) == ["one", "score 0.6 two", "three", "score 0.7 four", "five"]
    assert texts(await grace.thread()) == ["one", "three", "five"]
    assert texts(await ada.thread(sort="newest", limit=2)) == ["five", "score 0.7 four"]
    first = await ada.thread(limit=2)
    assert texts(first) == ["one", "score 0.6 two"]
    assert texts(await ada.thread(limit=2, cursor=first.json["next_cursor"])) == ["three", "score 0.7 four"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid"),
        ("thread=", 422, "invalid"),
        ("thread=/%00", 422, "invalid"),
        ("thread=/a&sort=best", 422, "invalid"),
        ("thread=/a&limit=0", 422, "invalid"),
        ("thread=/a&limit=-1", 422, "invalid"),
        ("thread=/a&limit=ten", 422, "invalid"),
        ("thread=/a&limit=1e9", 422, "invalid"),
        ("thread=/a&cursor=nonsense", 400, "bad-cursor"),
        ("thread=/a&cursor=", 400, "bad-cursor"),
        ("thread=/a&cursor=%00%ff", 400, "bad-cursor"),
        ("thread=/a&cursor=%ff", 400, "bad-cursor"),
        ("thread=/a&cursor=WyJuZXdlc3QiLCJ4Il0", 400, "bad-cursor"),
    ],
)
async def test_a_wrong_query_is_named(visitor: Caller, query: str, status: int, code: str) -> None:
    answer = await visitor("GET", f"/comments?{query}")
    assert (answer.status, answer.code) == (status, code)


async def test_a_cursor_is_of_its_list(ada: Caller, mo: Caller) -> None:
    for i in range(3):
        await ada.post(f"number {i}")
    cursor = (await ada.thread(limit=1)).json["next_cursor"]
    assert (await ada.thread(sort="newest", cursor=cursor)).code == "bad-cursor"
    assert (await mo("GET", f"/queue?cursor={cursor}")).code == "bad-cursor"
    assert (await mo("GET", f"/log?cursor={cursor}")).code == "bad-cursor"


async def test_limits_above_the_most_are_capped(ada: Caller, visitor: Caller) -> None:
    await ada.post("one")
    assert (await visitor.thread(limit=999_999)).status == 200


async def test_what_has_not_changed_is_not_sent_again(ada: Caller, visitor: Caller) -> None:
    comment = (await ada.post("one")).json
    for caller in (visitor, ada):
        for path in ("/comments?thread=/post.html", "/counts?thread=/post.html", "/recent"):
            first = await caller("GET", path)
            again = await caller("GET", path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
            assert (await caller("GET", path, headers={"If-None-Match": '"old", W/"older"'})).status == 200
    etag = (await visitor.thread()).headers["ETag"]
    await ada("DELETE", f"/comments/{comment['id']}")
    changed = await visitor("GET", "/comments?thread=/post.html", headers={"If-None-Match": etag})
    assert (changed.status, texts(changed)) == (200, [])


async def test_the_counts_of_a_hundred_pages_are_one_question(ada: Caller, visitor: Caller) -> None:
    keys = [f"/2026/11/{'a-long-name-' * 15}{number}.html" for number in range(100)]
    await ada.post("Hello", thread=keys[7])
    answer = await visitor("GET", "/counts", params=[("thread", key) for key in keys])
    assert (answer.status, answer.json["counts"]) == (200, {key: int(key == keys[7]) for key in keys})


async def test_a_page_in_memory_follows_every_change(
    ada: Caller, mo: Caller, visitor: Caller, blog: Blog, res: Resources
) -> None:
    async def seen() -> tuple[int, int, int]:
        page, counts = await visitor.thread(), await visitor("GET", "/counts?thread=/post.html")
        recent = await visitor("GET", "/recent")
        return len(page.json["comments"]), counts.json["counts"]["/post.html"], len(recent.json["comments"])

    assert await seen() == (0, 0, 0)
    one = (await ada.post("one")).json
    assert await seen() == (1, 1, 1)
    two = (await ada.post("score 0.6 two")).json
    assert await seen() == (1, 1, 1)
    await mo.decide("approve", two)
    assert await seen() == (2, 2, 2)
    decided = (await mo.decide("reject", one)).json
    assert await seen() == (1, 1, 1)
    await mo("POST", f"/decisions/{decided['decision_id']}/undo")
    assert await seen() == (2, 2, 2)
    await set_policy(res, blog.site, {"state": "hidden"})
    assert (await visitor.thread()).status == 404
    await set_policy(res, blog.site, {"state": "open"})
    assert await seen() == (2, 2, 2)


async def test_tombstones_keep_replies_in_their_place(ada: Caller, mo: Caller, visitor: Caller) -> None:
    top = (await ada.post("top")).json
    middle = (await ada.post("middle", parent_id=top["id"])).json
    leaf = (await ada.post("leaf", parent_id=middle["id"])).json
    await ada.post("aside")

    async def page() -> list[tuple[str | None, str]]:
        return [(c["text"], c["status"]) for c in (await visitor.thread()).json["comments"]]

    await mo.decide("remove", middle)
    assert await page() == [("top", "approved"), (None, "removed"), ("leaf", "approved"), ("aside", "approved")]
    await ada("DELETE", f"/comments/{top['id']}")
    comments = (await visitor.thread()).json["comments"]
    assert [(c["text"], c["html"], c.get("removed_by")) for c in comments[:2]] == [
        (None, None, "author"),
        (None, None, "moderator"),
    ]
    assert (await visitor.thread()).json["thread"]["count"] == 2
    removed = (await mo.decide("remove", leaf)).json  # the last of the chain takes its tombstones along
    assert await page() == [("aside", "approved")]
    await mo("POST", f"/decisions/{removed['decision_id']}/undo")
    assert [status for _, status in await page()] == ["removed", "removed", "approved", "approved"]


async def test_own_waiting_reply_under_a_tombstone(ada: Caller, mo: Caller, visitor: Caller) -> None:
    top = (await ada.post("top")).json
    reply = (await ada.post("score 0.6 reply", parent_id=top["id"])).json
    await mo.decide("remove", top)
    assert (await visitor.thread()).json["comments"] == []
    await mo.decide("approve", reply)
    assert [c["status"] for c in (await visitor.thread()).json["comments"]] == ["removed", "approved"]


async def test_counts_by_the_keys_as_sent(ada: Caller, visitor: Caller) -> None:
    await ada.post("one", thread="/a/")
    keys = ["/a", "/a/", "/a/index.html", "https://blog.example/a/?x", "/b"]
    answer = await visitor("GET", "/counts", params=[("thread", key) for key in keys])
    assert answer.json == {"counts": {**dict.fromkeys(keys[:4], 1), "/b": 0}}
    assert (await visitor("GET", "/counts")).status == 422
    assert (await visitor("GET", "/counts", params=[("thread", f"/{i}") for i in range(100)])).status == 200
    assert (await visitor("GET", "/counts", params=[("thread", f"/{i}") for i in range(101)])).status == 422


async def test_the_newest_of_the_site(ada: Caller, visitor: Caller) -> None:
    for i in range(3):
        await ada.post(f"number {i}", thread=f"/{i}", title=f"Post {i}")
    answer = await visitor("GET", "/recent?limit=2")
    assert [(c["text"], c["thread"]["title"]) for c in answer.json["comments"]] == [
        ("number 2", "Post 2"),
        ("number 1", "Post 1"),
    ]


async def test_origins_are_the_sites_own(ada: Caller, visitor: Caller) -> None:
    await ada.post("one")
    for caller in (visitor, ada):
        for path in ("/comments?thread=/post.html", "/counts?thread=/a", "/session", "/comments/unknown"):
            for _ in range(2):
                allowed = await caller("GET", path, headers={"Origin": "https://blog.example"})
                assert allowed.headers["Access-Control-Allow-Origin"] == "https://blog.example"
                assert "Access-Control-Allow-Credentials" not in allowed.headers
                assert "Origin" in allowed.headers["Vary"]
                plain = await caller("GET", path)
                assert "Access-Control-Allow-Origin" not in plain.headers
                if plain.status == 200:
                    assert "Origin" in plain.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://blog.example",
        "https://blog.example:8443",
        "https://evilblog.example",
        "https://blog.example.evil",
        "https://BLOG.example/",
    ],
)
async def test_foreign_origins_get_nothing(ada: Caller, origin: str) -> None:
    for method, path in (("GET", "/comments?thread=/a"), ("POST", "/comments")):
        answer = await ada(method, path, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
    ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    refused = await ada("OPTIONS", "/comments", headers=ask)
    assert refused.status == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


async def test_preflight(visitor: Caller) -> None:
    ask = {"Origin": "https://blog.example", "Access-Control-Request-Method": "POST"}
    allowed = await visitor("OPTIONS", "/comments", headers=ask)
    assert allowed.status == 204
    assert int(allowed.headers["Access-Control-Max-Age"]) <= 600
    assert "Idempotency-Key" in allowed.headers["Access-Control-Allow-Headers"]


async def test_session_says_why_not(ada: Caller, visitor: Caller, blog: Blog, res: Resources) -> None:
    told = (await ada("GET", "/session")).json
    assert (told["signed_in"], told["may_comment"], told["why_not"]) == (True, True, None)
    assert told["member"]["name"] == "Ada"
    told = (await visitor("GET", "/session")).json
    assert (told["signed_in"], told["may_comment"], told["why_not"]) == (False, False, "not-signed-in")
    assert told["what_to_do"]
    await set_policy(res, blog.site, {"who_may_comment": "anyone", "form_message": "Be kind."})
    told = (await visitor("GET", "/session")).json
    assert (told["may_comment"], told["form_message"]) == (True, "Be kind.")


async def test_nothing_private_leaves_by_public_answers(ada: Caller, visitor: Caller, blog: Blog) -> None:
    comment = (await ada.post("one")).json
    for path in ("/comments?thread=/post.html", "/recent", f"/comments/{comment['id']}", "/counts?thread=/post.html"):
        body = (await visitor("GET", path)).body
        for secret in (b"ada@blog", b"score", b"reasons", b"model", b"verdict", b"email"):
            assert secret not in body


@pytest.mark.parametrize("path", ["//healthz", "//readyz"])
async def test_health(visitor: Caller, path: str) -> None:
    answer = await visitor("GET", path)
    assert (answer.status, answer.json["status"]) == (200, "alive" if path == "//healthz" else "ready")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "//api/v1/sites/unknown/comments?thread=/a", 404, "not-found"),
        ("GET", "//api/v1/sites/%00/comments?thread=/a", 404, "not-found"),
        ("PUT", "/comments", 405, "method-not-allowed"),
        ("TRACE", "/comments", 405, "method-not-allowed"),
        ("OPTIONS", "/comments", 405, "method-not-allowed"),
        ("GET", "//<script>", 404, "not-found"),
    ],
)
async def test_what_is_not_there(visitor: Caller, method: str, path: str, status: int, code: str) -> None:
    answer = await visitor(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert b"script" not in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("Allow" in answer.headers) == (status == 405)
