"""Ways to become a member over the API: invitations, requests; what moderators and owners make of members."""

import asyncio
import logging
from typing import Any

import pytest

from service.actions.admit import admit
from service.actions.renew_code import renew_code
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.sweep import sweep
from service.domain.errors import LastOwner, NotAllowedNow, NotModerator
from service.domain.member import Member
from service.domain.membership import Newcomer
from service.storage import invitations, members, requests
from service.storage.database import Query
from tests.behind import everything
from tests.conftest import Blog, Clock
from tests.web.conftest import Answer, Caller, Login

DAY_S = 86_400


@pytest.fixture
async def eve(blog: Blog) -> Member:
    """Known by a proven address, and not a member."""
    return await admit(blog.res, blog.site, Newcomer("Eve", "eve@else.example", email_verified=True))


async def invited(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = await caller("POST", "/invitations", json=body)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


async def accept(caller: Caller, code: str, **body: Any) -> Answer:
    return await caller("POST", f"/invitations/{code}/accept", json=body)


async def events(blog: Blog) -> list[tuple[str, str]]:
    sql = "SELECT kind, about_id FROM outbox WHERE site_id = :site_id ORDER BY id"
    (rows,) = await blog.res.db.read(Query(sql, {"site_id": blog.site.id}))
    return [tuple(row) for row in rows if row[0].startswith(("invitation", "membership"))]


# Invitations


async def test_a_link_makes_a_member_who_can_post_at_once(olive: Caller, visitor: Caller, blog: Blog) -> None:
    made = await invited(olive, name="Eve")
    assert made["url"] == f"http://127.0.0.1/sites/blog/invitation?code={made['code']}"
    assert (made["state"], made["mailed"], made["role"]) == ("open", False, "member")
    answer = await accept(visitor, made["code"], name="Evelyn")
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"token", "refresh_token", "expires_at", "member"}
    member = answer.json["member"]
    assert (member["name"], member["status"], member["role"], member["email"]) == ("Evelyn", "active", "member", None)
    evelyn = Caller(visitor._client, "blog", answer.json["token"])
    assert (await evelyn.post("Hello")).status == 201
    assert await events(blog) == []


async def test_a_code_works_once_also_for_ten_at_the_same_moment(olive: Caller, visitor: Caller) -> None:
    code = (await invited(olive))["code"]
    answers = await asyncio.gather(*[accept(visitor, code, name=f"Eve {i}") for i in range(10)])
    assert sorted(one.status for one in answers) == [200] + [410] * 9
    assert {one.code for one in answers if one.status == 410} == {"gone"}
    same = (await invited(olive))["code"]
    answers = await asyncio.gather(*[accept(visitor, same, name="Zoe") for _ in range(10)])
    assert sorted(one.status for one in answers) == [200] + [410] * 9
    members = (await olive("GET", "/members")).json["members"]
    assert len([m for m in members if m["name"].startswith(("Eve", "Zoe"))]) == 2


async def test_a_code_ends_after_fourteen_days(olive: Caller, visitor: Caller, clock: Clock, blog: Blog) -> None:
    code = (await invited(olive))["code"]
    clock.pass_s(14 * DAY_S)
    assert (await accept(visitor, code, name="Eve")).code == "gone"
    owner = Caller(visitor._client, "blog", await blog.token(blog.owner))
    (listed,) = (await owner("GET", "/invitations")).json["invitations"]
    assert listed["state"] == "expired"


@pytest.mark.parametrize("code", ["x", "gr_" + "A" * 43, "%00", "a" * 2_000, "%F0%9F%91%8D"])
async def test_an_unknown_code(visitor: Caller, code: str) -> None:
    assert (await accept(visitor, code, name="Eve")).code == "not-found"


async def test_a_code_of_another_site(olive: Caller, other: Blog, login: Login) -> None:
    code = (await invited(olive))["code"]
    assert (await accept(await login(other, None), code, name="Eve")).code == "not-found"


async def test_an_invitation_is_taken_back(olive: Caller, visitor: Caller) -> None:
    made = await invited(olive)
    for _ in range(2):
        assert (await olive("DELETE", f"/invitations/{made['id']}")).status == 204
    assert (await accept(visitor, made["code"], name="Eve")).code == "gone"
    used = await invited(olive)
    assert (await accept(visitor, used["code"], name="Eve")).status == 200
    assert (await olive("DELETE", f"/invitations/{used['id']}")).code == "not-allowed-now"


