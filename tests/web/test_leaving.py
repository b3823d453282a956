"""Leaving over HTTP: the export, the erasure from every table, who may leave, races; what is kept only for a time."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from service.actions.erase_member import finish_erasures
from service.actions.forget_old import forget_old
from service.actions.hand_over_code import hand_over_code
from service.actions.identify import Who
from service.actions.make_token import make_token
from service.actions.request_link import request_link
from service.actions.resources import Resources
from service.actions.start_session import start_session
from service.domain.invitation import MembershipRequest
from service.domain.sign_on import Identity
from service.storage import identities, members, requests, sign_in_requests
from service.storage.database import Statement
from service.storage.outbox import Event
from service.storage.outbox import adding as queueing
from service.storage.sign_in_requests import NewcomerLink
from service.storage.sqlite import SqliteDatabase
from tests.behind import everything, rows, tables
from tests.conftest import NOON, Blog, Clock, make_blog
from tests.web.conftest import Caller, Login
from tests.web.test_editing import HOLD, SPAM, edit, queue

DAY_S = 86_400


def files(tmp_path: Path) -> str:
    """Every byte of every file."""
    return "".join(path.read_text(encoding="latin-1") for path in tmp_path.iterdir())


# Every table: what of a member may stand in it, and so has to go with him. A new one needs its line here, and if it
# holds anything of members, its `erasing` in actions/erase_member.py (or a trigger) and its place in the export.
HOLDS_OF_MEMBERS = {
    *("members", "identities", "tokens", "sessions", "refresh_tokens", "codes", "keys", "replays", "sites"),
    *("invitations", "membership_requests", "newcomer_links", "sign_in_requests", "subscriptions"),
    *("comments", "revisions", "decisions", "labels", "reports", "outbox", "erasures"),
    *("search", "search_config", "search_data", "search_docsize", "search_idx", "searchable", "unsearched"),
}
HOLDS_NOTHING_OF_MEMBERS = {
    *("heartbeat", "sign_on", "status_counts", "threads", "thread_aliases"),
    *("reported", "mail_stops", "sent_letters", "sign_in_attempts", "used_jtis", "spending", "leases", "installation"),
    # ids, keyed hashes, numbers:
    *("trainings", "models", "promotions", "models_in_service", "unseen_scores", "own_thresholds", "audits"),
}


async def test_every_table_is_known_to_hold_something_of_members_or_nothing(res: Resources, where: str) -> None:
    found = tables(where)
    of_sqlite = {name for name in HOLDS_OF_MEMBERS if name.startswith(("search", "unsearched"))}
    assert found | of_sqlite == HOLDS_OF_MEMBERS | HOLDS_NOTHING_OF_MEMBERS


# The export


async def test_the_export_is_all_of_ones_own_and_nobody_elses(
    ada: Caller, mo: Caller, blog: Blog, clock: Clock, res: Resources
) -> None:
    first = (await ada.post("First of Ada's")).json
    await edit(ada, first, "First, edited")
    held = (await ada.post(f"Second {SPAM}")).json
    await mo.decide("reject", {"id": first["id"], "version": 2}, reason="off the subject")
    await mo.post("Something of Mo's", parent_id=None)
    await start_session(res, blog.site, blog.ada, "https://blog.example")
    answer = await ada("GET", "/members/me/export")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    assert (told["site"], told["exported_at"]) == ("blog", "2026-11-23T12:00:00.000Z")
    assert (told["member"]["name"], told["member"]["email"]) == ("Ada", "ada@blog.example")
    assert [(c["thread"], c["text"], c["status"]) for c in told["comments"]] == [
        ("/post.html", "First, edited", "rejected"),
        ("/post.html", f"Second {SPAM}", "pending"),
    ]
    assert [(r["comment_id"], r["text"]) for r in told["earlier_texts"]] == [(first["id"], "First of Ada's")]
    assert [(d["action"], d["reason"]) for d in told["decisions"]] == [("reject", "off the subject")]
    assert told["sessions"][0]["origin"] == "https://blog.example"
    assert told["tokens"][0]["created_at"] == "2026-11-23T12:00:00.000Z"
    text = answer.body.decode()
    for secret in ("Mo", "Olive", "mo@", blog.moderator.id, "score", '"spam"', "gr_"):
        assert secret not in text.replace("score 0.95", ""), secret
    assert held["id"] in text


async def test_an_export_without_anything_is_a_whole_document(blog: Blog, login: Login) -> None:
    grace = await login(blog, await blog.join("Grace"))
    told = (await grace("GET", "/members/me/export")).json
    assert (told["comments"], told["decisions"], told["member"]["name"]) == ([], [], "Grace")


async def test_an_export_comes_in_portions(res: Resources, login: Login) -> None:
    blog = await make_blog(res, max_links=0)
    ada = await login(blog, blog.ada)
    await asyncio.gather(*[blog.post(f"Number {i}") for i in range(450)])
    told = (await ada("GET", "/members/me/export")).json
    assert len({c["id"] for c in told["comments"]}) == len(told["comments"]) == 450


# The erasure


async def test_erasure_takes_out_everything(blog: Blog, login: Login, res: Resources, where: str, engine: str) -> None:
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    olive, visitor = await login(blog, blog.owner), await login(blog, None)
    made = await olive(
        "POST",
        "/members",
        json={"name": "Zebedee", "email": "zebedee@mail.example"},
        headers={"Idempotency-Key": "z"},
    )
    member = await blog.res.cache.member(blog.site.id, made.json["id"])
    assert member is not None
    zebedee = Caller(olive._client, "blog", await make_token(res, member, "comment", DAY_S * 1000))
    answered = (await zebedee.post("Zebra words one", headers={"Idempotency-Key": "k"})).json
    reply = (await ada.post("A reply", parent_id=answered["id"])).json
    plain = (await zebedee.post("Zebra words two")).json
    await edit(zebedee, plain, "Zebra words two, changed")
    await edit(zebedee, {**plain, "version": 2}, f"Zebra words two, worse {HOLD}")
    refused = (await zebedee.post(f"Zebra words three {HOLD}")).json
    await mo.decide("mark_spam", refused, reason="zebra words again")
    own = (await zebedee.post("Zebra words four", parent_id=reply["id"])).json
    mails = {"moderation_mail": ["zebedee@mail.example", "mo@mail.example"]}
    assert (await olive("PATCH", "/settings", json=mails)).status == 200
    await res.db.write([queueing(Event("e1", "blog", "held", refused["id"], 0, 0))])
    await res.db.write([queueing(Event("e2", "blog", "joined", member.id, 0, 0))])
    before = everything(where).lower()
    assert "zebra" in before
    assert "zebedee" in before

    gone = await zebedee("DELETE", "/members/me")
    assert gone.status == 204
    assert (await zebedee("GET", "/members/me")).status == 401
    after = everything(where).lower()
    assert "zebra" not in after
    assert "zebedee" not in after
    assert rows(where, "SELECT name, email, status, role FROM members WHERE id = ?", member.id) == [
        ("erased", None, "left", "member")
    ]
    assert (await olive("GET", "/settings")).json["moderation_mail"] == ["mo@mail.example"]
    if engine == "postgres":  # whose tables only sweeping writes anew
        await finish_erasures(res)
    for table in ("revisions", "labels", "outbox", "erasures"):
        assert rows(where, f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    assert rows(where, "SELECT COUNT(*) FROM replays") == [(0,)]
    told = (await visitor.thread()).json
    assert [(c["id"], c["text"], c["author"]["name"], c["parent_id"]) for c in told["comments"]] == [
        (answered["id"], None, "erased", None),
        (reply["id"], "A reply", "Ada", answered["id"]),
    ]
    assert told["thread"]["count"] == 1
    counts = (await queue(mo))["counts"]
    assert {s: n for s, n in counts.items() if n} == {"approved": 1, "removed": 4}
    log = (await mo("GET", "/log")).json["decisions"]
    assert [(d["action"], d["who"]["name"], d["reason"]) for d in log] == [("mark_spam", "Mo", None)]
    assert (await visitor("GET", f"/comments/{own['id']}")).status == 404
    restored = await mo.decide("restore", {"id": own["id"], "version": 2})
    assert (restored.status, restored.code) == (409, "not-allowed-now")
    again = await olive("POST", "/members", json={"name": "Zebedee", "email": "zebedee@mail.example"})
    assert again.status == 201


async def test_ways_in_are_erased_with_the_one_who_came_by_them(
    olive: Caller, visitor: Caller, blog: Blog, login: Login, res: Resources, where: str
) -> None:
    member = await blog.join("Zebedee", "owner")
    zebedee, who = await login(blog, member), Who(blog.site, "", member)
    comment = (await olive.post("Something")).json
    assert (await zebedee("POST", f"/comments/{comment['id']}/reports", json={"reason": "zebra"})).status == 202
    made = (await zebedee("POST", "/keys", json={"name": "Zebra's program", "kind": "api"})).json
    await hand_over_code(res, who, "https://blog.example", "c" * 43)
    await request_link(res, blog.site, member.email or "", "", "caller")
    link = NewcomerLink("h", "blog", member.email or "", NOON, NOON + 1)
    asked = MembershipRequest("r", "blog", member.id, "", "zebra wants in", NOON)
    known = Identity("blog", "https://id.example", "zebra", member.id, "Zebedee", "no", NOON)
    await res.db.write([members.becoming(member, "invited"), requests.adding(asked), identities.adding(known)])
    await res.db.write([members.setting_status(member, "active", None), sign_in_requests.adding_link(link)])
    assert (await olive("POST", "/invitations", json={"name": "Zebedee"})).status == 201
    assert (await zebedee("POST", "/subscriptions", json={"thread": "/post.html"})).status == 201
    await start_session(res, blog.site, member, "https://zebra.example")
    told = (await zebedee("GET", "/members/me/export")).json
    sections = ("identities", "keys", "membership_requests", "reports", "sessions", "subscriptions")
    assert [len(told[name]) for name in sections] == [1] * 6
    assert (await zebedee("DELETE", "/members/me")).status == 204
    after = everything(where).lower()
    for word in ("zebra", "zebedee"):
        assert word not in after
    for table in ("codes", "sessions", "refresh_tokens", "subscriptions"):
        assert rows(where, f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    program = Caller(olive._client, "blog", made["key"])
    assert (await program("GET", "/session")).status == 401


async def test_the_last_owner_stays_until_there_is_another(olive: Caller, blog: Blog, login: Login) -> None:
    refused = await olive("DELETE", "/members/me")
    assert (refused.status, refused.code) == (409, "not-allowed-now")
    assert (await olive("POST", f"/members/{blog.owner.id}/erase")).status == 409
    second = await login(blog, await blog.join("Second", "owner"))
    answers = await asyncio.gather(olive("DELETE", "/members/me"), second("DELETE", "/members/me"))
    assert sorted(one.status for one in answers) == [204, 409]


async def test_owners_erase_others_and_none_of_another_site(olive: Caller, blog: Blog, other: Blog, mo: Caller) -> None:
    assert (await olive("POST", f"/members/{other.ada.id}/erase")).code == "not-found"
    assert (await olive("POST", f"/members/{blog.ada.id}/erase")).status == 204
    assert (await olive("POST", f"/members/{blog.ada.id}/erase")).code == "not-found"
    readmitted = await olive("PATCH", f"/members/{blog.ada.id}", json={"status": "active"})
    assert readmitted.code == "not-allowed-now"


async def test_a_moderator_who_leaves_leaves_his_decisions(ada: Caller, mo: Caller, olive: Caller) -> None:
    held = (await ada.post(HOLD)).json
    await mo.decide("approve", held)
    assert (await mo("DELETE", "/members/me")).status == 204
    (row,) = (await olive("GET", "/log")).json["decisions"]
    assert (row["action"], row["who"]["name"]) == ("approve", "erased")


async def test_a_suspended_member_may_leave(ada: Caller, olive: Caller, blog: Blog) -> None:
    await olive("PATCH", f"/members/{blog.ada.id}", json={"status": "suspended"})
    assert (await ada("DELETE", "/members/me")).status == 204


async def test_decisions_edits_and_posts_at_the_moment_of_erasure(res: Resources, login: Login, where: str) -> None:
    blog = await make_blog(res)
    mo = await login(blog, blog.moderator)
    for round_ in range(4):
        member = await blog.join(f"Leaving {round_}")
        caller = await login(blog, member)
        held = [(await caller.post(f"Goodbye {i} {HOLD}")).json for i in range(6)]
        answers = await asyncio.gather(
            caller("DELETE", "/members/me"),
            *[mo.decide("approve", one) for one in held[:3]],
            *[edit(caller, one, "Goodbye, changed") for one in held[3:]],
            *[caller.post(f"Goodbye, late {i}") for i in range(3)],
        )
        assert answers[0].status == 204
        assert all(one.status < 500 for one in answers), [one.status for one in answers]
        assert "Goodbye" not in everything(where)
    assert rows(where, "SELECT count FROM threads") == [(0,)]


async def test_an_interrupted_erasure_is_gone_on_with(
    ada: Caller, res: Resources, blog: Blog, where: str, db: SqliteDatabase
) -> None:
    await ada.post("Still here")
    started = {"member_id": blog.ada.id, "site_id": "blog", "now": NOON}
    await res.db.write(
        [
            Statement(
                "INSERT INTO erasures (member_id, site_id, started_at) VALUES (:member_id, :site_id, :now)", started
            )
        ]
    )
    await finish_erasures(res)
    assert "Still here" not in everything(where)
    assert rows(where, "SELECT COUNT(*) FROM erasures") == [(0,)]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_files_that_cannot_be_scrubbed_now_are_scrubbed_later(
    ada: Caller, res: Resources, tmp_path: Path, where: str
) -> None:
    await ada.post("Quite a rare sentence")
    with closing(sqlite3.connect(tmp_path / "greenroom.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM comments").fetchone()  # holds the log of writes
        assert (await ada("DELETE", "/members/me")).status == 204
        assert rows(where, "SELECT COUNT(*) FROM erasures") == [(1,)]
        reader.execute("COMMIT")
    await finish_erasures(res)
    assert rows(where, "SELECT COUNT(*) FROM erasures") == [(0,)]
    assert "Quite a rare" not in files(tmp_path)


# What is kept only for a time


async def test_texts_of_what_was_refused_go_after_their_time(
    blog: Blog, login: Login, clock: Clock, where: str, visitor: Caller
) -> None:
    res, ada, mo = blog.res, await login(blog, blog.ada), await login(blog, blog.moderator)
    rejected = (await ada.post(f"Rejected {HOLD}")).json
    spam = (await ada.post(f"Spam {SPAM}")).json
    answered = (await ada.post("Removed")).json
    await edit(ada, answered, "Removed, edited")
    await ada.post("A reply", parent_id=answered["id"])
    await mo.decide("reject", rejected)
    clock.pass_s(100 * DAY_S)
    mo = await login(blog, blog.moderator)
    assert (await mo.decide("remove", {**answered, "version": 2})).status == 200
    clock.pass_s(80 * DAY_S)
    await forget_old(res)
    assert "Rejected" in everything(where)  # 180 days to the second: not longer ago than that
    clock.pass_s(1)
    await forget_old(res)
    left = everything(where)
    assert "Rejected" not in left
    assert "Removed, edited" in left
    assert f"Spam {SPAM}" in left  # teaches the model
    clock.pass_s(100 * DAY_S)
    await forget_old(res)
    assert "Removed" not in everything(where)
    mo = await login(blog, blog.moderator)
    (card,) = (await queue(mo, status="rejected"))["items"]
    assert (card["text"], card["allowed_actions"]) == ("", ["remove"])
    assert (await mo.decide("approve", card)).code == "not-allowed-now"
    (removed,) = (await queue(mo, status="removed"))["items"]
    assert removed["allowed_actions"] == []
    assert [c["text"] for c in (await visitor.thread()).json["comments"]] == [None, "A reply"]
    assert (await queue(mo, status="spam"))["items"][0]["id"] == spam["id"]


async def test_nothing_is_forgotten_where_the_policy_keeps_it(res: Resources, login: Login, clock: Clock) -> None:
    blog = await make_blog(res, rejected_retention_days=0)
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    await mo.decide("reject", (await ada.post("Kept")).json)
    clock.pass_s(3_000 * DAY_S)
    await forget_old(res)
    mo = await login(blog, blog.moderator)
    assert (await queue(mo, status="rejected"))["items"][0]["text"] == "Kept"


async def test_what_came_from_a_guests_address_is_known_for_a_time(
    res: Resources, login: Login, clock: Clock, where: str
) -> None:
    blog = await make_blog(res, who_may_comment="anyone")
    guest, mo = await login(blog, None), await login(blog, blog.moderator)
    author = {"name": "Gus", "email": "gus@mail.example"}
    for text in ("One", "Two", f"Three {HOLD}", f"Four {SPAM}"):
        assert (await guest.post(text, author=author)).status in (201, 202)
        clock.pass_s(1)
    (card,) = (await queue(mo))["items"]
    record = card["author_record"]
    assert (record["status"], record["member_since"]) == ("guest", "2026-11-23T12:00:00.000Z")
    assert (record["approved"], record["rejected"], record["spam"], len(record["last"])) == (2, 0, 1, 4)
    keys = rows(where, "SELECT DISTINCT address_key FROM comments")
    assert len(keys) == 1
    assert "127.0.0.1" not in everything(where)
    assert keys[0][0] not in (await guest.thread()).body.decode()
    clock.pass_s(30 * DAY_S - 3)
    await forget_old(res)
    assert rows(where, "SELECT COUNT(*) FROM comments WHERE address_key IS NOT NULL") == [(3,)]
    clock.pass_s(DAY_S)
    await forget_old(res)
    assert rows(where, "SELECT COUNT(*) FROM comments WHERE address_key IS NOT NULL") == [(0,)]
    assert "gus@" not in everything(where)
    mo = await login(blog, blog.moderator)
    assert (await queue(mo))["items"][0]["author_record"] is None


async def test_members_have_no_address_kept(ada: Caller, where: str) -> None:
    await ada.post("One")
    assert rows(where, "SELECT address_key FROM comments") == [(None,)]


@pytest.mark.parametrize("path", ["/members/me/export", "/members/me"])
async def test_a_visitor_has_nothing_to_take_or_leave(visitor: Caller, path: str) -> None:
    assert (await visitor("GET", path)).status == 401
    assert json.loads((await visitor("DELETE", "/members/me")).body)["code"] == "not-signed-in"
