"""Sessions over HTTP: what is traded for one, what ends it, and links that tell nobody who is a member."""

import asyncio
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest

from service.actions.hand_over_code import hand_over_code, show_code
from service.actions.identify import Who
from service.actions.join_by_link import find_newcomer, join_by_link
from service.actions.limits import Limits
from service.actions.make_letter_link import letter_of
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.domain.bucket import Rate
from service.domain.code import MOST_TRIES, in_two
from service.domain.errors import Invalid, NotSignedIn
from service.domain.member import Member
from service.storage.database import Query
from tests.conftest import Blog, Clock, make_blog
from tests.web.conftest import Answer, Caller

ORIGIN = "https://blog.example"
VERIFIER = "a-verifier-of-forty-three-characters-at-least.~"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


async def code_for(blog: Blog, member: Member, origin: str = ORIGIN) -> str:
    return await hand_over_code(blog.res, Who(blog.site, "", member), origin, CHALLENGE)


async def short_for(blog: Blog, member: Member, challenge: str = CHALLENGE) -> str:
    return await show_code(blog.res, Who(blog.site, "", member), ORIGIN, challenge)


async def trade(caller: Caller, **body: Any) -> Answer:
    return await caller("POST", "/session", json=body)


async def by_code(caller: Caller, code: str, verifier: str = VERIFIER, origin: str | None = ORIGIN) -> Answer:
    headers = {"Origin": origin} if origin else {}
    return await caller("POST", "/session", json={"code": code, "code_verifier": verifier}, headers=headers)


def speaking(caller: Caller, answer: Answer) -> Caller:
    return Caller(caller._client, caller._site, answer.json["token"])


async def test_from_code_to_comment_to_the_end(blog: Blog, visitor: Caller, clock: Clock) -> None:
    answer = await by_code(visitor, await code_for(blog, blog.ada))
    assert answer.status == 200
    assert set(answer.json) == {"token", "refresh_token", "expires_at", "member"}
    assert answer.json["expires_at"] == "2026-11-23T12:15:00.000Z"
    assert answer.json["member"]["id"] == blog.ada.id
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    ada = speaking(visitor, answer)
    assert (await ada.post("Hello")).status == 201
    clock.pass_s(15 * 60)
    assert (await ada.post("Hello again")).code == "not-signed-in"
    fresh = speaking(visitor, await trade(visitor, refresh_token=answer.json["refresh_token"]))
    assert (await fresh.post("Hello again")).status == 201
    assert (await fresh("DELETE", "/session")).status == 204
    assert (await fresh("GET", "/session")).code == "not-signed-in"


async def test_a_stolen_refresh_token_used_twice_signs_the_thief_and_the_owner_out(blog: Blog, visitor: Caller) -> None:
    first = await by_code(visitor, await code_for(blog, blog.ada))
    stolen = first.json["refresh_token"]
    thief = await trade(visitor, refresh_token=stolen)
    assert (await speaking(visitor, thief).post("I am Ada")).status == 201
    late = await trade(visitor, refresh_token=stolen)
    assert (late.status, late.code) == (401, "not-signed-in")
    for one in (first, thief):
        assert (await speaking(visitor, one)("GET", "/session")).status == 401
    assert (await trade(visitor, refresh_token=thief.json["refresh_token"])).status == 401


async def test_a_refresh_token_is_for_pages_of_its_origin(blog: Blog, visitor: Caller) -> None:
    refresh_token = (await by_code(visitor, await code_for(blog, blog.ada))).json["refresh_token"]
    body = {"refresh_token": refresh_token}
    for origin in ("https://thief.example", "null", "https://blog.example:8443"):
        assert (await visitor("POST", "/session", json=body, headers={"Origin": origin})).code == "not-signed-in"
    assert (await visitor("POST", "/session", json=body, headers={"Origin": ORIGIN})).status == 200