async def test_the_list_tells_no_code(olive: Caller, visitor: Caller, blog: Blog) -> None:
    first, second = await invited(olive), await invited(olive, email="Zoe@Else.example", name="Zoe")
    joined = (await accept(visitor, first["code"], name="Eve")).json["member"]["id"]
    page = await olive("GET", "/invitations", params={"limit": 1})
    assert first["code"] not in page.body.decode()
    (used,) = page.json["invitations"]
    assert (used["state"], used["used_by"], used["invited_by"]) == ("used", joined, blog.owner.id)
    rest = await olive("GET", "/invitations", params={"cursor": page.json["next_cursor"]})
    (waiting,) = rest.json["invitations"]
    assert (waiting["id"], waiting["email"], waiting["state"]) == (second["id"], "zoe@else.example", "open")
    assert rest.json["next_cursor"] is None


async def test_the_code_is_kept_nowhere(olive: Caller, visitor: Caller, where: str) -> None:
    made = await olive("POST", "/invitations", json={}, headers={"Idempotency-Key": "once"})
    code = made.json["code"]
    assert code not in everything(where)
    again = await olive("POST", "/invitations", json={}, headers={"Idempotency-Key": "once"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.json["id"], again.json["code"], again.json["url"]) == (made.json["id"], None, None)


async def test_the_code_is_in_no_log(olive: Caller, visitor: Caller, caplog: pytest.LogCaptureFixture) -> None:
    code = (await invited(olive))["code"]
    with caplog.at_level(logging.INFO):
        assert (await accept(visitor, code)).status == 422
        assert (await visitor("GET", f"/invitations/{code}/accept")).status == 405
        assert (await accept(visitor, f"{code}/more")).status == 404
    assert "/accept" in caplog.text
    assert code not in caplog.text


async def test_a_letter_proves_the_address(olive: Caller, visitor: Caller, blog: Blog) -> None:
    made = await invited(olive, email="Zoe@Else.example", name="Zoe")
    assert (made["code"], made["url"], made["mailed"]) == (None, None, True)
    assert await events(blog) == [("invitation", made["id"])]
    first = await renew_code(blog.res, blog.site, made["id"])
    code = await renew_code(blog.res, blog.site, made["id"])
    assert (await accept(visitor, first)).code == "not-found"
    member = (await accept(visitor, code)).json["member"]
    assert (member["name"], member["email"]) == ("Zoe", "zoe@else.example")
    with pytest.raises(NotAllowedNow):
        await renew_code(blog.res, blog.site, made["id"])


async def test_an_address_is_proven_and_never_believed(olive: Caller, visitor: Caller, blog: Blog) -> None:
    opened = await invited(olive)
    assert (await accept(visitor, opened["code"], name="Eve", email="mo@blog.example")).code == "invalid"
    made = await invited(olive, email="zoe@else.example")
    code = await renew_code(blog.res, blog.site, made["id"])
    assert (await accept(visitor, code, name="Zoe", email="mo@blog.example")).code == "invalid"
    assert (await accept(visitor, code, name="Zoe", email="ZOE@else.example")).status == 200


async def test_one_address_is_written_to_once_a_day(olive: Caller, mo: Caller, blog: Blog, clock: Clock) -> None:
    made = await invited(olive, email="zoe@else.example")
    again = await mo("POST", "/invitations", json={"email": "ZOE@else.example"})
    assert (again.status, again.json["id"]) == (200, made["id"])
    assert len(await events(blog)) == 1
    clock.pass_s(DAY_S)
    owner = Caller(mo._client, "blog", await blog.token(blog.owner))
    later = await invited(owner, email="zoe@else.example")
    assert later["id"] != made["id"]
    assert len(await events(blog)) == 2
    states = [one["state"] for one in (await owner("GET", "/invitations")).json["invitations"]]
    assert states == ["revoked", "open"]


async def test_letters_to_strangers_are_limited(mo: Caller) -> None:
    for i in range(100):
        await invited(mo, email=f"a{i}@else.example")
    refused = await mo("POST", "/invitations", json={"email": "b@else.example"})
    assert (refused.status, refused.code) == (429, "rate-limited")
    assert "Retry-After" in refused.headers


async def test_whom_one_may_invite(olive: Caller, mo: Caller, visitor: Caller) -> None:
    assert (await mo("POST", "/invitations", json={"role": "moderator"})).code == "not-moderator"
    made = await invited(olive, role="moderator")
    assert (await mo("DELETE", f"/invitations/{made['id']}")).code == "not-moderator"
    assert (await accept(visitor, made["code"], name="Eve")).json["member"]["role"] == "moderator"


@pytest.mark.parametrize(
    "change",
    [{"status": "banned"}, {"status": "suspended"}, {"role": "member"}, {"role": "moderator"}, None],
    ids=str,
)
async def test_nobody_leaves_himself_a_way_back(
    olive: Caller, visitor: Caller, blog: Blog, login: Login, change: dict[str, str] | None
) -> None:
    otto = await blog.join("Otto", "owner")
    hidden = await invited(await login(blog, otto), role="owner", name="Nobody")
    plain = await invited(await login(blog, otto), name="Eve")
    if change is None:
        assert (await olive("POST", f"/members/{otto.id}/erase")).status == 204
    else:
        first = [{"role": "member"}] if "status" in change else []
        for one in [*first, change]:
            assert (await olive("PATCH", f"/members/{otto.id}", json=one)).status == 200
    assert (await accept(visitor, hidden["code"])).code == "not-found"
    is_good = change == {"role": "moderator"}
    assert (await accept(visitor, plain["code"])).status == (200 if is_good else 404)


async def test_members_need_no_invitation(olive: Caller, ada: Caller, visitor: Caller, blog: Blog) -> None:
    assert (await olive("POST", "/invitations", json={"email": blog.ada.email})).code == "name-taken"
    code = (await invited(olive))["code"]
    assert (await accept(ada, code)).code == "not-allowed-now"
    assert (await accept(visitor, code, name="Eve")).status == 200


async def test_a_member_rises_by_an_invitation(olive: Caller, ada: Caller) -> None:
    code = (await invited(olive, role="moderator"))["code"]
    member = (await accept(ada, code)).json["member"]
    assert (member["name"], member["role"]) == ("Ada", "moderator")
    assert (await ada("GET", "/queue")).status == 200


async def test_an_invitation_takes_no_powers_away(blog: Blog, olive: Caller, login: Login) -> None:
    code = (await invited(olive))["code"]
    assert (await accept(await login(blog, blog.moderator), code)).code == "not-allowed-now"


async def test_who_is_known_becomes_a_member_by_a_code(
    olive: Caller, visitor: Caller, blog: Blog, login: Login, eve: Member
) -> None:
    caller = await login(blog, eve)
    assert (await caller.post("Hello")).code == "not-a-member"
    await caller("POST", "/membership-requests", json={})
    answer = await accept(caller, (await invited(olive))["code"])
    assert (answer.json["member"]["id"], answer.json["member"]["status"]) == (eve.id, "active")
    assert (await caller.post("Hello")).status == 201
    assert (await olive("GET", "/membership-requests")).json["requests"] == []


async def test_a_letter_finds_who_is_known_by_its_address(
    olive: Caller, visitor: Caller, blog: Blog, eve: Member
) -> None:
    made = await invited(olive, email=eve.email)
    code = await renew_code(blog.res, blog.site, made["id"])
    member = (await accept(visitor, code)).json["member"]
    assert (member["id"], member["status"]) == (eve.id, "active")


async def test_an_invitation_is_no_way_to_sign_in_as_a_member(
    olive: Caller, visitor: Caller, blog: Blog, login: Login, eve: Member
) -> None:
    made = await invited(olive, email=eve.email, role="moderator")
    code = await renew_code(blog.res, blog.site, made["id"])
    await set_member(blog.res, None, blog.site, eve.id, MemberChange("active"))
    assert (await accept(visitor, code, name="Eve")).code == "not-allowed-now"
    caller = await login(blog, eve)
    assert (await accept(caller, code, name="Evi")).code == "invalid"
    assert (await accept(caller, code)).json["member"]["role"] == "moderator"


@pytest.mark.parametrize("status", ["suspended", "banned"])
async def test_no_invitation_ends_a_ban(olive: Caller, ada: Caller, blog: Blog, status: str) -> None:
    code = (await invited(olive, role="moderator"))["code"]
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange(status))  # type: ignore[arg-type]
    assert (await accept(ada, code)).code == status


