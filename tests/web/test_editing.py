"""Editing over HTTP: who, when, which version; what is public meanwhile; what moderators see; races."""

import asyncio
from typing import Any

import pytest

from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from tests.behind import behind
from tests.conftest import Blog, Clock, make_blog
from tests.web.conftest import Answer, Caller, Login

HOLD = "score 0.6"
SPAM = "score 0.95"


async def edit(caller: Caller, comment: Any, text: str, version: int | None = None) -> Answer:
    headers = {"If-Match": f'"{version or comment["version"]}"'}
    return await caller("PATCH", f"/comments/{comment['id']}", json={"text": text}, headers=headers)


async def shown(visitor: Caller) -> list[tuple[str, str]]:
    """What readers see, everywhere that they can see it."""
    told = (await visitor.thread()).json
    found = [(one["text"], one["status"]) for one in told["comments"] if one["text"] is not None]
    assert told["thread"]["count"] == len(found)
    recent = (await visitor("GET", "/recent")).json["comments"]
    assert sorted((one["text"], one["status"]) for one in recent) == sorted(found)
    feed = (await visitor("GET", "/feed.atom")).body.decode()
    page = (await visitor("GET", "//sites/blog/thread?key=/post.html")).body.decode()
    for text, _ in found:
        assert text in feed
        assert text in page
    for one in told["comments"]:
        single = await visitor("GET", f"/comments/{one['id']}")
        if one["text"] is not None:
            assert (single.json["text"], single.json["html"]) == (one["text"], one["html"])
    return found


async def queue(mo: Caller, **query: Any) -> Any:
    return (await mo("GET", "/queue", params=query)).json


async def test_an_edit_that_passes_is_public_at_once(ada: Caller, visitor: Caller, clock: Clock) -> None:
    comment = (await ada.post("First *words*")).json
    assert (await visitor.thread()).json["comments"] == [comment]
    clock.pass_s(60)
    answer = await edit(ada, comment, "Second words, see https://example.org")
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json["version"], answer.json["status"]) == (2, "approved")
    assert answer.json["edited_at"] == "2026-11-23T12:01:00.000Z"
    assert 'href="https://example.org"' in answer.json["html"]
    (one,) = (await visitor.thread()).json["comments"]
    assert one == answer.json
    single = await ada("GET", f"/comments/{comment['id']}")
    assert (single.headers["ETag"], single.json["text"]) == ('"2"', answer.json["text"])


async def test_the_same_text_changes_nothing(ada: Caller, mo: Caller) -> None:
    comment = (await ada.post("Same")).json
    answer = await edit(ada, comment, "Same")
    assert (answer.status, answer.json) == (200, comment)
    held = (await ada.post(HOLD)).json
    assert (await edit(ada, held, HOLD)).status == 200
    history = (await mo("GET", f"/comments/{comment['id']}/history")).json
    assert history == {"decisions": [], "revisions": []}


@pytest.mark.parametrize("bad", [HOLD, SPAM])
async def test_while_an_edit_waits_the_approved_text_stays_public(
    blog: Blog, login: Login, visitor: Caller, clock: Clock, bad: str
) -> None:
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    comment = (await ada.post("Benign")).json
    clock.pass_s(5)
    answer = await edit(ada, comment, f"Benign {bad}")
    assert (answer.status, answer.json["status"], answer.json["text"]) == (202, "pending", f"Benign {bad}")
    assert await shown(visitor) == [("Benign", "approved")]
    (public,) = (await visitor.thread()).json["comments"]
    assert public["edited_at"] is None
    grace = await login(blog, await blog.join("Grace"))
    assert (await grace("GET", f"/comments/{comment['id']}")).json["text"] == "Benign"
    (own,) = (await ada.thread()).json["comments"]
    assert (own["text"], own["status"]) == (f"Benign {bad}", "pending")
    found = await queue(mo)
    (card,) = found["items"]
    assert found["counts"]["pending"] == 1
    assert found["counts"]["approved"] == 0
    assert (card["text"], card["public_text"]) == (f"Benign {bad}", "Benign")
    assert card["diff"] == [{"op": "equal", "text": "Benign"}, {"op": "insert", "text": f" {bad}"}]
    assert card["author_record"]["approved"] == 1
    desk = await mo("GET", f"/comments/{comment['id']}")
    assert desk.json["text"] == f"Benign {bad}"


