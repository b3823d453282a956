"""Idempotency-Key on what moderators and readers make beside comments: a call sent twice is carried out once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from service.actions.add_member import NewMember, add_member
from service.actions.replays import Replays
from service.actions.set_policy import set_policy
from tests.behind import behind
from tests.conftest import Blog
from tests.own_models import keep_models, own_model
from tests.web.conftest import Answer, Caller, Login

KEY = {"Idempotency-Key": "once"}
pytestmark = pytest.mark.both_engines


async def twice(caller: Caller, path: str, other: dict[str, Any] | None, **options: Any) -> Answer:
    """The answer of a call that is sent three times, twice at once and again later, and replayed to two of them.

    `other`: a body that is not that call's, and is refused under its key.
    """
    key = {"Idempotency-Key": path[-40:]}
    sent = [caller("POST", path, headers=key, **options) for _ in range(2)]
    answers = [*await asyncio.gather(*sent), await caller("POST", path, headers=key, **options)]
    assert {(one.status, one.body) for one in answers} == {(answers[0].status, answers[0].body)}
    assert sorted(one.headers.get("Idempotency-Replayed", "") for one in answers) == ["", "true", "true"]
    if other is not None:
        assert (await caller("POST", path, headers=key, json=other)).code == "key-reused"
    return answers[0]


def decision(action: str, *comments: Any) -> dict[str, Any]:
    return {"action": action, "comments": [{"id": one.id, "version": one.version} for one in comments]}


def log_rows(where: str) -> int:
    with behind(where) as connection:
        (row,) = connection.execute("SELECT count(*) FROM decisions").fetchall()
    return int(row[0])


async def test_a_decision_about_one_comment_and_its_undoing(blog: Blog, mo: Caller, where: str) -> None:
    held = (await blog.post("score 0.6")).comment
    body = decision("approve", held)
    done = await twice(mo, "/decisions", {**body, "reason": "else"}, json=body)
    assert done.json["results"] == [{"id": held.id, "status": "approved", "version": 2}]
    undone = await twice(mo, f"/decisions/{done.json['decision_id']}/undo", None)
    assert undone.json["results"] == [{"id": held.id, "status": "pending", "version": 3}]
    assert log_rows(where) == 2
    stale = await mo("POST", "/decisions", headers={"Idempotency-Key": "another"}, json=body)
    assert (stale.status, stale.code) == (409, "stale-decision")


async def test_a_decision_about_many_and_its_undoing(blog: Blog, mo: Caller, where: str) -> None:
    held = [(await blog.post(f"score 0.6 {i}")).comment for i in range(3)]
    body = decision("approve", *held)
    body["comments"][2]["version"] = 7
    done = await twice(mo, "/decisions", decision("reject", *held), json=body)
    assert [one.get("status") for one in done.json["results"]] == ["approved", "approved", None]
    await twice(mo, f"/decisions/{done.json['decision_id']}/undo", None)
    assert log_rows(where) == 4


async def test_the_problems_of_a_call_have_its_request_id(blog: Blog, mo: Caller) -> None:
    held = [(await blog.post(f"score 0.6 {i}")).comment for i in range(2)]
    body = decision("approve", *held)
    await mo("POST", "/decisions", json=body)
    answers = [await mo("POST", "/decisions", json=body) for _ in range(2)]
    told = [{one["problem"]["request_id"] for one in answer.json["results"]} for answer in answers]
    assert [len(ids) for ids in told] == [1, 1]
    assert told[0] != told[1]


async def test_another_process_that_was_given_the_same_call(
    blog: Blog, mo: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer stands, also where this process found the comment changed before it came to the key."""
    held = (await blog.post("score 0.6")).comment
    find, asked = Replays.find, [0]

    async def not_there_yet(self: Replays, *of: Any) -> Any:
        asked[0] += 1
        return None if asked[0] == 2 else await find(self, *of)

    monkeypatch.setattr(Replays, "find", not_there_yet)
    first = await mo("POST", "/decisions", headers=KEY, json=decision("approve", held))
    again = await mo("POST", "/decisions", headers=KEY, json=decision("approve", held))
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert asked == [3]