async def test_a_letter_to_who_was_banned_meanwhile(olive: Caller, visitor: Caller, blog: Blog, eve: Member) -> None:
    made = await invited(olive, email=eve.email)
    code = await renew_code(blog.res, blog.site, made["id"])
    await set_member(blog.res, None, blog.site, eve.id, MemberChange("banned"))
    assert (await accept(visitor, code, name="Evi")).code == "banned"


@pytest.mark.parametrize("name", ["Mo", "М\u043e", "m0", ""])
async def test_a_name_is_nobody_elses(olive: Caller, visitor: Caller, name: str) -> None:
    code = (await invited(olive))["code"]
    assert (await accept(visitor, code, name=name)).code in ("name-taken", "invalid")
    assert (await accept(visitor, code)).code == "invalid"
    assert (await accept(visitor, code, name="Eve")).status == 200


async def test_a_name_from_the_invitation_gets_a_number(olive: Caller, visitor: Caller) -> None:
    code = (await invited(olive, name="Ada"))["code"]
    assert (await accept(visitor, code)).json["member"]["name"] == "Ada 2"


# Requests


async def test_a_request_is_asked_decided_and_told(
    blog: Blog, olive: Caller, mo: Caller, login: Login, eve: Member
) -> None:
    caller = await login(blog, eve)
    told = (await caller("GET", "/session")).json
    assert (told["signed_in"], told["may_comment"], told["why_not"]) == (True, False, "not-a-member")
    assert told["what_to_do"].startswith("Ask to be made a member")
    asked = await caller("POST", "/membership-requests", json={"message": "I read you since 2004."})
    assert asked.status == 202
    again = await caller("POST", "/membership-requests", json={"message": "Hello?"})
    assert (again.status, again.json) == (200, asked.json)
    assert (await caller("GET", "/session")).json["what_to_do"].startswith("You have asked")
    (waiting,) = (await olive("GET", "/membership-requests")).json["requests"]
    assert (waiting["name"], waiting["message"], waiting["member_id"]) == ("Eve", "I read you since 2004.", eve.id)
    accepted = await mo("POST", f"/membership-requests/{waiting['id']}/accept")
    assert (accepted.status, accepted.json["outcome"]) == (200, "accepted")
    assert (await caller.post("Hello")).status == 201
    assert await events(blog) == [("membership_request", waiting["id"]), ("membership_accepted", eve.id)]
    assert (await olive("GET", "/membership-requests")).json["requests"] == []
    assert (await olive("POST", f"/membership-requests/{waiting['id']}/decline")).code == "not-allowed-now"