async def test_the_decision_about_an_edit_and_its_undoing(
    ada: Caller, mo: Caller, visitor: Caller, clock: Clock
) -> None:
    comment = (await ada.post("Benign")).json
    held = (await edit(ada, comment, f"Benign {HOLD}")).json
    for action, public in (
        ("approve", [(f"Benign {HOLD}", "approved")]),
        ("reject", []),
        ("mark_spam", []),
        ("remove", []),
    ):
        clock.pass_s(1)
        decided = await mo.decide(action, held)
        assert decided.status == 200
        assert await shown(visitor) == public
        undone = await mo("POST", f"/decisions/{decided.json['decision_id']}/undo")
        assert undone.status == 200
        assert await shown(visitor) == [("Benign", "approved")]
        held["version"] = undone.json["results"][0]["version"]
    await mo.decide("remove", held)
    await mo.decide("restore", {**held, "version": held["version"] + 1})
    assert await shown(visitor) == [("Benign", "approved")]


async def test_what_waits_is_not_published_by_editing_it(ada: Caller, visitor: Caller, mo: Caller) -> None:
    held = (await ada.post(f"Bad {HOLD}")).json
    answer = await edit(ada, held, "Benign now")
    assert (answer.status, answer.json["status"]) == (202, "pending")
    worse = await edit(ada, answer.json, f"Worse {SPAM}")
    assert (worse.status, worse.json["status"]) == (202, "pending")  # in spam, which he is not told
    assert (await queue(mo))["counts"]["spam"] == 1
    again = await edit(ada, worse.json, "Benign again")
    assert (again.status, again.json["status"]) == (202, "pending")
    assert (await queue(mo))["counts"]["spam"] == 1
    assert await shown(visitor) == []


async def test_editing_again_while_it_waits_keeps_what_was_approved(ada: Caller, mo: Caller, visitor: Caller) -> None:
    comment = (await ada.post("One")).json
    two = (await edit(ada, comment, f"Two {HOLD}")).json
    three = await edit(ada, two, "Three")
    assert (three.status, three.json["version"]) == (202, 3)
    assert await shown(visitor) == [("One", "approved")]
    stale = await mo.decide("approve", two)
    assert (stale.status, stale.code) == (409, "stale-decision")
    assert (await mo.decide("approve", three.json)).status == 200
    assert await shown(visitor) == [("Three", "approved")]
    revisions = (await mo("GET", f"/comments/{comment['id']}/history")).json["revisions"]
    assert [(r["version"], r["text"], r["status"], r["edited_by"]["name"]) for r in revisions] == [
        (1, "One", "approved", "Ada"),
        (2, f"Two {HOLD}", "pending", "Ada"),
    ]
    assert (revisions[1]["score"], revisions[1]["verdict"], revisions[1]["reasons"][0]["code"]) == (
        *(0.6, "unsure"),
        "score-hold",
    )


async def test_if_match(ada: Caller, mo: Caller) -> None:
    comment = (await ada.post("One")).json
    path = f"/comments/{comment['id']}"
    for value, status, code in (
        (None, 428, "if-match-needed"),
        ("*", 428, "if-match-needed"),
        ("1", 428, "if-match-needed"),
        ('"2"', 412, "edit-conflict"),
        ('W/"1"', 412, "edit-conflict"),
        ('"one"', 412, "edit-conflict"),
        ('"7", "1"', 200, ""),
    ):
        headers = {} if value is None else {"If-Match": value}
        answer = await ada("PATCH", path, json={"text": "Two"}, headers=headers)
        assert (answer.status, answer.code) == (status, code), value
    assert (await edit(ada, comment, "Three")).code == "edit-conflict"
    assert (await ada("GET", path)).json["text"] == "Two"


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 422, "invalid"),
        ("\u200b", 422, "invalid"),
        ("x" * 10_001, 413, "text-too-long"),
        ("so forbidden", 422, "refused-words"),
    ],
)
async def test_the_text_is_judged_as_a_new_one(res: Resources, login: Login, text: str, status: int, code: str) -> None:
    blog = await make_blog(res, refuse_words=["forbidden"])
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    comment = (await ada.post("One")).json
    for caller in (ada, mo):
        answer = await edit(caller, comment, text)
        assert (answer.status, answer.code) == (status, code)
    unknown = {"text": "Two", "status": "approved"}
    answer = await ada("PATCH", f"/comments/{comment['id']}", json=unknown, headers={"If-Match": '"1"'})
    assert answer.status == 422


