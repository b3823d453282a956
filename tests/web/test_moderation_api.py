"""Moderation over HTTP: the queue and all that stands on its cards, decisions, stale ones, bulk, undo, log, labels."""

import asyncio
from typing import Any

import pytest

from tests.behind import behind
from tests.conftest import Blog, Clock
from tests.web.conftest import Caller, Login

pytestmark = pytest.mark.both_engines


def labels(where: str) -> dict[str, str]:
    with behind(where) as connection:
        return dict(connection.execute("SELECT comment_id, label FROM labels").fetchall())


async def queue(mo: Caller, **query: Any) -> Any:
    return (await mo("GET", "/queue", params=query)).json


async def test_a_card_has_all_that_a_decision_needs(ada: Caller, mo: Caller, clock: Clock) -> None:
    parent = (await ada.post("parent", title="The post")).json
    await ada.post("between")
    held = (await ada.post("score 0.6 reply", parent_id=parent["id"])).json
    await ada.post("after")
    (card,) = (await queue(mo))["items"]
    assert (card["id"], card["text"], card["status"]) == (held["id"], "score 0.6 reply", "pending")
    assert (card["score"], card["verdict"], card["model_version"]) == (0.6, "unsure", "words-1")
    assert card["reasons"] == [{"code": "score-hold", "detail": "Probability of spam 0.60, at or above 0.50."}]
    assert card["thread"]["title"] == "The post"
    assert [n["text"] for n in card["neighbours"]] == ["parent", "between", "after"]
    record = card["author_record"]
    assert (record["approved"], record["rejected"], record["spam"]) == (3, 0, 0)
    assert [c["text"] for c in record["last"]] == ["after", "score 0.6 reply", "between", "parent"]
    assert card["allowed_actions"] == ["approve", "reject", "mark_spam", "remove"]
    assert card["decisions"] == []


async def test_the_life_of_a_comment(ada: Caller, mo: Caller, visitor: Caller, where: str, clock: Clock) -> None:
    comment = (await ada.post("score 0.6")).json
    path = [
        ("mark_spam", "spam", "spam"),
        ("approve", "approved", "ham"),
        ("reject", "rejected", "ham"),
        ("remove", "removed", "ham"),
        ("restore", "rejected", "ham"),
        ("approve", "approved", "ham"),
    ]
    for version, (action, status, label) in enumerate(path, start=2):
        clock.pass_s(1)
        answer = await mo.decide(action, comment, reason="because" if action == "reject" else None)
        (result,) = answer.json["results"]
        assert (answer.status, result) == (200, {"id": comment["id"], "status": status, "version": version})
        comment["version"] = version
        assert labels(where) == {comment["id"]: label}
        counts = (await queue(mo))["counts"]
        assert {s: n for s, n in counts.items() if n} == {status: 1}
        shown = (await visitor.thread()).json
        assert (len(shown["comments"]), shown["thread"]["count"]) == ((1, 1) if status == "approved" else (0, 0))
    history = (await mo("GET", f"/comments/{comment['id']}/history")).json["decisions"]
    assert [(d["action"], d["from"], d["to"]) for d in history][:2] == [
        ("mark_spam", "pending", "spam"),
        ("approve", "spam", "approved"),
    ]
    assert history[2]["reason"] == "because"
    assert history[0]["who"]["name"] == "Mo"
    card = (await queue(mo, status="approved"))["items"][0]
    assert [d["action"] for d in card["decisions"]] == [action for action, _, _ in path]
    assert card["author_record"]["approved"] == 1


async def test_what_does_not_apply_now_is_refused(ada: Caller, mo: Caller) -> None:
    comment = (await ada.post("one")).json
    refused = await mo.decide("approve", comment)
    assert (refused.status, refused.code) == (409, "not-allowed-now")
    assert (await mo.decide("restore", comment)).code == "not-allowed-now"
    unknown = await mo.decide("approve", {"id": "0" * 22, "version": 1})
    assert (unknown.status, unknown.code) == (404, "not-found")


async def test_of_five_moderators_at_once_one_decides_and_the_rest_learn_it(
    ada: Caller, blog: Blog, login: Login, mo: Caller
) -> None:
    comment = (await ada.post("score 0.6")).json
    callers = [await login(blog, await blog.join(f"Moderator {i}", "moderator")) for i in range(5)]
    actions = ["approve", "reject", "mark_spam", "remove", "approve"]
    answers = await asyncio.gather(*[c.decide(a, comment) for c, a in zip(callers, actions, strict=True)])
    (won,) = [i for i, a in enumerate(answers) if a.status == 200]
    status = answers[won].json["results"][0]["status"]
    for i, answer in enumerate(answers):
        if i != won:
            assert (answer.status, answer.code) == (409, "stale-decision")
            current = answer.json["current"]
            assert (current["status"], current["version"], current["action"]) == (status, 2, actions[won])
            assert current["decided_by"]["name"] == f"Moderator {won}"
            assert current["decided_at"].endswith("Z")
    assert len((await mo("GET", f"/comments/{comment['id']}/history")).json["decisions"]) == 1