async def test_two_decide_at_once(blog: Blog, olive: Caller, mo: Caller, login: Login, eve: Member) -> None:
    one = (await (await login(blog, eve))("POST", "/membership-requests", json={})).json["id"]
    answers = await asyncio.gather(
        olive("POST", f"/membership-requests/{one}/accept"), mo("POST", f"/membership-requests/{one}/decline")
    )
    assert sorted(a.status for a in answers) == [200, 409]
    people = (await olive("GET", "/members")).json["members"]
    became = next(m["status"] for m in people if m["id"] == eve.id)
    assert (became == "active") == (answers[0].status == 200)


async def test_who_was_declined_waits(blog: Blog, mo: Caller, login: Login, eve: Member, clock: Clock) -> None:
    caller = await login(blog, eve)
    one = (await caller("POST", "/membership-requests", json={})).json["id"]
    assert (await mo("POST", f"/membership-requests/{one}/decline")).json["outcome"] == "declined"
    assert (await caller("POST", "/membership-requests", json={})).code == "not-allowed-now"
    assert (await caller.post("Hello")).code == "not-a-member"
    clock.pass_s(31 * DAY_S)
    caller = await login(blog, eve)
    assert (await caller("POST", "/membership-requests", json={})).status == 202


async def test_who_need_not_or_may_not_ask(blog: Blog, ada: Caller, visitor: Caller, login: Login, eve: Member) -> None:
    assert (await visitor("POST", "/membership-requests", json={})).code == "not-signed-in"
    assert (await ada("POST", "/membership-requests", json={})).code == "not-allowed-now"
    caller = await login(blog, eve)
    for wrong in ({"message": "x" * 1_001}, {"message": "\x00"}, {"member_id": "x"}):
        assert (await caller("POST", "/membership-requests", json=wrong)).code == "invalid"
    await set_member(blog.res, None, blog.site, eve.id, MemberChange("banned"))
    assert (await caller("POST", "/membership-requests", json={})).code == "banned"


