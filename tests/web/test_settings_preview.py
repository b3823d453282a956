"""What changed settings would have done to the comments that are there, and what moderators made of those."""

from typing import Any

import pytest

from service.actions.set_policy import set_policy
from tests.conftest import Blog, Clock, make_blog
from tests.web.conftest import Caller, Login

pytestmark = pytest.mark.usefixtures("patient")


async def preview(olive: Caller, **settings: Any) -> dict[str, Any]:
    answer = await olive("POST", "/settings/preview", json=settings)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def test_nothing_changes_and_nothing_is_written(ada: Caller, olive: Caller, blog: Blog) -> None:
    await ada.post("fine")
    await ada.post("score 0.6")
    await ada.post("score 0.95")
    before = (await olive("GET", "/settings")).json
    told = await preview(olive)
    counts = {"approved": 1, "pending": 1, "spam": 1, "refused": 0}
    assert told == {
        "considered": 3,
        "was": counts,
        "would": counts,
        "changes": {},
        "decided": {},
        "examples": [],
    }
    await preview(olive, moderation="always")
    assert (await olive("GET", "/settings")).json == before
    assert (await ada.post("still at once")).status == 201


async def test_from_what_to_what_and_why(ada: Caller, mo: Caller, olive: Caller) -> None:
    plain = (await ada.post("score 0.3 and a casino")).json
    held = (await ada.post("score 0.6")).json
    await ada.post("score 0.95")
    await mo.post("score 0.99 by a moderator")
    told = await preview(olive, hold_at=0.2, spam_at=0.5, hold_words=["casino"])
    assert (told["was"]["approved"], told["was"]["pending"], told["was"]["spam"]) == (2, 1, 1)
    assert told["changes"] == {"approved": {"pending": 1}, "pending": {"spam": 1}}
    assert [(e["id"], e["was"], e["would"], e["thread"]) for e in told["examples"]] == [
        (held["id"], "pending", "spam", "/post.html"),
        (plain["id"], "approved", "pending", "/post.html"),
    ]
    assert [reason["code"] for reason in told["examples"][1]["reasons"]] == ["hold-word", "score-hold"]
    refused = await preview(olive, refuse_words=["casino"])
    assert refused["changes"] == {"approved": {"refused": 1}}
    assert refused["examples"][0]["reasons"][0]["code"] == "refuse-word"


async def test_what_people_have_decided_since_stands_beside_it(ada: Caller, mo: Caller, olive: Caller) -> None:
    held = (await ada.post("score 0.6")).json
    missed = (await ada.post("score 0.2")).json
    await ada.post("nobody looked at this")
    await mo.decide("approve", held)
    await mo.decide("mark_spam", missed)
    told = await preview(olive, moderation="always")
    assert told["decided"] == {"pending": {"approved": 1, "spam": 1}}
    told = await preview(olive, hold_at=0.7)
    assert told["decided"] == {"approved": {"approved": 1, "spam": 1}}


async def test_the_moment_of_each_comment_counts(ada: Caller, olive: Caller, blog: Blog, clock: Clock) -> None:
    for i in range(4):
        await ada.post(f"number {i}")
        clock.pass_s(86_400 * 5)
    assert (await preview(olive, close_after_days=11))["would"]["refused"] == 1
    assert (await preview(olive, moderation="sometimes", sometimes_after_days=7))["would"]["pending"] == 2
    first = await preview(olive, first_comments_held=3)
    assert first["would"]["pending"] == 3
    assert {e["reasons"][0]["code"] for e in first["examples"]} == {"first-comments"}
    assert (await preview(olive, state="hidden"))["would"]["refused"] == 4


async def test_links_languages_and_who_may_comment(olive: Caller, ada: Caller, blog: Blog, login: Login) -> None:
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    await (await login(blog, None)).post("from a guest", author={"name": "Guest"})
    await ada.post("https://a.example and https://b.example")
    await ada.post("Привет, как дела сегодня?")
    assert (await preview(olive, max_links=1))["would"]["pending"] == 1
    assert (await preview(olive, languages=["en"]))["examples"][0]["reasons"][0]["code"] == "other-language"
    members = await preview(olive, who_may_comment="members")
    assert (members["would"]["refused"], members["examples"][0]["reasons"][0]["code"]) == (1, "not-allowed")


async def test_it_takes_and_refuses_what_a_change_of_settings_does(olive: Caller) -> None:
    refused = await olive("POST", "/settings/preview", json={"moderation": "maybe", "colour": "red", "hold_at": 2})
    assert refused.status == 422
    assert {fault["pointer"] for fault in refused.json["errors"]} == {"/moderation", "/colour", "/hold_at"}
    refused = await olive("POST", "/settings/preview", json={"hold_at": 0.9, "spam_at": 0.5})
    assert refused.json["errors"][0]["pointer"] == "/hold_at"


async def test_the_last_five_hundred_are_looked_at(olive: Caller, blog: Blog) -> None:
    other = await make_blog(blog.res, "other")
    await other.post("another site's")
    for i in range(505):
        await blog.post(f"number {i}")
    told = await preview(olive, moderation="always")
    assert (told["considered"], told["changes"]) == (500, {"approved": {"pending": 500}})
    assert len(told["examples"]) == 20
