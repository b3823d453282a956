"""Posting over HTTP: who may, what is taken, what is refused and how, repeats, keys, limits."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from service.actions.limits import Limits
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.domain.bucket import Rate
from tests.behind import behind, rows
from tests.conftest import Blog, Clock, WordModel
from tests.web.conftest import Answer, Caller, Login


async def test_an_honest_comment_is_published_at_once(ada: Caller, visitor: Caller) -> None:
    posted = await ada.post("Thank you, *this* helped.", url="https://blog.example/post.html", title="A post")
    assert posted.status == 201
    comment = posted.json
    assert comment["html"] == "<p>Thank you, <em>this</em> helped.</p>\n"
    assert comment["author"]["name"] == "Ada"
    assert (comment["status"], comment["version"], comment["parent_id"]) == ("approved", 1, None)
    assert posted.headers["Location"].endswith(comment["id"])
    page = (await visitor.thread()).json
    assert page["comments"] == [comment]
    assert page["thread"] == {
        "key": "/post.html",
        "url": "https://blog.example/post.html",
        "title": "A post",
        "state": "open",
        "count": 1,
    }


async def test_a_doubtful_comment_is_held_and_seen_by_its_author_alone(
    ada: Caller, visitor: Caller, mo: Caller
) -> None:
    posted = await ada.post("score 0.6")
    assert (posted.status, posted.json["status"]) == (202, "pending")
    assert [c["status"] for c in (await ada.thread()).json["comments"]] == ["pending"]
    assert (await visitor.thread()).json["comments"] == []
    assert (await visitor("GET", "/counts?thread=/post.html")).json == {"counts": {"/post.html": 0}}
    assert (await visitor("GET", f"/comments/{posted.json['id']}")).status == 404
    assert (await ada("GET", f"/comments/{posted.json['id']}")).status == 200
    assert (await mo("GET", "/queue")).json["items"][0]["id"] == posted.json["id"]


async def test_spam_reads_pending_to_its_author(ada: Caller, mo: Caller) -> None:
    posted = await ada.post("score 0.97")
    assert (posted.status, posted.json["status"]) == (202, "pending")
    assert (await ada("GET", f"/comments/{posted.json['id']}")).json["status"] == "pending"
    assert [c["status"] for c in (await ada.thread()).json["comments"]] == ["pending"]
    item = (await mo("GET", "/queue?status=spam")).json["items"][0]
    assert (item["status"], item["verdict"], item["score"]) == ("spam", "spam", 0.97)
    assert not any(word in posted.body for word in (b'score":', b"verdict", b"reasons"))


@pytest.mark.parametrize("state", ["no model", "slow", "broken"])
async def test_without_a_score_a_comment_is_held(
    ada: Caller, mo: Caller, res: Resources, model: WordModel, state: str
) -> None:
    if state == "no model":
        res.scorer.replace(None)
    else:
        model.score = lambda samples: [float("nan")] * len(samples) if state == "slow" else 1 / 0  # type: ignore[method-assign, assignment]
    posted = await ada.post("Hello there")
    assert posted.status == 202
    item = (await mo("GET", "/queue")).json["items"][0]
    assert (item["score"], item["model_version"]) == (None, None)
    assert [reason["code"] for reason in item["reasons"]] == ["unscored"]


async def test_a_visitor_is_not_even_scored(visitor: Caller, model: WordModel, where: str) -> None:
    refused = await visitor.post("Hello")
    assert (refused.status, refused.code) == (401, "not-signed-in")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert model.asked == []
    assert rows(where, "SELECT * FROM comments") == rows(where, "SELECT * FROM threads") == []


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic QTpC", "Bearer \u00e9", ""])
async def test_every_token_that_does_not_hold_gets_the_same_answer(visitor: Caller, header: str) -> None:
    refused = await visitor.post("Hello", headers={"Authorization": header})
    told = {k: v for k, v in refused.json.items() if k != "request_id"}
    assert refused.status == 401
    assert told == {
        "type": "urn:greenroom:not-signed-in",
        "code": "not-signed-in",
        "title": "Not signed in",
        "status": 401,
        "detail": "Sign in first: a valid token of this site is needed.",
    }


async def test_tokens_expire_are_revoked_and_are_of_one_site(
    ada: Caller, blog: Blog, other: Blog, login: Login, clock: Clock
) -> None:
    assert (await ada("GET", "/session")).json["signed_in"] is True
    foreign = Caller(ada._client, other.site.id, ada._token)
    assert (await foreign.post("Hello")).code == "not-signed-in"
    second = await login(blog, blog.ada)
    assert (await second("DELETE", "/session")).status == 204
    assert (await second.post("Hello")).code == "not-signed-in"
    assert (await ada.post("Hello")).status == 201
    third = await login(blog, blog.ada)
    assert (await ada("DELETE", "/session?everywhere=1")).status == 204
    assert (await third.post("Hello")).code == "not-signed-in"
    fourth = await login(blog, blog.ada)
    clock.pass_s(86_400)
    assert (await fourth.post("Hello")).code == "not-signed-in"


@pytest.mark.parametrize(("status", "code"), [("suspended", "suspended"), ("banned", "banned")])
async def test_a_member_set_aside_is_refused_at_his_next_request(
    ada: Caller, blog: Blog, res: Resources, status: Any, code: str
) -> None:
    assert (await ada.post("one")).status == 201
    await set_member(res, None, blog.site, blog.ada.id, MemberChange(status))
    refused = await ada.post("two")
    assert (refused.status, refused.code) == (403, code)
    told = (await ada("GET", "/session")).json
    assert (told["may_comment"], told["why_not"]) == (False, code)
    await set_member(res, None, blog.site, blog.ada.id, MemberChange("active"))
    assert (await ada.post("three")).status == 201


async def test_guests_where_anyone_may_comment(visitor: Caller, ada: Caller, blog: Blog, res: Resources) -> None:
    await set_policy(res, blog.site, {"who_may_comment": "anyone"})
    posted = await visitor.post(
        "Hello", author={"name": "Eve", "email": "eve@secret.example", "url": "https://eve.example"}
    )
    assert posted.status == 201
    assert posted.json["author"] == {"id": None, "name": "Eve", "avatar_url": None, "role": "guest"}
    assert b"secret" not in (await visitor.thread()).body
    held = await visitor.post("score 0.95", author={"name": "Eve"})
    assert (held.status, held.json["status"], held.json["text"]) == (202, "pending", "score 0.95")
    nameless = await visitor.post("Hello from nobody")
    assert (nameless.status, nameless.json["author"]["name"]) == (201, "Anonymous")
    for name in ("Mo", "mo", "М\u043e", "M o", "M0", "\u200bMo", "\u200b"):
        refused = await visitor.post("Hello", author={"name": name})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/author/name")
    assert (await ada.post("Hello", author={"name": "Mo"})).json["errors"][0]["pointer"] == "/author"


@pytest.mark.parametrize("state", ["closed", "hidden"])
async def test_closed_and_hidden_threads_take_nothing(ada: Caller, mo: Caller, visitor: Caller, state: str) -> None:
    comment = (await ada.post("before")).json
    (thread,) = (await mo("GET", "/threads")).json["threads"]
    assert (await mo("PATCH", f"/threads/{thread['id']}", json={"state": state})).json["state"] == state
    refused, page = await ada.post("after"), await visitor.thread()
    one = await visitor("GET", f"/comments/{comment['id']}")
    counts = (await visitor("GET", "/counts?thread=/post.html")).json["counts"]
    recent = (await visitor("GET", "/recent")).json["comments"]
    if state == "closed":
        assert (refused.status, refused.code) == (403, "thread-closed")
        assert (page.json["thread"]["state"], len(page.json["comments"]), one.status) == ("closed", 1, 200)
        assert (counts, len(recent)) == ({"/post.html": 1}, 1)
    else:
        assert (refused.status, page.status, one.status) == (404, 404, 404)
        assert (counts, recent) == ({"/post.html": 0}, [])
    await mo("PATCH", f"/threads/{thread['id']}", json={"state": None})
    assert (await ada.post("again")).status == 201


async def test_a_page_is_one_thread_however_it_is_spelled(ada: Caller, visitor: Caller) -> None:
    for spelling in ("/2020/caf%C3%A9/", "https://blog.example/2020/café?utm=1#x", "/2020/café/index.html"):
        assert (await ada.post(f"to {spelling}", thread=spelling)).status == 201
    page = (await visitor.thread(thread="/2020/café")).json
    assert (page["thread"]["key"], page["thread"]["count"]) == ("/2020/café/", 3)


async def test_sites_with_the_same_pages_stay_apart(ada: Caller, other: Blog, login: Login, mo: Caller) -> None:
    comment = (await ada.post("here")).json
    there = await login(other, other.moderator)
    assert (await there.thread()).json["comments"] == []
    assert (await there("GET", "/counts?thread=/post.html")).json["counts"] == {"/post.html": 0}
    assert (await there("GET", f"/comments/{comment['id']}")).status == 404
    assert (await there.decide("remove", comment)).status == 404
    assert (await there.post("a reply from afar", parent_id=comment["id"])).status == 422
    assert (await there("GET", f"/comments/{comment['id']}/history")).status == 404
    decided = await mo.decide("reject", comment)
    assert (await there("POST", f"/decisions/{decided.json['decision_id']}/undo")).status == 404


async def test_replies_need_a_comment_that_stands_in_this_thread(ada: Caller, mo: Caller) -> None:
    parent = (await ada.post("parent")).json
    reply = await ada.post("reply", parent_id=parent["id"])
    assert (reply.status, reply.json["parent_id"]) == (201, parent["id"])
    elsewhere = await ada.post("reply", parent_id=parent["id"], thread="/other.html")
    assert elsewhere.json["errors"][0]["pointer"] == "/parent_id"
    waiting = (await ada.post("score 0.6")).json
    assert (await ada.post("reply", parent_id=waiting["id"])).status == 422
    await mo.decide("remove", parent)
    gone = await ada.post("late reply", parent_id=parent["id"])
    assert (gone.status, gone.code) == (409, "not-allowed-now")


WRONG: dict[str, tuple[Any, int, str]] = {
    "unknown field": ({"text": "x", "score": 0}, 422, "/score"),
    "no text": ({}, 422, "/text"),
    "null text": ({"text": None}, 422, "/text"),
    "number": ({"text": 5}, 422, "/text"),
    "empty": ({"text": ""}, 422, "/text"),
    "invisible": ({"text": "\u200b \u2060"}, 422, "/text"),
    "NUL": ({"text": "a\u0000b"}, 422, "/text"),
    "thread": ({"text": "x", "thread": ""}, 422, "/thread"),
    "thread of control characters": ({"text": "x", "thread": "/a\u0007"}, 422, "/thread"),
    "parent of another type": ({"text": "x", "parent_id": 1}, 422, "/parent_id"),
    "url of nobody": ({"text": "x", "url": "https://evil.example/post.html"}, 422, "/url"),
    "url that only begins alike": ({"text": "x", "url": "https://blog.example.evil/post.html"}, 422, "/url"),
    "url of another scheme": ({"text": "x", "url": "javascript:alert(1)"}, 422, "/url"),
    "time": ({"text": "x", "published_at": "yesterday"}, 422, "/published_at"),
    "mass assignment": ({"text": "x", "status": "approved"}, 422, "/status"),
    "guest with a script": ({"text": "x", "author": {"name": "E", "url": "javascript:x"}}, 422, "/author/url"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_value_is_named(ada: Caller, name: str, where: str) -> None:
    body, status, pointer = WRONG[name]
    refused = await ada("POST", "/comments", json={"thread": "/post.html", **body})
    assert refused.status == status
    assert refused.json["errors"][0]["pointer"] == pointer
    assert refused.json["errors"][0]["detail"]
    assert rows(where, "SELECT * FROM comments") == []


async def test_the_limit_of_a_text(ada: Caller) -> None:
    async def post(text: str) -> Answer:
        data = json.dumps({"thread": "/post.html", "text": text}, ensure_ascii=False).encode()
        return await ada("POST", "/comments", data=data, headers={"Content-Type": "application/json"})

    assert (await post("💚" * 10_000)).status == 201
    refused = await post("💚" * 10_001)
    assert (refused.status, refused.code) == (413, "text-too-long")


RAW: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nothing": (b"", {}, 400),
    "cut": (b'{"thread": "/a", "text"', {}, 400),
    "not UTF-8": (b'{"thread": "/a", "text": "\xff"}', {}, 400),
    "overlong": (b'{"thread": "/a", "text": "\xc0\xaf"}', {}, 400),
    "UTF-16": ('{"thread": "/a", "text": "x"}'.encode("utf-16"), {}, 400),
    "byte-order mark": (b'\xef\xbb\xbf{"thread": "/a", "text": "x"}', {}, 400),
    "half a surrogate": (b'{"thread": "/a", "text": "\\ud800"}', {}, 422),
    "NaN": (b'{"thread": "/a", "text": NaN}', {}, 400),
    "nested": (b'{"thread": "/a", "text": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", {}, 400),
    "nested in an unknown field": (b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", {}, 400),
    "a long number": (b'{"thread": "/a", "text": ' + b"9" * 5_000 + b"}", {}, 400),
    "doubled": (b'{"thread": "/a", "text": "x", "text": "y"}', {}, 422),
    "doubled in disguise": (b'{"thread": "/a", "text": "x", "te\\u0078t": "y"}', {}, 422),
    "doubled inside": (b'{"thread": "/a", "text": "x", "author": {"name": "a", "name": "b"}}', {}, 422),
    "1,000 extra keys": (
        json.dumps({"text": "x", "thread": "/a"} | {f"k{i}": 1 for i in range(1_000)}).encode(),
        {},
        422,
    ),
    "a list": (b"[]", {}, 422),
    "a bracket": (b"[", {}, 400),
    "brackets": (b"[" * 60_000, {}, 400),
    "form": (b"text=x&thread=/a", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "text": (b'{"thread": "/a", "text": "x"}', {"Content-Type": "text/plain"}, 415),
    "another charset": (b'{"thread": "/a", "text": "x"}', {"Content-Type": "application/json; charset=utf-16"}, 415),
    "bogus charset": (b'{"thread": "/a", "text": "x"}', {"Content-Type": "application/json; charset=bogus"}, 415),
    "gzip": (b"\x1f\x8b rubbish", {"Content-Encoding": "gzip"}, 415),
    "br": (b"rubbish", {"Content-Encoding": "br"}, 415),
    "too large": (b'{"text": "' + b"x" * 65_536 + b'"}', {}, 413),
}


@pytest.mark.parametrize("name", RAW)
async def test_a_body_that_is_none_gets_a_clear_answer(ada: Caller, name: str, where: str) -> None:
    data, headers, status = RAW[name]
    refused = await ada("POST", "/comments", data=data, headers={"Content-Type": "application/json", **headers})
    assert (refused.status, refused.headers["Content-Type"]) == (status, "application/problem+json")
    assert refused.json["request_id"]
    assert rows(where, "SELECT * FROM comments") == []


async def test_a_value_that_equals_a_fields_name_is_no_double(ada: Caller) -> None:
    assert (await ada.post("text", title="text")).status == 201


async def test_valid_unicode_comes_back_exactly(ada: Caller, visitor: Caller) -> None:
    texts = [
        "e\u0301",
        "\u202eabc",
        "\u2066x\u2069",
        "👩‍👩‍👧",
        "\U000e0041x",
        "\ufdd0",
        "\ue000",
        "\x85y",
        "a\tb",
        "a\r\nb",
        "\ufeffx",
    ]
    for i, text in enumerate(texts):
        assert (await ada.post(f"{i}{text}")).json["text"] == f"{i}{text}"
    assert [c["text"] for c in (await visitor.thread()).json["comments"]] == [f"{i}{t}" for i, t in enumerate(texts)]


async def test_the_same_again_within_a_minute_is_the_same_comment(ada: Caller, clock: Clock, where: str) -> None:
    answers = await asyncio.gather(*[ada.post("Hello") for _ in range(10)])
    assert sorted(a.status for a in answers) == [200] * 9 + [201]
    assert len({a.json["id"] for a in answers}) == 1
    clock.pass_s(61)
    again = await ada.post("Hello")
    assert again.status == 201
    assert rows(where, "SELECT count(*) FROM comments") == [(2,)]
    held = [await ada.post("score 0.95 once more") for _ in range(2)]
    assert [(a.status, a.json["status"]) for a in held] == [(202, "pending"), (200, "pending")]


async def test_what_was_deleted_may_be_said_again_at_once(ada: Caller, visitor: Caller) -> None:
    first = (await ada.post("Hello")).json
    assert (await ada("DELETE", f"/comments/{first['id']}")).status == 204
    again = await ada.post("Hello")
    assert (again.status, again.json["status"]) == (201, "approved")
    assert [c["id"] for c in (await visitor.thread()).json["comments"]] == [again.json["id"]]


async def test_a_key_makes_one_comment_of_many_calls(ada: Caller, mo: Caller, clock: Clock, where: str) -> None:
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*[ada.post("Hello", headers=key) for _ in range(10)])
    assert {a.status for a in answers} == {201}
    assert len({a.body for a in answers}) == 1
    assert sorted(a.headers.get("Idempotency-Replayed", "") for a in answers) == [""] + ["true"] * 9
    await mo.decide("reject", answers[0].json)
    clock.pass_s(3_600)
    later = await ada.post("Hello", headers=key)
    assert (later.status, later.body) == (201, answers[0].body)
    assert later.headers["Location"] == answers[0].headers["Location"]
    other_body = await ada.post("Goodbye", headers=key)
    assert (other_body.status, other_body.code) == (422, "key-reused")
    assert (await mo.post("Hello", headers=key)).headers.get("Idempotency-Replayed") is None
    clock.pass_s(86_400 * 0.96)
    assert (await ada("GET", "/session")).status == 401  # the token has had its day
    assert rows(where, "SELECT count(*) FROM comments") == [(2,)]


async def test_a_key_is_free_again_after_a_day(blog: Blog, ada: Caller, login: Login, clock: Clock) -> None:
    first = await ada.post("Hello", headers={"Idempotency-Key": "k"})
    clock.pass_s(86_400)
    again = await (await login(blog, blog.ada)).post("Hello", headers={"Idempotency-Key": "k"})
    assert (again.status, again.headers.get("Idempotency-Replayed")) == (201, None)
    assert again.json["id"] != first.json["id"]


async def test_a_refused_call_does_not_use_up_its_key(ada: Caller, blog: Blog, res: Resources) -> None:
    key = {"Idempotency-Key": "k"}
    await set_policy(res, blog.site, {"refuse_words": ["hello"]})
    refused = await ada.post("Hello", headers=key)
    assert (refused.status, refused.code) == (422, "refused-words")
    assert "hello" in refused.json["detail"]
    await set_policy(res, blog.site, {"refuse_words": []})
    assert (await ada.post("Hello", headers=key)).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_that_is_none(ada: Caller, key: str) -> None:
    assert (await ada.post("Hello", headers={"Idempotency-Key": key})).status == 422


@pytest.mark.parametrize("policy", ["member", "address", "site"])
async def test_limits_count_and_tell(
    ada: Caller, client: Any, res: Resources, clock: Clock, policy: Any, where: str
) -> None:
    res.limits._rates = {policy: Rate(2, 60)}
    res.limits._buckets = {policy: {}}
    first = await ada.post("one")
    assert first.headers["RateLimit-Policy"] == f'"{policy}";q=2;w=60'
    assert first.headers["RateLimit"] == f'"{policy}";r=1;t=30'
    assert (await ada.post("two")).status == 201
    refused = await ada.post("three")
    assert (refused.status, refused.code) == (429, "rate-limited")
    assert refused.headers["Retry-After"] == "30"
    assert refused.headers["RateLimit"] == f'"{policy}";r=0;t=30'
    assert rows(where, "SELECT count(*) FROM comments") == [(2,)]
    clock.pass_s(30)
    assert (await ada.post("three")).status == 201


async def test_a_restart_forgives_nothing(ada: Caller, res: Resources, clock: Clock) -> None:
    for i in range(3):
        assert (await ada.post(f"number {i}")).status == 201
    fresh = Limits({"member": Rate(3, 60)}, clock)  # as a new process would have it
    res.limits._rates, res.limits._buckets = fresh._rates, fresh._buckets
    assert (await ada.post("one more")).status == 429


async def test_policy_rules_hold_over_http(ada: Caller, mo: Caller, blog: Blog, res: Resources) -> None:
    changes = {"max_links": 1, "hold_words": ["crypto"], "first_comments_held": 1}
    await set_policy(res, blog.site, changes)
    text = "Crypto: https://a.example https://b.example"
    assert (await ada.post(text)).status == 202
    item = (await mo("GET", "/queue")).json["items"][0]
    assert [r["code"] for r in item["reasons"]] == ["hold-word", "too-many-links", "first-comments"]
    await mo.decide("approve", item)
    assert (await ada.post("A quiet second comment")).status == 201


async def test_the_guard_catches_what_the_cache_has_not_heard(ada: Caller, blog: Blog, where: str) -> None:
    """Another process closes the thread, or suspends the member: the unit of work itself refuses."""
    assert (await ada.post("one")).status == 201
    with behind(where) as other:
        other.execute("UPDATE threads SET state = 'closed'")
        other.commit()
        assert (await ada.post("two")).code == "thread-closed"
        other.execute("UPDATE threads SET state = NULL")
        other.execute("UPDATE members SET status = 'suspended' WHERE name = 'Ada'")
        other.commit()
        while (refused := await ada.post("three")).code == "thread-closed":  # noqa: ASYNC110 - until it is noticed
            await asyncio.sleep(0.05)
        assert refused.code == "suspended"


async def test_a_first_comment_by_many_at_once_makes_one_thread(blog: Blog, login: Login, where: str) -> None:
    members = [await login(blog, await blog.join(f"Member {i}")) for i in range(8)]
    answers = await asyncio.gather(*[caller.post(f"first from {i}") for i, caller in enumerate(members)])
    assert [a.status for a in answers] == [201] * 8
    assert rows(where, "SELECT count(*), max(count) FROM threads") == [(1, 8)]


def test_msgspec_is_strict_about_what_it_decodes() -> None:
    """The reading of bodies rests on this: a key that stands twice is not seen by the decoder alone."""
    assert msgspec.json.decode(b'{"a": 1, "a": 2}') == {"a": 2}


async def test_a_key_makes_a_call_of_its_own_whatever_was_sent_before(ada: Caller) -> None:
    first = await ada.post("Hello")
    keyed = await ada.post("Hello", headers={"Idempotency-Key": "k"})
    other = await ada.post("Hello", headers={"Idempotency-Key": "l"})
    assert [a.status for a in (first, keyed, other)] == [201, 201, 201]
    assert len({a.json["id"] for a in (first, keyed, other)}) == 3
    again = await ada.post("Hello", headers={"Idempotency-Key": "k"})
    assert (again.body, again.headers["Idempotency-Replayed"]) == (keyed.body, "true")
    assert (await ada.post("Bye", headers={"Idempotency-Key": "k"})).code == "key-reused"


async def test_a_key_holds_for_members_too(olive: Caller) -> None:
    answers = [
        await olive("POST", "/members", json={"name": "Grace"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [a.status for a in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert answers[1].headers["Idempotency-Replayed"] == "true"


async def test_a_double_click_at_the_limit_is_no_new_comment(ada: Caller, res: Resources) -> None:
    res.limits._rates, res.limits._buckets = {"member": Rate(1, 60)}, {"member": {}}
    first = await ada.post("Hello")
    again = await ada.post("Hello")
    assert (first.status, again.status, again.json["id"]) == (201, 200, first.json["id"])
    assert (await ada.post("Another")).status == 429


async def test_a_double_click_takes_nothing_from_a_limit(ada: Caller, res: Resources) -> None:
    res.limits._rates, res.limits._buckets = {"member": Rate(2, 60)}, {"member": {}}
    for status in (201, 200, 200, 200):
        assert (await ada.post("Hello")).status == status
    assert (await ada.post("Another")).status == 201
    assert (await ada.post("A third")).status == 429


@pytest.mark.parametrize("email", ["notmail", "a@b.c\r\nBcc: x@y.z", "a b@c.d", "@c.d", "a@c"])
async def test_a_guests_address_is_one(visitor: Caller, blog: Blog, res: Resources, email: str) -> None:
    await set_policy(res, blog.site, {"who_may_comment": "anyone"})
    refused = await visitor.post("Hello", author={"name": "Eve", "email": email})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/author/email")
    refused = await visitor.post("Hello", author={"name": "Eve", "url": "https://eve.example/\n"})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/author/url")


async def test_a_suspension_that_ends_gives_a_moderator_his_powers_back(mo: Caller, blog: Blog, clock: Clock) -> None:
    change = MemberChange("suspended", clock.now + 60_000)
    await set_member(blog.res, None, blog.site, blog.moderator.id, change)
    assert (await mo("GET", "/queue")).status == 403
    clock.pass_s(61)
    assert (await mo("GET", "/queue")).status == 200
    assert (await mo.post("score 0.99")).status == 201