async def test_a_members_comments_are_removed_once(blog: Blog, mo: Caller, where: str) -> None:
    await blog.post("Here")
    await blog.post("There")
    done = await twice(mo, f"/members/{blog.ada.id}/remove-comments", {"action": "reject"}, json={})
    assert done.json["removed"] == 2


async def test_a_look_at_a_comment_that_stays(blog: Blog, ada: Caller, mo: Caller, visitor: Caller, where: str) -> None:
    await set_policy(blog.res, blog.site, {"audit_share": 1.0})
    comment = (await ada.post("Here")).json
    await visitor("POST", f"/comments/{comment['id']}/reports", json={"reason": "It sells things"})
    for path in (f"/comments/{comment['id']}/reports/dismiss", f"/comments/{comment['id']}/audit/ok"):
        done = await twice(mo, path, {"version": 1}, json={})
        assert done.json["id"] == comment["id"]
    assert log_rows(where) == 2


async def test_asking_to_join(blog: Blog, login: Login) -> None:
    grace = await login(
        blog, await add_member(blog.res, blog.site, NewMember("Grace", "grace@x.example", status="invited"))
    )
    asked = await twice(grace, "/membership-requests", {"message": "else"}, json={"message": "Please"})
    assert asked.status == 202
    same = await grace("POST", "/membership-requests", headers={"Idempotency-Key": "later"}, json={"message": "Hm"})
    assert (same.status, same.json["id"]) == (200, asked.json["id"])


async def test_subscribing(blog: Blog, ada: Caller) -> None:
    await blog.post("Here")
    asked = await twice(ada, "/subscriptions", {"thread": "/other"}, json={"thread": "/post.html"})
    assert asked.status == 201


async def test_moving_a_thread(blog: Blog, ada: Caller, mo: Caller) -> None:
    await ada.post("Here")
    await ada.post("There", thread="/there")
    moved, there = (await mo("GET", "/threads")).json["threads"]
    asked = await twice(mo, f"/threads/{moved['id']}/move", {"key": "/else"}, json={"key": "/new"})
    now = {one["id"]: one for one in (await mo("GET", "/threads")).json["threads"]}
    assert (asked.json["outcome"], asked.json["thread"]) == ("moved", now[moved["id"]])
    merged = await mo(
        "POST", f"/threads/{there['id']}/move", headers={"Idempotency-Key": "merge"}, json={"key": "/new"}
    )
    again = await mo("POST", f"/threads/{there['id']}/move", headers={"Idempotency-Key": "merge"}, json={"key": "/new"})
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, merged.body, "true")
    (only,) = (await mo("GET", "/threads")).json["threads"]
    assert (merged.json["outcome"], merged.json["thread"]) == ("merged", only)


async def test_a_kept_answer_forgets_who_is_erased(blog: Blog, mo: Caller, olive: Caller, where: str) -> None:
    held = [(await blog.post(f"score 0.6 {i}")).comment for i in range(2)]
    await mo("POST", "/decisions", json=decision("approve", *held))
    told = await olive("POST", "/decisions", headers=KEY, json=decision("approve", *held))
    assert told.json["results"][0]["problem"]["current"]["decided_by"]["name"] == "Mo"
    assert (await mo("DELETE", "/members/me")).status in (202, 204)
    with behind(where) as connection:
        assert connection.execute("SELECT body FROM replays WHERE body LIKE '%Mo%'").fetchall() == []


async def test_going_back_a_model_is_one_step(blog: Blog, olive: Caller, tmp_path: Path) -> None:
    keep_models(blog.res, tmp_path / "models")
    for name in ("own-1", "own-2"):
        await own_model(blog.res, blog.site, name)
        await twice(olive, f"/models/{name}/promote", {"override": True}, json={})
    back = await twice(olive, "/models/rollback", {"in_service": "own-2"}, json={})
    assert back.json["in_service"] == "own-1"
    assert (await olive("GET", "/models")).json["in_service"] == "own-1"