async def test_bulk_gives_each_its_own_result(ada: Caller, mo: Caller, other: Blog, login: Login) -> None:
    held = [(await ada.post(f"score 0.6 number {i}")).json for i in range(5)]
    published = (await ada.post("published")).json
    foreign = (await (await login(other, other.ada)).post("score 0.6")).json
    stale = {**held[4], "version": 9}
    answer = await mo.decide("approve", *held[:4], stale, published, foreign)
    assert answer.status == 200
    results = answer.json["results"]
    assert [r.get("status") for r in results] == ["approved"] * 4 + [None] * 3
    assert [r["problem"]["code"] for r in results[4:]] == ["stale-decision", "not-allowed-now", "not-found"]
    assert results[4]["problem"]["current"]["version"] == 1
    assert [r["id"] for r in results] == [c["id"] for c in [*held, published, foreign]]
    log = (await mo("GET", "/log")).json["decisions"]
    assert {d["decision_id"] for d in log} == {answer.json["decision_id"]}
    assert len(log) == 4


async def test_undo_of_a_bulk_puts_back_what_nothing_newer_stands_on(ada: Caller, mo: Caller, where: str) -> None:
    held = [(await ada.post(f"score 0.6 number {i}")).json for i in range(4)]
    done = (await mo.decide("mark_spam", *held)).json
    newer = {**held[3], "version": 2}
    await mo.decide("approve", newer)
    undone = (await mo("POST", f"/decisions/{done['decision_id']}/undo")).json
    assert [r.get("status") for r in undone["results"]] == ["pending"] * 3 + [None]
    assert undone["results"][3]["problem"]["code"] == "not-allowed-now"
    assert labels(where) == {held[3]["id"]: "ham"}
    counts = (await queue(mo))["counts"]
    assert (counts["pending"], counts["approved"], counts["spam"]) == (3, 1, 0)
    again = (await mo("POST", f"/decisions/{undone['decision_id']}/undo")).json  # an undo can be undone
    assert [r.get("status") for r in again["results"]] == ["spam"] * 3
    assert len(labels(where)) == 4
    log = (await mo("GET", "/log?action=undo")).json["decisions"]
    assert len(log) == 6
    assert all(d["undoes"] for d in log)


async def test_an_author_deletes_his_own_and_it_stays_deleted(ada: Caller, mo: Caller, visitor: Caller) -> None:
    comment = (await ada.post("mine")).json
    foreign = (await mo.post("another's")).json
    assert (await ada("DELETE", f"/comments/{foreign['id']}")).code == "not-moderator"
    assert (await visitor("DELETE", f"/comments/{comment['id']}")).status == 401
    assert (await ada("DELETE", f"/comments/{comment['id']}")).status == 204
    assert (await ada("DELETE", f"/comments/{comment['id']}")).status == 404
    card = (await queue(mo, status="removed"))["items"][0]
    assert card["allowed_actions"] == []
    assert (await mo.decide("restore", card)).code == "not-allowed-now"
    (deleted,) = (await mo("GET", f"/comments/{comment['id']}/history")).json["decisions"]
    undo = await mo("POST", f"/decisions/{deleted['decision_id']}/undo")
    assert undo.code == "not-allowed-now"