async def test_signing_out_everywhere(blog: Blog, visitor: Caller) -> None:
    callers = [speaking(visitor, await by_code(visitor, await code_for(blog, blog.ada))) for _ in range(3)]
    listed = (await callers[0]("GET", "/members/me/sessions")).json["sessions"]
    assert [one["origin"] for one in listed] == [ORIGIN] * 3
    assert (await callers[0]("DELETE", f"/members/me/sessions/{listed[2]['id']}")).status == 204
    assert [(await one("GET", "/session")).status for one in callers] == [200, 200, 401]
    assert (await callers[0]("DELETE", "/session?everywhere=1")).status == 204
    assert [(await one("GET", "/session")).status for one in callers] == [401] * 3


async def test_an_owners_session_of_the_widget_moderates_nothing(blog: Blog, visitor: Caller) -> None:
    olive = speaking(visitor, await by_code(visitor, await code_for(blog, blog.owner)))
    assert (await olive("GET", "/queue")).code == "not-moderator"


async def test_a_suspended_member_is_told_so_and_refused(blog: Blog, visitor: Caller) -> None:
    answer = await by_code(visitor, await code_for(blog, blog.ada))
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange("suspended"))
    ada = speaking(visitor, answer)
    assert (await ada.post("Hello")).code == "suspended"
    again = await trade(visitor, refresh_token=answer.json["refresh_token"])
    assert (await speaking(visitor, again)("GET", "/session")).json["why_not"] == "suspended"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": "x"},
        {"code_verifier": VERIFIER},
        {"sso": "x", "refresh_token": "y"},
        {"code": "x", "code_verifier": VERIFIER, "refresh_token": "y"},
    ],
)
async def test_one_of_three_shapes_is_needed(visitor: Caller, body: dict[str, str]) -> None:
    answer = await trade(visitor, **body)
    assert answer.status == 422
    assert "{refresh_token}" in answer.json["errors"][0]["detail"]


async def test_all_that_does_not_hold_gets_one_body(blog: Blog, visitor: Caller, clock: Clock) -> None:
    used = await code_for(blog, blog.ada)
    assert (await by_code(visitor, used)).status == 200
    right = await code_for(blog, blog.ada)
    answers = [
        await by_code(visitor, used),
        await by_code(visitor, "gr_unknown"),
        await by_code(visitor, right, VERIFIER + "x"),
        await by_code(visitor, right, "short"),
        await by_code(visitor, right, VERIFIER[:-1] + "\u00e9"),
        await by_code(visitor, right, origin="https://hostile.example"),
        await by_code(visitor, right, origin="null"),
        await trade(visitor, refresh_token="gr_unknown"),
        await trade(visitor, sso="a.b.c"),
    ]
    clock.pass_s(61)
    answers.append(await by_code(visitor, right))
    bodies = [{**answer.json, "request_id": ""} for answer in answers]
    assert [answer.status for answer in answers] == [401] * len(answers)
    assert all(body == bodies[0] for body in bodies)


async def test_a_code_of_one_site_is_none_on_another(blog: Blog, other: Blog, visitor: Caller) -> None:
    code = await code_for(blog, blog.ada)
    elsewhere = Caller(visitor._client, other.site.id, None)
    assert (await by_code(elsewhere, code)).status == 401
    assert (await by_code(elsewhere, await short_for(blog, blog.ada))).status == 401
    assert (await by_code(visitor, code, origin=None)).status == 200  # programs send no Origin


async def test_of_two_trades_at_once_one_gets_the_session(blog: Blog, visitor: Caller) -> None:
    code, short = await code_for(blog, blog.ada), await short_for(blog, blog.ada)
    for one in (code, short):
        answers = await asyncio.gather(*[by_code(visitor, one) for _ in range(4)])
        assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


