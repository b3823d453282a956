"""Readers report published comments; moderators see why, decide or dismiss. Nothing is hidden by a report alone."""

import asyncio
from typing import Any

import pytest

from service.actions.end_session import end_all_tokens
from service.actions.limits import Limits
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.actions.sweep import sweep
from service.domain.bucket import Rate
from service.storage import reports
from service.storage.database import Query
from tests.conftest import Blog, Clock
from tests.web.conftest import Answer, Caller, Login


async def report(caller: Caller, comment: dict[str, Any], reason: str = "rude", **headers: str) -> Answer:
    return await caller("POST", f"/comments/{comment['id']}/reports", json={"reason": reason}, headers=headers)


async def tab(mo: Caller, **query: str) -> Any:
    return (await mo("GET", "/queue", params={"status": "reported", **query})).json


async def is_counted_right(mo: Caller, res: Resources) -> bool:
    """Is the number on the tab that of the comments with open reports?"""
    sql = "SELECT count(DISTINCT comment_id) FROM reports WHERE resolved_at IS NULL"
    ((counted,),), ((listed,),) = await res.db.read(Query(sql, {}), Query("SELECT count(*) FROM reported", {}))
    return bool((await tab(mo))["counts"]["reported"] == counted == listed)


async def test_a_report_waits_for_a_moderator_and_hides_nothing(
    ada: Caller, visitor: Caller, mo: Caller, blog: Blog, res: Resources
) -> None:
    comment = (await ada.post("Buy my book")).json
    told = await report(ada, comment, "  an advertisement ")
    assert told.status == 202
    assert told.json == {
        "id": told.json["id"],
        "comment_id": comment["id"],
        "reason": "an advertisement",
        "created_at": "2026-11-23T12:00:00.000Z",
    }
    await report(visitor, comment, "what he says")
    page = await tab(mo)
    assert page["counts"]["reported"] == 1
    (item,) = page["items"]
    assert (item["id"], item["status"], item["allowed_actions"]) == (
        comment["id"],
        "approved",
        ["reject", "mark_spam", "remove"],
    )
    assert [(one["reason"], one["reporter"]) for one in item["reports"]] == [
        ("an advertisement", {"id": blog.ada.id, "name": "Ada"}),
        ("what he says", None),
    ]
    assert [one["text"] for one in (await visitor.thread()).json["comments"]] == ["Buy my book"]
    assert b"report" not in (await visitor.thread()).body
    assert await is_counted_right(mo, res)


async def test_who_reports_again_gets_the_same(ada: Caller, visitor: Caller, mo: Caller, res: Resources) -> None:
    comment = (await ada.post("x")).json
    for caller in (ada, visitor):
        first = await report(caller, comment)
        assert (await report(caller, comment, "and another thing")).json == first.json
    assert len((await tab(mo))["items"][0]["reports"]) == 2
    answers = await asyncio.gather(*[report(mo, comment) for _ in range(8)])
    assert len({one.json["id"] for one in answers}) == 1
    assert await is_counted_right(mo, res)


async def test_many_first_reports_at_once_are_one_on_the_tab(
    ada: Caller, blog: Blog, login: Login, mo: Caller, res: Resources
) -> None:
    comment = (await ada.post("x")).json
    people = [await login(blog, await blog.join(f"Reader {i}")) for i in range(6)]
    answers = await asyncio.gather(*[report(one, comment) for one in people])
    assert [one.status for one in answers] == [202] * 6
    assert len((await tab(mo))["items"][0]["reports"]) == 6
    assert await is_counted_right(mo, res)


@pytest.mark.parametrize("action", ["reject", "mark_spam", "remove"])
async def test_a_decision_answers_its_reports(
    ada: Caller, visitor: Caller, mo: Caller, res: Resources, action: str
) -> None:
    comment = (await ada.post("x")).json
    await report(visitor, comment)
    done = await mo.decide(action, comment)
    assert done.status == 200
    assert (await tab(mo))["items"] == []
    assert await is_counted_right(mo, res)
    rows = (await res.db.read(Query("SELECT outcome, resolved_at FROM reports", {})))[0]
    assert rows == [(action, res.now_ms())]
    await mo("POST", f"/decisions/{done.json['decision_id']}/undo")
    assert (await tab(mo))["items"] == []  # answered is answered
    assert (await report(visitor, comment)).status == 202
    assert await is_counted_right(mo, res)