async def test_ten_requests_at_once_are_one(blog: Blog, login: Login, eve: Member) -> None:
    caller = await login(blog, eve)
    answers = await asyncio.gather(*[caller("POST", "/membership-requests", json={}) for _ in range(10)])
    assert sorted(one.status for one in answers) == [200] * 9 + [202]
    assert len({one.json["id"] for one in answers}) == 1
    assert len(await events(blog)) == 1


async def test_a_ban_answers_the_request(blog: Blog, mo: Caller, login: Login, eve: Member) -> None:
    one = (await (await login(blog, eve))("POST", "/membership-requests", json={})).json["id"]
    await mo("PATCH", f"/members/{eve.id}", json={"status": "banned"})
    assert (await mo("GET", "/membership-requests")).json["requests"] == []
    assert (await mo("POST", f"/membership-requests/{one}/accept")).code == "not-allowed-now"


async def test_requests_of_another_site(blog: Blog, other: Blog, login: Login, eve: Member) -> None:
    one = (await (await login(blog, eve))("POST", "/membership-requests", json={})).json["id"]
    foreign = await login(other, other.owner)
    assert (await foreign("POST", f"/membership-requests/{one}/accept")).code == "not-found"
    assert (await foreign("GET", "/membership-requests")).json["requests"] == []


# What becomes of members


async def test_a_suspension_ends_in_the_future(mo: Caller, blog: Blog) -> None:
    past = {"status": "suspended", "suspended_until": "2026-11-23T12:00:00Z"}
    assert (await mo("PATCH", f"/members/{blog.ada.id}", json=past)).code == "invalid"


async def test_an_end_alone_begins_a_suspension_but_lifts_no_ban(mo: Caller, ada: Caller, blog: Blog) -> None:
    until = {"suspended_until": "2026-11-24T12:00:00Z"}
    told = (await mo("PATCH", f"/members/{blog.ada.id}", json=until)).json
    assert (told["status"], told["suspended_until"]) == ("suspended", "2026-11-24T12:00:00.000Z")
    assert (await ada.post("Hello")).code == "suspended"
    assert (await mo("PATCH", f"/members/{blog.ada.id}", json={"status": "banned"})).status == 200
    assert (await mo("PATCH", f"/members/{blog.ada.id}", json=until)).code == "not-allowed-now"
    assert (await ada.post("Hello")).code == "banned"
    ended = {"status": "active", **until}
    assert (await mo("PATCH", f"/members/{blog.ada.id}", json=ended)).code == "invalid"


async def test_owners_give_names(olive: Caller, mo: Caller, ada: Caller, visitor: Caller, blog: Blog) -> None:
    await ada.post("Hello")
    assert (await visitor.thread()).json["comments"][0]["author"]["name"] == "Ada"
    assert (await mo("PATCH", f"/members/{blog.ada.id}", json={"name": "Lovelace"})).code == "not-moderator"
    assert (await olive("PATCH", f"/members/{blog.ada.id}", json={"name": "М\u043e"})).code == "name-taken"
    assert (await olive("PATCH", f"/members/{blog.ada.id}", json={"name": "\u200b"})).code == "invalid"
    for name in ("Lovelace", "LOVELACE"):
        assert (await olive("PATCH", f"/members/{blog.ada.id}", json={"name": name})).json["name"] == name
        assert (await visitor.thread()).json["comments"][0]["author"]["name"] == name
    assert (await olive("PATCH", f"/members/{blog.owner.id}", json={"name": "Olivia"})).json["name"] == "Olivia"


async def test_a_suspended_moderator_loses_his_powers_at_once(mo: Caller, olive: Caller, blog: Blog) -> None:
    assert (await mo("GET", "/queue")).status == 200
    await olive("PATCH", f"/members/{blog.moderator.id}", json={"status": "suspended"})
    for path in ("/queue", "/members", "/invitations", "/membership-requests"):
        assert (await mo("GET", path)).code == "not-moderator"
    assert (await mo("POST", "/invitations", json={})).code == "not-moderator"


async def test_a_site_keeps_an_owner(blog: Blog, olive: Caller, login: Login) -> None:
    with pytest.raises(LastOwner):
        await set_member(blog.res, None, blog.site, blog.owner.id, MemberChange(role="member"))
    second = await login(blog, await blog.join("Otto", "owner"))
    otto = (await second("GET", "/members/me")).json["id"]
    answers = await asyncio.gather(
        olive("PATCH", f"/members/{otto}", json={"role": "member"}),
        second("PATCH", f"/members/{blog.owner.id}", json={"role": "member"}),
    )
    assert sorted(one.status for one in answers) in ([200, 403], [200, 409])