@pytest.mark.parametrize("write", [in_two, str.lower, lambda code: f" {code[:2]} {code[2:]} "])
async def test_a_short_code_is_typed_as_people_type(blog: Blog, visitor: Caller, clock: Clock, write: Any) -> None:
    code = await short_for(blog, blog.ada)
    clock.pass_s(9 * 60)
    assert (await by_code(visitor, write(code))).status == 200
    assert (await by_code(visitor, write(code))).status == 401


async def test_a_short_code_is_for_the_widget_that_began(blog: Blog, visitor: Caller, clock: Clock) -> None:
    other = urlsafe_b64encode(sha256(b"another").digest()).decode().rstrip("=")
    assert (await by_code(visitor, await short_for(blog, blog.ada, other))).status == 401
    late = await short_for(blog, blog.ada)
    clock.pass_s(10 * 60)
    assert (await by_code(visitor, late)).status == 401


async def test_after_five_wrong_tries_the_right_one_is_too_late(blog: Blog, visitor: Caller) -> None:
    right = await short_for(blog, blog.ada)
    wrong = "22222222" if right != "22222222" else "33333333"
    for _ in range(MOST_TRIES):
        assert (await by_code(visitor, wrong)).status == 401
    assert (await by_code(visitor, right)).status == 401
    assert (await by_code(visitor, await short_for(blog, blog.ada))).status == 401  # nor does a new one help


async def test_a_new_short_code_takes_the_place_of_the_old(blog: Blog, visitor: Caller) -> None:
    old, new = await short_for(blog, blog.ada), await short_for(blog, blog.moderator)
    assert (await by_code(visitor, old)).status == 401
    assert (await by_code(visitor, new)).json["member"]["id"] == blog.moderator.id


async def test_attempts_are_limited_by_address(blog: Blog, visitor: Caller, clock: Clock) -> None:
    object.__setattr__(blog.res, "limits", Limits({"member": Rate(1_000, 60)}, clock))
    for _ in range(30):
        assert (await trade(visitor, refresh_token="gr_x")).status == 401
    answer = await trade(visitor, refresh_token="gr_x")
    assert (answer.status, answer.code) == (429, "rate-limited")
    assert answer.headers["RateLimit-Policy"] == '"sign-in";q=30;w=60'
    clock.pass_s(2)
    assert (await trade(visitor, refresh_token="gr_x")).status == 401


# Links by mail.


async def ask(caller: Caller, email: str, **more: str) -> Answer:
    return await caller("POST", "/sign-in-links", json={"email": email, **more})


async def events(blog: Blog) -> list[tuple[str, str, str | None]]:
    query = Query("SELECT kind, about_id, detail FROM outbox WHERE site_id = :site ORDER BY id", {"site": blog.site.id})
    (rows,) = await blog.res.db.read(query)
    return [(row[0], row[1], row[2]) for row in rows]


async def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_work(blog: Blog, visitor: Caller) -> None:
    known, unknown = await ask(visitor, "ADA@blog.example"), await ask(visitor, "eve@elsewhere.example")
    assert (known.status, unknown.status) == (202, 202)
    assert known.body == unknown.body == b""
    assert {k: v for k, v in known.headers.items() if k != "Date"} == {
        k: v for k, v in unknown.headers.items() if k != "Date"
    }
    queued = await events(blog)
    assert [kind for kind, _, _ in queued] == ["sign_in", "sign_in"]
    assert "@" not in json.dumps(queued)


async def letter(blog: Blog, visitor: Caller, email: str, **more: str) -> Any:
    assert (await ask(visitor, email, **more)).status == 202
    (*_, (_, request_id, _)) = await events(blog)
    return await letter_of(blog.res, "https://comments.example", request_id)


async def test_a_member_gets_a_link_that_keeps_his_way(blog: Blog, visitor: Caller) -> None:
    found = await letter(blog, visitor, "ada@blog.example", to="/sites/blog/popup?origin=https://x&state=a%20b")
    assert (found.kind, found.name, found.email) == ("member", "Ada", "ada@blog.example")
    assert found.url.startswith("https://comments.example/sites/blog/sign-in?token=gr_")
    assert found.url.endswith("&to=/sites/blog/popup%3Forigin%3Dhttps%3A//x%26state%3Da%2520b")