async def test_an_author_who_deletes_leaves_no_report_open(
    ada: Caller, visitor: Caller, mo: Caller, res: Resources
) -> None:
    comment = (await ada.post("x")).json
    await report(visitor, comment)
    assert (await ada("DELETE", f"/comments/{comment['id']}")).status == 204
    assert (await tab(mo))["counts"]["reported"] == 0
    assert await is_counted_right(mo, res)


async def test_dismissing_keeps_the_comment_and_says_who_did(
    ada: Caller, visitor: Caller, mo: Caller, olive: Caller, res: Resources
) -> None:
    comment = (await ada.post("x")).json
    await report(visitor, comment)
    await report(ada, comment)
    path = f"/comments/{comment['id']}/reports/dismiss"
    done = await mo("POST", path)
    assert (done.status, done.json["id"]) == (200, comment["id"])
    assert (await tab(mo))["items"] == []
    again = await olive("POST", path)
    assert (again.status, again.code) == (409, "not-allowed-now")
    (row,) = (await mo("GET", "/log", params={"action": "dismiss"})).json["decisions"]
    assert (row["who"]["name"], row["from"], row["to"], row["version"]) == ("Mo", "approved", "approved", 1)
    assert (await mo("POST", f"/decisions/{done.json['decision_id']}/undo")).code == "not-allowed-now"
    assert (await mo("POST", "/comments/0/reports/dismiss")).status == 404
    assert (await visitor.thread()).json["thread"]["count"] == 1
    assert await is_counted_right(mo, res)


async def test_only_the_version_that_was_looked_at_is_kept(ada: Caller, mo: Caller, visitor: Caller) -> None:
    comment = (await ada.post("x")).json
    await report(visitor, comment)
    path = f"/comments/{comment['id']}/reports/dismiss"
    for call in (path, f"/comments/{comment['id']}/audit/ok"):
        late = await mo("POST", call, json={"version": 2})
        assert (late.status, late.code, late.json["current"]["version"]) == (409, "stale-decision", 1)
        assert (await mo("POST", call, json={"version": 0})).code == "invalid"
    assert len((await tab(mo))["items"]) == 1
    assert (await mo("POST", path, json={"version": 1})).status == 200


async def test_decisions_and_reports_at_once_leave_the_number_right(
    ada: Caller, blog: Blog, login: Login, mo: Caller, olive: Caller, res: Resources
) -> None:
    people = [await login(blog, await blog.join(f"Reader {i}")) for i in range(4)]
    for i in range(12):
        comment = (await ada.post(f"number {i}")).json
        await report(ada, comment)
        dismissal = f"/comments/{comment['id']}/reports/dismiss"
        await asyncio.gather(
            *[report(one, comment) for one in people[:2]],
            olive("POST", dismissal),
            mo.decide("remove", comment) if i % 2 else mo("POST", dismissal),
            *[report(one, comment) for one in people[2:]],
        )
        assert await is_counted_right(mo, res)


async def test_what_cannot_be_seen_cannot_be_reported(
    ada: Caller, visitor: Caller, mo: Caller, blog: Blog, other: Blog, login: Login
) -> None:
    held = (await ada.post("score 0.6")).json
    assert [(await report(one, held)).status for one in (visitor, ada, mo)] == [404] * 3
    shown = (await ada.post("x")).json
    removed = (await ada.post("y")).json
    await mo.decide("remove", removed)
    assert (await report(ada, removed)).status == 404
    stranger = await login(other, None)
    assert (await report(stranger, shown)).status == 404
    await set_policy(blog.res, blog.site, {"state": "hidden"})
    assert (await report(visitor, shown)).status == 404
    assert (await tab(mo))["counts"]["reported"] == 0


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": "a\x00b"}])
async def test_a_reason_is_needed(ada: Caller, body: dict[str, str]) -> None:
    comment = (await ada.post("x")).json
    answer = await ada("POST", f"/comments/{comment['id']}/reports", json=body)
    assert (answer.status, answer.code) == (422, "invalid")
    assert answer.json["errors"]