@pytest.mark.parametrize("sort", ["oldest", "newest", "riskiest", "uncertain"])
@pytest.mark.parametrize("status", ["pending", "spam", "approved"])
async def test_every_order_pages_through_all_without_doubles(ada: Caller, mo: Caller, sort: str, status: str) -> None:
    if status == "approved" and sort in ("riskiest", "uncertain"):
        assert (await queue(mo, status=status, sort=sort))["sort"] == "newest"
        sort = "newest"
    low, high = {"pending": (0.5, 0.89), "spam": (0.9, 1.0), "approved": (0.0, 0.49)}[status]
    scores = [round(low + (high - low) * i / 10, 3) for i in (3, 9, 1, 1, 7, 0, 5, 5, 10)]
    for i, score in enumerate(scores):
        await ada.post(f"number {i} score {score}")
    found, cursor = [], None
    while True:
        page = await queue(mo, status=status, sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len({c["id"] for c in found}) == len(scores)
    got = [c["score"] for c in found]
    expected = {
        "oldest": scores,
        "newest": scores[::-1],
        "riskiest": sorted(scores, reverse=True),
        "uncertain": sorted(scores, key=lambda s: abs(s - 0.5)),
    }[sort]
    assert got == expected


async def test_tabs_count(ada: Caller, mo: Caller) -> None:
    for text in ("one", "score 0.6", "score 0.95", "score 0.96"):
        await ada.post(text)
    assert (await queue(mo))["counts"] == {
        "pending": 1,
        "spam": 2,
        "approved": 1,
        "rejected": 0,
        "removed": 0,
        "reported": 0,
        "audit": 0,
    }
    assert (await queue(mo, status="reported"))["items"] == []
    assert len((await queue(mo, status="pending", q="", sort="oldest"))["items"]) == 1


@pytest.mark.parametrize(
    ("query", "pointer"), [({"status": "deleted"}, "/status"), ({"sort": "best"}, "/sort"), ({"q": "autor:x"}, "/q")]
)
async def test_a_queue_that_is_none(mo: Caller, query: dict[str, str], pointer: str) -> None:
    answer = await mo("GET", "/queue", params=query)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


async def test_the_queue_is_searched_page_by_page(ada: Caller, mo: Caller) -> None:
    for i in range(5):
        await ada.post(f"score 0.6 a marmot, number {i}")
    await ada.post("score 0.6 a badger")
    first = await mo("GET", "/queue", params={"q": "marmot score:>0.5", "limit": 3})
    assert [one["text"][-1] for one in first.json["items"]] == ["0", "1", "2"]
    assert first.json["counts"]["pending"] == 6
    second = await mo("GET", first.headers["Link"].partition("<")[2].partition(">")[0].replace("/api", "//api"))
    assert [one["text"][-1] for one in second.json["items"]] == ["3", "4"]
    assert second.json["next_cursor"] is None
    for other in ("badger", ""):  # a cursor belongs to the words, too
        moved = await mo("GET", "/queue", params={"q": other, "cursor": first.json["next_cursor"]})
        assert (moved.status, moved.code) == (400, "bad-cursor")
    published = await mo("GET", "/queue", params={"q": "status:approved", "sort": "riskiest"})
    assert (published.json["items"], published.json["sort"]) == ([], "newest")


async def test_the_log_is_filtered_and_paged(ada: Caller, mo: Caller, olive: Caller, blog: Blog) -> None:
    comments = [(await ada.post(f"number {i}", thread=f"/{i % 2}")).json for i in range(6)]
    for i, comment in enumerate(comments):
        await (mo if i < 4 else olive).decide("reject" if i % 3 else "mark_spam", comment)

    async def log(**query: Any) -> list[Any]:
        found, cursor = [], None
        while True:
            page = (
                await mo("GET", "/log", params={**query, "limit": 2, **({"cursor": cursor} if cursor else {})})
            ).json
            found += page["decisions"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    everything = await log()
    assert [d["comment_id"] for d in everything] == [c["id"] for c in reversed(comments)]
    assert len(await log(who=blog.owner.id)) == 2
    assert len(await log(action="mark_spam")) == 2
    assert len(await log(thread=everything[0]["thread_id"])) == 3
    assert len(await log(thread="/1")) == 3
    assert await log(thread="/nowhere") == []
    assert len(await log(who=blog.moderator.id, action="reject")) == 2
    assert (await mo("GET", "/log?action=unknown")).status == 422


@pytest.mark.parametrize(
    "body",
    [
        {"action": "publish", "comments": [{"id": "a", "version": 1}]},
        {"action": "approve", "comments": []},
        {"action": "approve", "comments": [{"id": "a"}]},
        {"action": "approve", "comments": [{"id": "a", "version": 0}]},
        {"action": "approve", "comments": [{"id": "a", "version": True}]},
        {"action": "approve", "comments": [{"id": "a", "version": 2**64}]},
        {"action": "approve", "comments": [{"id": "a", "version": 1}] * 501},
        {"action": "approve", "comments": [{"id": "a", "version": 1}], "actor": "me"},
        {"action": "reject", "comments": [{"id": "a", "version": 1}], "reason": "x" * 501},
    ],
)
async def test_a_decision_that_is_none(mo: Caller, body: dict[str, Any]) -> None:
    answer = await mo("POST", "/decisions", json=body)
    assert (answer.status, answer.code) == (422, "invalid")


async def test_threads_and_members_are_listed_and_set(mo: Caller, olive: Caller, ada: Caller, blog: Blog) -> None:
    await ada.post("one", thread="/a", title="A")
    (thread,) = (await mo("GET", "/threads")).json["threads"]
    assert (await mo("PATCH", f"/threads/{thread['id']}", json={"moderation": "always"})).status == 200
    assert (await ada.post("two", thread="/a")).status == 202
    assert (await ada.post("three", thread="/b")).status == 201
    assert (await mo("PATCH", "/threads/unknown", json={"state": "closed"})).status == 404
    made = await olive("POST", "/members", json={"name": "Grace", "email": "Grace@Blog.example"})
    assert (made.status, made.json["email"], made.json["role"]) == (201, "grace@blog.example", "member")
    taken = await olive("POST", "/members", json={"name": "Grace"})
    assert (taken.status, taken.code) == (409, "name-taken")
    suspended = {"status": "suspended", "suspended_until": "2027-01-01T00:00:00Z"}
    assert (await mo("PATCH", f"/members/{made.json['id']}", json=suspended)).json["status"] == "suspended"
    assert (await mo("PATCH", f"/members/{blog.owner.id}", json={"status": "banned"})).code == "not-moderator"
    assert (await olive("PATCH", f"/members/{blog.owner.id}", json={"role": "member"})).code == "not-allowed-now"
    assert (await mo("PATCH", f"/members/{made.json['id']}", json={"role": "owner"})).code == "not-moderator"
    for far in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59.9999999Z"):
        beyond = {"status": "suspended", "suspended_until": far}
        assert (await mo("PATCH", f"/members/{made.json['id']}", json=beyond)).status == 422
    raised = await olive("PATCH", f"/members/{made.json['id']}", json={"role": "moderator", "status": "active"})
    assert (raised.json["role"], raised.json["status"]) == ("moderator", "active")
    assert (await mo("PATCH", f"/members/{made.json['id']}", json={"status": "banned"})).code == "not-moderator"
    names = [m["name"] for m in (await mo("GET", "/members")).json["members"]]
    assert names == ["Olive", "Mo", "Ada", "Grace"]


async def test_settings_are_changed_all_or_none(olive: Caller, ada: Caller) -> None:
    before = (await olive("GET", "/settings")).json
    assert (before["who_may_comment"], before["hold_at"], before["spam_at"]) == ("members", 0.5, 0.9)
    wrong = {"moderation": "sometimes", "max_links": -1, "colour": "red", "origins": ["https://a.example/path"]}
    refused = await olive("PATCH", "/settings", json=wrong)
    assert refused.status == 422
    assert {e["pointer"] for e in refused.json["errors"]} == {"/max_links", "/colour", "/origins"}
    assert (await olive("PATCH", "/settings", json={"hold_at": 0.8, "spam_at": 0.3})).status == 422
    assert (await olive("GET", "/settings")).json == before
    changed = await olive("PATCH", "/settings", json={"moderation": "always", "hold_words": ["x"]})
    assert changed.json == {**before, "moderation": "always", "hold_words": ["x"]}
    assert (await ada.post("one")).status == 202


async def test_settings_set_at_the_same_time_are_all_kept(olive: Caller) -> None:
    for i in range(10):
        changes = [{"max_links": i}, {"form_message": str(i)}, {"first_comments_held": i}]
        answers = await asyncio.gather(*[olive("PATCH", "/settings", json=change) for change in changes])
        assert [a.status for a in answers] == [200] * 3
        told = (await olive("GET", "/settings")).json
        assert (told["max_links"], told["form_message"], told["first_comments_held"]) == (i, str(i), i)


async def test_settings_sent_back_as_they_were_read_pin_no_threshold(olive: Caller, blog: Blog) -> None:
    read = (await olive("GET", "/settings")).json
    assert (await olive("PATCH", "/settings", json=read)).json == read
    site = await blog.res.cache.site(blog.site.id)
    assert site is not None
    assert (site.policy.hold_at, site.policy.spam_at) == (None, None)


async def test_a_reply_approved_while_its_parent_is_removed_keeps_its_tombstone(
    ada: Caller, mo: Caller, olive: Caller, where: str
) -> None:
    for i in range(25):
        top = (await ada.post(f"top {i}")).json
        middle = (await ada.post(f"middle {i}", parent_id=top["id"])).json
        reply = (await ada.post(f"score 0.6 reply {i}", parent_id=middle["id"])).json
        await mo.decide("remove", top)
        await asyncio.gather(mo.decide("approve", reply), olive.decide("remove", middle))
    with behind(where) as connection:
        orphans = connection.execute(
            "SELECT count(*) FROM comments c JOIN comments p ON p.id = c.parent_id WHERE c.shown = 1 AND p.shown = 0"
        ).fetchone()
    assert orphans == (0,)