@pytest.mark.parametrize(
    ("policy", "email", "kind"),
    [
        ({}, "eve@elsewhere.example", "nobody"),
        ({"mail_domains": ["elsewhere.example"]}, "eve@elsewhere.example", "newcomer"),
        ({"mail_domains": ["elsewhere.example"]}, "eve@not-elsewhere.example", "nobody"),
        ({"who_may_comment": "signed_in"}, "eve@elsewhere.example", "newcomer"),
        ({"who_may_comment": "anyone"}, "eve@elsewhere.example", "newcomer"),
    ],
)
async def test_who_is_not_known_may_become_somebody_where_the_site_admits(
    res: Resources, visitor: Caller, policy: dict[str, Any], email: str, kind: str
) -> None:
    site = await make_blog(res, "open", **policy)
    found = await letter(site, Caller(visitor._client, "open", None), email)
    assert found.kind == kind
    assert (found.url is None) == (kind == "nobody")


async def test_the_banned_get_no_link_even_where_all_are_welcome(res: Resources, visitor: Caller) -> None:
    site = await make_blog(res, "open", who_may_comment="signed_in")
    await set_member(res, None, site.site, site.ada.id, MemberChange("banned"))
    found = await letter(site, Caller(visitor._client, "open", None), "ada@open.example")
    assert (found.kind, found.url) == ("nobody", None)


async def test_a_newcomer_chooses_a_name_once(res: Resources, visitor: Caller) -> None:
    site = await make_blog(res, "open", who_may_comment="signed_in")
    found = await letter(site, Caller(visitor._client, "open", None), "eve@elsewhere.example")
    link = found.url.partition("token=")[2]
    assert await find_newcomer(res, site.site, link)
    with pytest.raises(Invalid):
        await join_by_link(res, site.site, link, " ")
    member, _ = await join_by_link(res, site.site, link, "Ada")
    assert (member.name, member.email, member.status) == ("Ada 2", "eve@elsewhere.example", "invited")
    with pytest.raises(NotSignedIn):
        await join_by_link(res, site.site, link, "Eve")
    assert (await letter(site, Caller(visitor._client, "open", None), "eve@elsewhere.example")).kind == "member"


async def test_a_request_is_not_answered_late(blog: Blog, visitor: Caller, clock: Clock) -> None:
    await ask(visitor, "ada@blog.example")
    ((_, request_id, _),) = await events(blog)
    clock.pass_s(16 * 60)
    assert await letter_of(blog.res, "https://comments.example", request_id) is None
    assert await letter_of(blog.res, "https://comments.example", "unknown") is None


async def test_five_letters_an_hour_to_one_address_in_silence(blog: Blog, visitor: Caller, clock: Clock) -> None:
    for _ in range(8):
        assert (await ask(visitor, "ada@blog.example")).status == 202
    assert len(await events(blog)) == 5
    clock.pass_s(3_600)
    await ask(visitor, "ada@blog.example")
    assert len(await events(blog)) == 6


async def test_ten_wishes_an_hour_from_one_caller(blog: Blog, visitor: Caller, clock: Clock) -> None:
    object.__setattr__(blog.res, "limits", Limits({"member": Rate(1_000, 60)}, clock))
    for number in range(10):
        assert (await ask(visitor, f"a{number}@blog.example")).status == 202
    assert (await ask(visitor, "a10@blog.example")).code == "rate-limited"


@pytest.mark.parametrize("body", [{"email": "ada"}, {"email": "a@b.example", "to": "//evil.example"}, {}])
async def test_what_is_no_wish(visitor: Caller, body: dict[str, str]) -> None:
    assert (await visitor("POST", "/sign-in-links", json=body)).status == 422