async def test_markup_of_an_edit_is_cleaned(ada: Caller) -> None:
    comment = (await ada.post("One")).json
    answer = await edit(ada, comment, "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>")
    assert "<script" not in answer.json["html"]
    assert "<img" not in answer.json["html"]
    assert "<a" not in answer.json["html"]


async def test_the_window(ada: Caller, mo: Caller, clock: Clock) -> None:
    comment = (await ada.post("One")).json
    clock.pass_s(900)
    two = await edit(ada, comment, "Two")
    assert two.status == 200
    clock.pass_s(1)
    late = await edit(ada, two.json, "Three")
    assert (late.status, late.code) == (403, "edit-window-over")
    assert (await edit(mo, two.json, "Mended")).status == 200


async def test_who_may_not(ada: Caller, visitor: Caller, blog: Blog, login: Login, mo: Caller, olive: Caller) -> None:
    comment, held = (await ada.post("One")).json, (await ada.post(HOLD)).json
    grace = await login(blog, await blog.join("Grace"))
    assert (await edit(visitor, comment, "Mine")).status == 401
    assert (await edit(grace, comment, "Mine")).code == "not-moderator"
    assert (await edit(grace, held, "Mine")).code == "not-found"
    thread = (await mo("GET", "/threads")).json["threads"][0]["id"]
    for change, code in (({"state": "closed"}, "thread-closed"), ({"state": "hidden"}, "not-found")):
        await mo("PATCH", f"/threads/{thread}", json=change)
        assert (await edit(ada, comment, "Late")).code == code
    assert (await edit(mo, comment, "Mended")).status == 200
    await mo("PATCH", f"/threads/{thread}", json={"state": "open"})
    await mo("PATCH", f"/members/{blog.ada.id}", json={"status": "suspended"})
    assert (await edit(ada, comment, "Late", 2)).code == "suspended"
    await mo("PATCH", f"/members/{blog.ada.id}", json={"status": "banned"})
    assert (await edit(ada, comment, "Late", 2)).code == "banned"
    assert (await olive("GET", f"/comments/{comment['id']}")).json["text"] == "Mended"


@pytest.mark.parametrize("action", ["reject", "remove"])
async def test_what_was_taken_down_is_not_edited(ada: Caller, mo: Caller, action: str) -> None:
    comment = (await ada.post("One")).json
    await mo.decide(action, comment)
    assert (await edit(mo, comment, "Two", 2)).code == "not-allowed-now"
    author = await edit(ada, comment, "Two", 2)
    assert author.code == ("not-allowed-now" if action == "reject" else "not-found")


async def test_a_moderators_edit_is_published_and_logged(ada: Caller, mo: Caller, blog: Blog, visitor: Caller) -> None:
    held = (await ada.post(f"My number is 555 {HOLD}")).json
    answer = await edit(mo, held, f"My number is [cut] {HOLD}")
    assert (answer.status, answer.json["status"], answer.json["author"]["name"]) == (200, "approved", "Ada")
    assert await shown(visitor) == [(f"My number is [cut] {HOLD}", "approved")]
    (row,) = (await mo("GET", "/log", params={"action": "edit"})).json["decisions"]
    assert (row["who"]["id"], row["action"], row["from"], row["to"]) == (
        blog.moderator.id,
        "edit",
        "pending",
        "approved",
    )
    undone = await mo("POST", f"/decisions/{row['decision_id']}/undo")
    assert (undone.status, undone.code) == (409, "not-allowed-now")
    own = (await mo.post("My own")).json
    assert (await edit(mo, own, f"My own {HOLD}")).json["status"] == "approved"
    assert len((await mo("GET", "/log")).json["decisions"]) == 1