async def test_who_does_not_stand_well_is_made_no_owner(olive: Caller, blog: Blog) -> None:
    await olive("PATCH", f"/members/{blog.ada.id}", json={"status": "suspended"})
    assert (await olive("PATCH", f"/members/{blog.ada.id}", json={"role": "owner"})).code == "not-allowed-now"
    both = {"role": "owner", "status": "active"}
    assert (await olive("PATCH", f"/members/{blog.ada.id}", json=both)).json["role"] == "owner"


async def test_a_ban_meets_the_member_as_he_is_then(
    blog: Blog, res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He was made the only owner, or has left, between the look at him and the ban."""
    found = members.find
    meanwhile: list[Any] = []

    async def find(db: Any, site_id: str, member_id: str) -> Member | None:
        seen = await found(db, site_id, member_id)
        if meanwhile:
            await meanwhile.pop()()
        return seen

    monkeypatch.setattr(members, "find", find)
    meanwhile.append(lambda: res.db.write([members.setting_role(blog.ada, "owner")]))
    with pytest.raises(NotModerator):
        await set_member(res, blog.moderator, blog.site, blog.ada.id, MemberChange("banned"))
    eve = await blog.join("Eve")
    meanwhile.append(lambda: res.db.write(members.erasing(eve)))
    with pytest.raises(NotAllowedNow):
        await set_member(res, blog.moderator, blog.site, eve.id, MemberChange("banned", name=None))
    gone = await found(res.db, "blog", eve.id)
    assert gone is not None
    assert gone.status == "left"


async def test_what_waits_is_marked(ada: Caller, mo: Caller, blog: Blog, clock: Clock) -> None:
    await ada.post("score 0.6")
    until = {"status": "suspended", "suspended_until": "2026-11-24T12:00:00Z"}
    await mo("PATCH", f"/members/{blog.ada.id}", json=until)
    (item,) = (await mo("GET", "/queue")).json["items"]
    assert item["author_record"]["status"] == "suspended"
    await mo("PATCH", f"/members/{blog.ada.id}", json={"status": "banned"})
    (item,) = (await mo("GET", "/queue")).json["items"]
    assert item["author_record"]["status"] == "banned"
    await mo("PATCH", f"/members/{blog.ada.id}", json=until)
    clock.pass_s(DAY_S)
    mo = Caller(mo._client, "blog", await blog.token(blog.moderator))
    (item,) = (await mo("GET", "/queue")).json["items"]
    assert item["author_record"]["status"] == "active"
    people = (await mo("GET", "/members")).json["members"]
    assert {m["status"] for m in people} == {"active"}


# All of a member's comments


async def test_all_comments_go_and_come_back(ada: Caller, mo: Caller, visitor: Caller, blog: Blog) -> None:
    first = (await ada.post("One")).json
    await mo.post("Yes?", parent_id=first["id"])
    await ada.post("Two")
    held = (await ada.post("score 0.6")).json
    before = (await visitor.thread()).json
    counts = (await mo("GET", "/queue")).json["counts"]
    done = await mo("POST", f"/members/{blog.ada.id}/remove-comments", json={"reason": "A robot"})
    assert (done.status, done.json["removed"], done.json["skipped"]) == (200, 3, [])
    shown = (await visitor.thread()).json
    assert [(c["status"], c["text"]) for c in shown["comments"]] == [("removed", None), ("approved", "Yes?")]
    log = (await mo("GET", "/log")).json["decisions"]
    assert {(d["decision_id"], d["action"], d["reason"]) for d in log} == {
        (done.json["decision_id"], "remove", "A robot")
    }
    undone = await mo("POST", f"/decisions/{done.json['decision_id']}/undo")
    assert {one["status"] for one in undone.json["results"]} == {"approved", "pending"}
    texts = [(c["id"], c["text"]) for c in (await visitor.thread()).json["comments"]]
    assert texts == [(c["id"], c["text"]) for c in before["comments"]]
    assert (await mo("GET", "/queue")).json["counts"] == counts
    assert (await mo("GET", f"/comments/{held['id']}")).json["status"] == "pending"


async def test_all_comments_to_spam_teach_and_unteach(ada: Caller, mo: Caller, blog: Blog) -> None:
    await ada.post("One")
    await ada.post("score 0.95")
    done = await mo("POST", f"/members/{blog.ada.id}/remove-comments", json={"action": "mark_spam"})
    assert done.json["removed"] == 1
    (rows,) = await blog.res.db.read(Query("SELECT label FROM labels", {}))
    assert [row[0] for row in rows] == ["spam"]
    await mo("POST", f"/decisions/{done.json['decision_id']}/undo")
    (rows,) = await blog.res.db.read(Query("SELECT label FROM labels", {}))
    assert rows == []


async def test_only_owners_take_down_moderators(mo: Caller, olive: Caller, blog: Blog) -> None:
    await mo.post("Mine")
    second = await blog.join("Max", "moderator")
    assert (await mo("POST", f"/members/{second.id}/remove-comments", json={})).code == "not-moderator"
    assert (await olive("POST", f"/members/{blog.moderator.id}/remove-comments", json={})).json["removed"] == 1
    assert (await mo("POST", f"/members/{'0' * 22}/remove-comments", json={})).code == "not-found"
    wrong = {"action": "approve"}
    assert (await olive("POST", f"/members/{blog.ada.id}/remove-comments", json=wrong)).code == "invalid"


async def test_five_hundred_comments_in_portions_while_others_decide(mo: Caller, olive: Caller, blog: Blog) -> None:
    made = [(await blog.post(f"Number {i}")).comment for i in range(500)]
    removing = mo("POST", f"/members/{blog.ada.id}/remove-comments", json={})
    chosen = {"action": "reject", "comments": [{"id": one.id, "version": 1} for one in made[400:450]]}
    done, decided = await asyncio.gather(removing, olive("POST", "/decisions", json=chosen))
    assert done.json["removed"] + len(done.json["skipped"]) == 500
    rejected = [one["id"] for one in decided.json["results"] if "status" in one]
    undone = (await mo("POST", f"/decisions/{done.json['decision_id']}/undo")).json["results"]
    assert len(undone) == done.json["removed"]
    assert all("status" in one for one in undone)
    counts = (await mo("GET", "/queue")).json["counts"]
    assert (counts["approved"], counts["rejected"], counts["removed"]) == (500 - len(rejected), len(rejected), 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [(MemberChange("suspended"), "suspended"), (MemberChange("banned"), "banned")],
)
async def test_what_a_suspended_or_banned_member_is_told(
    ada: Caller, blog: Blog, change: MemberChange, code: str
) -> None:
    await set_member(blog.res, None, blog.site, blog.ada.id, change)
    told = (await ada("GET", "/session")).json
    assert (told["signed_in"], told["may_comment"], told["why_not"]) == (True, False, code)
    assert told["member"]["status"] == code
    assert told["what_to_do"]
    assert (await ada.post("Hello")).code == code


# Traces


async def test_strangers_are_forgotten(
    olive: Caller, blog: Blog, clock: Clock, login: Login, eve: Member, visitor: Caller
) -> None:
    await invited(olive, email="zoe@else.example")
    assert (await accept(visitor, (await invited(olive))["code"], name="Zoe")).status == 200
    one = (await (await login(blog, eve))("POST", "/membership-requests", json={"message": "It is me"})).json["id"]
    await olive("POST", f"/membership-requests/{one}/decline")
    for days, left in ((43, [2, 0]), (2, [1, 0])):
        clock.pass_s(days * DAY_S)
        await sweep(blog.res, Replays(blog.res))
        counts = [Query(f"SELECT id FROM {table}", {}) for table in ("invitations", "membership_requests")]
        assert [len(rows) for rows in await blog.res.db.read(*counts)] == left


async def test_a_members_traces_are_erased(olive: Caller, blog: Blog, login: Login, eve: Member) -> None:
    await (await login(blog, eve))("POST", "/membership-requests", json={"message": "It is me"})
    await invited(olive, email=eve.email, name="Eve")
    await invited(olive, name="Eve")
    await invited(olive, name="Somebody")
    await blog.res.db.write([*invitations.erasing(eve), *requests.erasing(eve)])
    left = (await olive("GET", "/invitations")).json["invitations"]
    assert [one["name"] for one in left] == ["Somebody"]
    assert (await olive("GET", "/membership-requests")).json["requests"] == []