async def test_ten_an_hour_from_one_address(ada: Caller, visitor: Caller, res: Resources, clock: Clock) -> None:
    object.__setattr__(res, "limits", Limits({"site": Rate(1_000, 60)}, clock))
    made = [(await ada.post(f"number {i}")).json for i in range(12)]
    statuses = [(await report(visitor, one)).status for one in made[:10]]
    assert statuses == [202] * 10
    assert (await report(visitor, made[0])).status == 202  # the same again costs nothing
    refused = await report(visitor, made[10])
    assert (refused.status, refused.code) == (429, "rate-limited")
    assert refused.headers["RateLimit-Policy"] == '"reports";q=10;w=3600'
    clock.pass_s(int(refused.headers["Retry-After"]))
    assert (await report(visitor, made[10])).status == 202


async def test_an_idempotency_key_is_kept(ada: Caller) -> None:
    comment = (await ada.post("x")).json
    key = {"Idempotency-Key": "one"}
    first = await report(ada, comment, **key)
    again = await report(ada, comment, **key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == first.json
    assert (await report(ada, comment, "else", **key)).code == "key-reused"


async def test_the_tab_goes_by_the_first_report_in_pages(ada: Caller, visitor: Caller, mo: Caller) -> None:
    made = [(await ada.post(f"number {i}")).json for i in range(5)]
    for i in (3, 1, 4, 0, 2):
        await report(visitor, made[i])
    await report(ada, made[2])
    order = [made[i]["id"] for i in (3, 1, 4, 0, 2)]
    for sort, expected in (("oldest", order), ("newest", order[::-1])):
        found, query = [], {"sort": sort, "limit": "2"}
        while True:
            page = await tab(mo, **query)
            assert page["sort"] == sort
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert found == expected
    assert (await tab(mo, sort="riskiest"))["sort"] == "oldest"
    assert all(one["reports"] for one in (await mo("GET", "/queue?status=approved")).json["items"])
    await ada.post("score 0.6")
    assert (await mo("GET", "/queue")).json["items"][0]["reports"] == []


async def test_from_where_a_visitor_reported_is_forgotten(
    ada: Caller, visitor: Caller, res: Resources, clock: Clock
) -> None:
    comment, other = (await ada.post("x")).json, (await ada.post("y")).json
    await report(visitor, comment)
    await report(visitor, other)

    async def keys() -> list[Any]:
        return [row[0] for row in (await res.db.read(Query("SELECT reporter_key FROM reports", {})))[0]]

    assert len(set(await keys())) == 2  # no two comments are linked by it
    assert None not in await keys()
    clock.pass_s(31 * 86_400)
    await sweep(res, Replays(res))
    assert await keys() == [None, None]


async def test_a_member_has_his_reports_erased_and_can_take_them_along(
    ada: Caller, mo: Caller, blog: Blog, res: Resources
) -> None:
    comment = (await ada.post("x")).json
    await report(ada, comment, "my own words")
    (copy,) = (await reports.exported(res.db, blog.ada, "")).rows
    assert (copy["reason"], copy["comment_id"]) == ("my own words", comment["id"])
    (told,) = (await ada("GET", "/members/me/export")).json["reports"]
    assert told["reason"] == "my own words"
    await end_all_tokens(res, blog.ada)
    await res.db.write(reports.erasing("blog", blog.ada.id))
    (item,) = (await tab(mo))["items"]
    assert [(one["reason"], one["reporter"]) for one in item["reports"]] == [("", None)]
    assert await is_counted_right(mo, res)


async def test_a_text_that_stands_while_its_edit_waits_can_be_reported(
    ada: Caller, visitor: Caller, mo: Caller, res: Resources
) -> None:
    comment = (await ada.post("stands")).json
    edited = await ada(
        "PATCH", f"/comments/{comment['id']}", json={"text": "score 0.6 waits"}, headers={"If-Match": '"1"'}
    )
    assert edited.status in (200, 202)
    assert [one["text"] for one in (await visitor.thread()).json["comments"]] == ["stands"]
    assert (await report(visitor, comment)).status == 202
    assert (await tab(mo))["items"][0]["reports"][0]["reason"] == "rude"
    assert (await mo.decide("reject", {"id": comment["id"], "version": 2})).status == 200
    assert (await tab(mo))["counts"]["reported"] == 0
    assert await is_counted_right(mo, res)


async def test_who_leaves_leaves_no_report_open(ada: Caller, visitor: Caller, mo: Caller, res: Resources) -> None:
    comment = (await ada.post("x")).json
    await report(visitor, comment)
    assert (await ada("DELETE", "/members/me")).status == 204
    assert (await tab(mo))["counts"]["reported"] == 0
    assert await is_counted_right(mo, res)