async def test_the_label_of_the_old_text_goes(ada: Caller, mo: Caller, where: str) -> None:
    comment = (await ada.post(HOLD)).json
    await mo.decide("approve", comment)
    await edit(ada, comment, "Other words", 2)
    with behind(where) as connection:
        assert connection.execute("SELECT COUNT(*) FROM labels").fetchone() == (0,)


async def test_a_reply_to_what_stands_while_its_edit_waits(ada: Caller, mo: Caller, visitor: Caller) -> None:
    comment = (await ada.post("One")).json
    held = (await edit(ada, comment, f"Two {HOLD}")).json
    reply = await mo.post("An answer", parent_id=comment["id"])
    assert reply.status == 201
    await mo.decide("reject", held)
    assert (await mo.post("Another", parent_id=comment["id"])).status == 422
    assert [c["text"] for c in (await visitor.thread()).json["comments"]] == ["An answer"]


async def test_another_sites_comment_is_not_there(ada: Caller, other: Blog, login: Login) -> None:
    comment = (await ada.post("One")).json
    foreign = await login(other, other.owner)
    assert (await edit(foreign, comment, "Two")).code == "not-found"


async def test_nothing_becomes_public_unless_that_very_text_was_approved(
    ada: Caller, mo: Caller, visitor: Caller
) -> None:
    """The author edits while a moderator approves: who comes second is told so."""
    for number in range(12):
        held = (await ada.post(f"Seen {number} {HOLD}")).json
        unseen = f"Unseen {number} {HOLD}"
        edited, decided = await asyncio.gather(edit(ada, held, unseen), mo.decide("approve", held))
        assert sorted((edited.status, decided.status)) in ([200, 412], [202, 409], [200, 202])
        public = {c["text"] for c in (await visitor.thread(limit=200)).json["comments"]}
        assert unseen not in public
        if decided.status == 200 and edited.status == 412:
            assert f"Seen {number} {HOLD}" in public


async def test_a_suspension_that_comes_between_is_met(blog: Blog, ada: Caller, res: Resources) -> None:
    comment = (await ada.post("One")).json
    answers = await asyncio.gather(
        edit(ada, comment, "Two"),
        set_member(res, blog.owner, blog.site, blog.ada.id, MemberChange("suspended")),
    )
    assert answers[0].status in (200, 403)
    assert (await edit(ada, comment, "Three", 2)).code == "suspended"


async def test_limits_count_edits(ada: Caller, res: Resources, clock: Clock) -> None:
    from service.domain.bucket import Rate

    res.limits._rates["member"] = Rate(3, 60)
    res.limits._buckets["member"] = {}
    comment = (await ada.post("One")).json
    assert (await edit(ada, comment, "Two")).headers["RateLimit"].startswith('"member";r=1;')
    assert (await edit(ada, comment, "Two", 2)).status == 200
    assert (await edit(ada, comment, "Three", 2)).status == 200
    limited = await edit(ada, comment, "Four", 3)
    assert (limited.status, limited.code) == (429, "rate-limited")


async def test_authors_delete_while_they_may_edit_and_moderators_always(ada: Caller, mo: Caller, clock: Clock) -> None:
    first, second = (await ada.post("one")).json, (await ada.post("two")).json
    clock.pass_s(899)
    assert (await ada("DELETE", f"/comments/{first['id']}")).status == 204
    clock.pass_s(2)
    late = await ada("DELETE", f"/comments/{second['id']}")
    assert (late.status, late.code) == (403, "edit-window-over")
    assert (await mo("DELETE", f"/comments/{second['id']}")).status == 204


async def test_one_comment_is_not_sent_again_to_who_has_it(visitor: Caller, ada: Caller) -> None:
    path = f"/comments/{(await ada.post('Hello')).json['id']}"
    first = await visitor("GET", path)
    again = await visitor("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (await visitor("GET", path, headers={"If-None-Match": '"0"'})).status == 200
