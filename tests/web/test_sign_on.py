"""The blog's own sign-on: who is let in by its tokens and as whom, and every token that must not be taken."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.actions.set_sign_on import rotate_secret, set_sign_on, shared_secret
from service.actions.sweep import sweep
from service.domain.sign_on import SignOn
from service.storage import identities, members
from service.storage.database import Query
from service.web.app_keys import REPLAYS
from tests.conftest import Blog, Clock
from tests.vouching import Claims, KeyServer, a_key, by_hand, key_server, part, signed
from tests.web.conftest import Answer, Caller

HS256 = {"alg": "HS256", "typ": "JWT"}


class Vouching:
    """A blog that signs for its people with the shared secret."""

    def __init__(self, blog: Blog, caller: Caller, clock: Clock) -> None:
        self.blog, self.caller, self.claims = blog, caller, Claims(clock)
        self.secret = ""

    async def set(self, **settings: Any) -> None:
        set_up = await set_sign_on(self.blog.res, self.blog.site, settings)
        self.secret = shared_secret(self.blog.res, set_up)

    async def send(self, token: str) -> Answer:
        return await self.caller("POST", "/session", json={"sso": token})

    async def __call__(self, header: dict[str, Any] | None = None, **claims: Any) -> Answer:
        """Signs somebody on with these claims."""
        return await self.send(by_hand({**HS256, **(header or {})}, self.claims(**claims), self.secret))

    async def member(self, **claims: Any) -> Any:
        answer = await self(**{"member": True, **claims})
        assert answer.status == 200, answer.json
        return answer.json["member"]


@pytest.fixture
async def vouch(blog: Blog, visitor: Caller, clock: Clock) -> Vouching:
    vouching = Vouching(blog, visitor, clock)
    await vouching.set(kind="hs256")
    return vouching


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with key_server() as serving:
        yield serving


async def refused(answer: Answer, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    """The same 401 as for any token, and the reason in the log alone."""
    assert (answer.status, answer.code) == (401, "not-signed-in")
    told = {name: value for name, value in answer.json.items() if name != "request_id"}
    assert told == {
        "type": "urn:greenroom:not-signed-in",
        "code": "not-signed-in",
        "title": "Not signed in",
        "status": 401,
        "detail": "Sign in first: a valid token of this site is needed.",
    }
    lines = [record.getMessage() for record in caplog.records if record.name == "greenroom.security"]
    assert lines[-1:] == [f"sign-on refused on blog: {reason}"]


async def test_who_is_vouched_for_may_comment(vouch: Vouching, visitor: Caller) -> None:
    answer = await vouch(member=True, email="Grace@Example.org", email_verified=True)
    assert answer.status == 200
    assert set(answer.json) == {"token", "refresh_token", "expires_at", "member"}
    told = answer.json["member"]
    assert (told["name"], told["email"], told["role"], told["status"]) == (
        "Grace",
        "grace@example.org",
        "member",
        "active",
    )
    grace = Caller(visitor._client, "blog", answer.json["token"])
    posted = await grace.post("Hello")
    assert (posted.status, posted.json["author"]["name"]) == (201, "Grace")


@pytest.mark.parametrize("claims", [{}, {"member": False}])
async def test_who_is_not_vouched_for_is_signed_in_and_no_member(vouch: Vouching, claims: dict[str, Any]) -> None:
    answer = await vouch(**claims)
    assert answer.json["member"]["status"] == "invited"
    session = await Caller(vouch.caller._client, "blog", answer.json["token"])("GET", "/session")
    assert (session.json["signed_in"], session.json["may_comment"], session.json["why_not"]) == (
        True,
        False,
        "not-a-member",
    )


async def test_the_owner_may_let_the_sign_on_vouch_for_everybody(vouch: Vouching) -> None:
    await vouch.set(vouches=True)
    assert (await vouch()).json["member"]["status"] == "active"
    assert (await vouch(sub="u2", member=False)).json["member"]["status"] == "invited"


async def test_a_listed_mail_domain_makes_members(vouch: Vouching, blog: Blog) -> None:
    await set_policy(blog.res, blog.site, {"mail_domains": ["club.example"]})
    told = (await vouch(email="a@club.example", email_verified=True)).json["member"]
    assert told["status"] == "active"
    assert (await vouch(sub="u2", email="b@club.example")).json["member"]["status"] == "invited"


# Whose token it is, and what it is signed with.


@pytest.mark.parametrize("alg", ["none", "None", "nOnE"])
async def test_alg_none_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture, alg: str) -> None:
    claims = vouch.claims()
    await refused(await vouch.send(by_hand({"alg": alg}, claims)), caplog, "not-a-jwt")
    await refused(await vouch.send(by_hand({"alg": alg}, claims, vouch.secret)), caplog, "algorithm")


async def test_alg_switching_is_refused(
    vouch: Vouching, keys: KeyServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    key = a_key("RSA", 2048)
    keys.keys = [key]
    await vouch.set(kind="jwks", issuer="https://blog.example", jwks_url=keys.url)
    claims = {"iss": "https://blog.example", "member": True}
    public = key.as_pem(private=False).decode()
    await refused(
        await vouch.send(by_hand({**HS256, "kid": "k1"}, vouch.claims(**claims), public)), caplog, "algorithm"
    )
    await vouch.set(kind="hs256")
    await refused(await vouch.send(signed(key, "RS256", vouch.claims(**claims))), caplog, "algorithm")


@pytest.mark.parametrize("alg", ["HS384", "HS512", "RS256", "PS256", "hs256", 5, None, ["HS256"]])
async def test_another_algorithm_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture, alg: object) -> None:
    await refused(await vouch.send(by_hand({"alg": alg}, vouch.claims(), vouch.secret)), caplog, "algorithm")


async def test_another_secret_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    for secret in ("secret", vouch.secret + "x", shared_secret(vouch.blog.res, SignOn("other"))):
        token = by_hand(HS256, vouch.claims(), secret)
        await refused(await vouch.send(token), caplog, "signature")


async def test_a_tampered_token_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    head, claims, signature = by_hand(HS256, vouch.claims(), vouch.secret).split(".")
    _, others, _ = by_hand(HS256, vouch.claims(sub="u2"), vouch.secret).split(".")
    await refused(await vouch.send(f"{head}.{others}.{signature}"), caplog, "signature")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    await refused(await vouch.send(f"{head}.{claims}.{flipped}"), caplog, "signature")


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"enc": "A256GCM"},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/x"},
        {"jwk": {"kty": "oct", "k": "eA"}},
        {"typ": "dpop+jwt"},
        {"kid": 5},
        {"kid": "k" * 256},
    ],
    ids=lambda header: next(iter(header)),
)
async def test_a_header_that_would_lead_us_is_refused(
    vouch: Vouching, caplog: pytest.LogCaptureFixture, header: dict[str, Any]
) -> None:
    await refused(await vouch(header), caplog, "header")


@pytest.mark.parametrize(
    "token",
    [
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "..",
        "a..c",
        " a.b.c",
        "a.b.c\n",
        "é.b.c",
        "{}",
        "eyJ.e30.x",
        "e30=.e30.x",
        "W10.e30.x",
    ],
)
async def test_what_is_no_token_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture, token: str) -> None:
    answer = await vouch.send(token)
    lines = [r.getMessage() for r in caplog.records if r.name == "greenroom.security"]
    assert (answer.status, len(lines)) == (401, 1)
    assert lines[0].endswith(("not-a-jwt", "algorithm"))


async def test_a_token_that_is_too_long_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    await refused(await vouch(x="y" * 8_192), caplog, "too-long")
    await refused(await vouch(x="y" * 40_000), caplog, "too-long")


async def test_a_doubled_field_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    token = by_hand(b'{"alg":"none","alg":"HS256"}', vouch.claims(), vouch.secret)
    await refused(await vouch.send(token), caplog, "not-a-jwt")
    token = by_hand(HS256, b'{"sub":"u1","sub":"u2"}', vouch.secret)
    await refused(await vouch.send(token), caplog, "not-a-jwt")


@pytest.mark.parametrize("claims", [b"[]", b"5", b"{", b"\xff", b'{"exp": NaN}', b"[" * 5_000])
async def test_claims_that_are_no_object_are_refused(
    vouch: Vouching, caplog: pytest.LogCaptureFixture, claims: bytes
) -> None:
    await refused(await vouch.send(by_hand(HS256, claims, vouch.secret)), caplog, "not-a-jwt")


# For whom, from whom, when.


@pytest.mark.parametrize("aud", ["other", "", "Blog", ["other"], [], None, 5, {"blog": 1}], ids=str)
async def test_another_audience_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture, aud: object) -> None:
    await refused(await vouch(aud=aud), caplog, "claims" if isinstance(aud, int | dict) else "audience")


async def test_one_audience_among_several_is_ours(vouch: Vouching) -> None:
    assert (await vouch(aud=["other", "blog"])).status == 200


@pytest.mark.parametrize("iss", [None, "", "https://evil.example", "https://blog.example/", 5], ids=str)
async def test_another_issuer_is_refused(vouch: Vouching, caplog: pytest.LogCaptureFixture, iss: object) -> None:
    await vouch.set(issuer="https://blog.example")
    await refused(await vouch(iss=iss), caplog, "claims" if isinstance(iss, int) else "issuer")
    assert (await vouch(iss="https://blog.example")).status == 200


async def test_an_expired_token_is_refused(vouch: Vouching, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    now = clock.now // 1000
    assert (await vouch(iat=now - 100, exp=now - 59)).status == 200
    await refused(await vouch(iat=now - 100, exp=now - 60), caplog, "expired")
    await refused(await vouch(exp=None), caplog, "expired")


async def test_a_token_of_the_future_is_refused(
    vouch: Vouching, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    now = clock.now // 1000
    assert (await vouch(iat=now + 60, exp=now + 120)).status == 200
    await refused(await vouch(iat=now + 61, exp=now + 120), caplog, "issued-at")
    await refused(await vouch(iat=None), caplog, "issued-at")
    await refused(await vouch(nbf=now + 61), caplog, "not-yet")


async def test_a_token_that_lasts_too_long_is_refused(
    vouch: Vouching, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    now = clock.now // 1000
    assert (await vouch(exp=now + 600)).status == 200
    await refused(await vouch(exp=now + 601), caplog, "too-long-lived")


@pytest.mark.parametrize("value", ["1795435200", True, -1, 1e300, 10**400, [], {}], ids=lambda v: str(v)[:12])
@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
async def test_a_time_that_is_none_is_refused(
    vouch: Vouching, caplog: pytest.LogCaptureFixture, name: str, value: object
) -> None:
    await refused(await vouch(**{name: value}), caplog, "claims")


@pytest.mark.parametrize("value", [None, "", "x" * 256, 5, "\x00", "a\nb", "\ud800"], ids=ascii)
@pytest.mark.parametrize("name", ["sub", "jti"])
async def test_a_subject_or_id_that_is_none_is_refused(
    vouch: Vouching, caplog: pytest.LogCaptureFixture, name: str, value: object
) -> None:
    await refused(await vouch(**{name: value}), caplog, "claims")


@pytest.mark.parametrize(
    "claims",
    [
        *({"name": 5}, {"email": []}, {"email_verified": "true"}, {"roles": "owner"}, {"member": "yes"}),
        *({name: "\ud800"} for name in ("iat", "exp", "nbf", "email_verified", "roles", "member")),
    ],
    ids=ascii,
)
async def test_a_claim_of_another_kind_is_refused(
    vouch: Vouching, caplog: pytest.LogCaptureFixture, claims: dict[str, Any]
) -> None:
    await refused(await vouch(**claims), caplog, "claims")


async def test_a_site_without_sign_on_refuses_all(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    await vouch.set(kind="off")
    await refused(await vouch(), caplog, "off")


async def test_neither_token_nor_person_is_in_the_log(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = by_hand(HS256, vouch.claims(aud="x", email="grace@example.org"), vouch.secret)
    await vouch.send(token)
    assert token not in caplog.text
    assert token.rpartition(".")[2] not in caplog.text
    assert "grace" not in caplog.text.lower()


# Once only.


async def test_a_token_holds_once(vouch: Vouching, caplog: pytest.LogCaptureFixture) -> None:
    token = by_hand(HS256, vouch.claims(), vouch.secret)
    assert (await vouch.send(token)).status == 200
    await refused(await vouch.send(token), caplog, "replayed")
    await refused(await vouch(jti="j1"), caplog, "replayed")


async def test_a_token_used_by_many_at_once_holds_once(vouch: Vouching, blog: Blog) -> None:
    token = by_hand(HS256, vouch.claims(member=True), vouch.secret)
    answers = await asyncio.gather(*[vouch.send(token) for _ in range(8)])
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7
    assert len(await members.page(blog.res.db, "blog", "", 50)) == 4


async def test_one_who_comes_twice_at_once_is_one(vouch: Vouching, blog: Blog) -> None:
    answers = await asyncio.gather(*[vouch(member=True) for _ in range(8)])
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["member"]["id"] for answer in answers}) == 1
    assert len(await members.page(blog.res.db, "blog", "", 50)) == 4


async def test_an_id_is_forgotten_when_its_token_no_longer_holds(
    vouch: Vouching, blog: Blog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    token = by_hand(HS256, vouch.claims(), vouch.secret)
    await vouch.send(token)
    replays = vouch.caller._client.app[REPLAYS]  # type: ignore[index]
    count = Query("SELECT COUNT(*) FROM used_jtis", {})
    clock.pass_s(359)
    await sweep(blog.res, replays)
    assert (await blog.res.db.read(count))[0][0][0] == 1
    await refused(await vouch.send(token), caplog, "replayed")
    clock.pass_s(2)
    await sweep(blog.res, replays)
    assert (await blog.res.db.read(count))[0][0][0] == 0
    await refused(await vouch.send(token), caplog, "expired")


# Who it is.


async def test_the_subject_is_who_he_is_not_his_address(vouch: Vouching) -> None:
    first = await vouch.member(email="g@example.org", email_verified=True)
    again = await vouch.member(email="new@example.org", email_verified=True, name="Someone")
    other = await vouch.member(sub="u2", email="g@example.org")
    assert first["id"] == again["id"] != other["id"]


async def test_a_proven_address_finds_a_member_the_first_time(vouch: Vouching, blog: Blog) -> None:
    told = await vouch.member(name="Ada L.", email="ada@blog.example", email_verified=True)
    assert (told["id"], told["name"]) == (blog.ada.id, "Ada")


async def test_an_address_that_is_not_proven_finds_nobody(vouch: Vouching, blog: Blog) -> None:
    for verified in (False, None):
        told = await vouch.member(sub=f"u{verified}", email="ada@blog.example", email_verified=verified)
        assert told["id"] != blog.ada.id
        assert told["email"] is None


async def test_an_address_that_changed_hands_finds_nobody(vouch: Vouching) -> None:
    first = await vouch.member(email="desk@example.org", email_verified=True)
    second = await vouch.member(sub="u2", email="desk@example.org", email_verified=True)
    assert (second["id"] != first["id"], second["email"]) == (True, None)


async def test_nobody_escapes_a_ban_by_another_subject(vouch: Vouching, blog: Blog) -> None:
    first = await vouch.member(email="troll@example.org", email_verified=True)
    await set_member(blog.res, None, blog.site, first["id"], MemberChange("banned"))
    second = await vouch.member(sub="u2", email="troll@example.org", email_verified=True)
    assert (second["id"], second["status"]) == (first["id"], "banned")


async def test_a_name_that_is_taken_gets_a_number_and_keeps_it(vouch: Vouching, clock: Clock) -> None:
    first = await vouch.member(name="Mо")  # with a Cyrillic o: it looks like the moderator's
    assert first["name"] == "Mо 2"
    clock.pass_s(1)
    assert (await vouch.member(name="Mо"))["name"] == "Mо 2"
    clock.pass_s(1)
    assert (await vouch.member(name="Hopper"))["name"] == "Hopper"


@pytest.mark.parametrize("name", [None, "", "  ", "\u200b", "a\x00b"])
async def test_a_name_that_nobody_could_read_is_replaced(vouch: Vouching, name: str | None) -> None:
    assert (await vouch.member(name=name))["name"] == "Member"


async def test_a_long_name_is_cut(vouch: Vouching) -> None:
    assert (await vouch.member(name="x" * 300))["name"] == "x" * 80


async def test_what_is_newer_is_taken_over_and_what_is_older_is_not(vouch: Vouching, clock: Clock) -> None:
    now = clock.now // 1000
    await vouch.member()
    told = await vouch.member(iat=now + 2, name="Hopper", email="h@example.org", email_verified=True)
    assert (told["name"], told["email"]) == ("Hopper", "h@example.org")
    told = await vouch.member(iat=now + 1, name="Older", email="o@example.org", email_verified=True)
    assert (told["name"], told["email"]) == ("Hopper", "h@example.org")


async def test_a_membership_that_the_blog_gave_it_takes(vouch: Vouching, clock: Clock) -> None:
    assert (await vouch.member())["status"] == "active"
    clock.pass_s(1)
    assert (await vouch.member(member=False))["status"] == "invited"
    clock.pass_s(1)
    assert (await vouch.member())["status"] == "active"


async def test_a_membership_that_the_owner_gave_it_does_not_take(vouch: Vouching, clock: Clock) -> None:
    proven = {"email": "ada@blog.example", "email_verified": True}
    assert (await vouch.member(**proven))["status"] == "active"
    clock.pass_s(1)
    assert (await vouch.member(member=False, **proven))["status"] == "active"


@pytest.mark.parametrize("status", ["suspended", "banned"])
async def test_a_token_ends_no_suspension_and_no_ban(vouch: Vouching, blog: Blog, clock: Clock, status: Any) -> None:
    member = await vouch.member()
    await set_member(blog.res, None, blog.site, member["id"], MemberChange(status))
    clock.pass_s(1)
    answer = await vouch(member=True)
    assert answer.json["member"]["status"] == status
    grace = Caller(vouch.caller._client, "blog", answer.json["token"])
    assert (await grace.post("Hello")).code == status


async def test_roles_need_the_owners_leave(vouch: Vouching, blog: Blog, clock: Clock) -> None:
    assert (await vouch.member(roles=["moderator", "owner"]))["role"] == "member"
    await vouch.set(roles=True)
    clock.pass_s(1)
    assert (await vouch.member(roles=["owner"]))["role"] == "member"
    clock.pass_s(1)
    assert (await vouch.member(roles=["moderator", "owner"]))["role"] == "moderator"
    assert (await vouch.member(sub="u2", roles=["moderator"]))["role"] == "moderator"
    clock.pass_s(1)
    assert (await vouch.member())["role"] == "member"
    told = await vouch.member(sub="mo", email="mo@blog.example", email_verified=True)
    assert told["role"] == "moderator"
    clock.pass_s(1)
    assert (await vouch.member(sub="mo"))["role"] == "moderator"


async def test_a_moderator_from_elsewhere_has_no_powers_in_the_widget(vouch: Vouching, blog: Blog) -> None:
    await vouch.set(roles=True)
    answer = await vouch(member=True, roles=["moderator"])
    assert (await Caller(vouch.caller._client, "blog", answer.json["token"])("GET", "/queue")).code == "not-moderator"


async def test_whoever_was_erased_comes_as_somebody_new(vouch: Vouching, blog: Blog) -> None:
    answer = await vouch(member=True)
    grace = Caller(vouch.caller._client, "blog", answer.json["token"])
    (told,) = (await grace("GET", "/members/me/export")).json["identities"]
    assert (told["subject"], told["name"]) == ("u1", "Grace")
    assert (await grace("DELETE", "/members/me")).status == 204
    assert await identities.find(blog.res.db, "blog", "", "u1") is None
    assert (await vouch.member())["id"] != answer.json["member"]["id"]


async def test_sites_are_apart(vouch: Vouching, other: Blog) -> None:
    foreign = Caller(vouch.caller._client, "other", None)
    token = by_hand(HS256, vouch.claims(aud=["blog", "other"]), vouch.secret)
    await set_sign_on(other.res, other.site, {"kind": "hs256"})
    assert (await foreign("POST", "/session", json={"sso": token})).status == 401
    assert (await vouch.send(token)).status == 200


# Keys, and that they change.


async def test_the_secret_before_this_one_holds_for_a_day(
    vouch: Vouching, blog: Blog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    before = vouch.secret
    set_up = await rotate_secret(blog.res, blog.site)
    vouch.secret = shared_secret(blog.res, set_up)
    assert vouch.secret != before
    assert (await vouch()).status == 200
    clock.pass_s(86_399)
    assert (await vouch.send(by_hand(HS256, vouch.claims(), before))).status == 200
    clock.pass_s(1)
    await refused(await vouch.send(by_hand(HS256, vouch.claims(), before)), caplog, "signature")
    assert (await vouch()).status == 200


class Signing:
    """A blog that signs for its people with keys of its own."""

    def __init__(self, vouch: Vouching, keys: KeyServer, clock: Clock) -> None:
        self.vouch, self.keys = vouch, keys
        self.claims = Claims(clock, iss="https://blog.example", member=True)

    async def __call__(self, key: Any, alg: str = "ES256", **header: Any) -> Answer:
        return await self.vouch.send(signed(key, alg, self.claims(), **header))


@pytest.fixture
async def signing(vouch: Vouching, keys: KeyServer, clock: Clock) -> Signing:
    await vouch.set(kind="jwks", issuer="https://blog.example", jwks_url=keys.url)
    return Signing(vouch, keys, clock)


@pytest.mark.parametrize(
    ("kty", "arg", "alg"), [("RSA", 2048, "RS256"), ("EC", "P-256", "ES256"), ("OKP", "Ed25519", "Ed25519")]
)
async def test_keys_by_url(signing: Signing, keys: KeyServer, kty: str, arg: Any, alg: str) -> None:
    key = a_key(kty, arg)
    keys.keys = [a_key("RSA", 2048, kid="k0"), key]
    assert (await signing(key, alg, kid="k1")).status == 200
    assert (await signing(key, alg)).status == 200
    assert keys.fetched == 1


async def test_eddsa_by_its_older_name(signing: Signing, keys: KeyServer) -> None:
    key = a_key("OKP", "Ed25519", alg="EdDSA")
    keys.keys = [key]
    head, claims = by_hand({"alg": "EdDSA", "kid": "k1"}, signing.claims()).split(".")[:2]
    signature = key.private_key.sign(f"{head}.{claims}".encode())  # type: ignore[union-attr,call-arg]
    assert (await signing.vouch.send(f"{head}.{claims}.{part(signature)}")).status == 200


async def test_a_new_key_is_known_at_once(signing: Signing, keys: KeyServer, clock: Clock) -> None:
    old, new = a_key(), a_key(kid="k2")
    keys.keys = [old]
    assert (await signing(old, kid="k1")).status == 200
    keys.keys = [old, new]
    assert (await signing(new, kid="k2")).status == 200
    assert keys.fetched == 2


async def test_keys_are_asked_for_seldom(
    signing: Signing, keys: KeyServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    key = a_key()
    keys.keys = [key]
    answers = await asyncio.gather(*[signing(key, kid="k1") for _ in range(8)])
    assert ({answer.status for answer in answers}, keys.fetched) == ({200}, 1)
    for n in range(20):
        await refused(await signing(key, kid=f"x{n}"), caplog, "unknown-key")
    assert keys.fetched == 2
    clock.pass_s(30)
    await refused(await signing(key, kid="x"), caplog, "unknown-key")
    assert keys.fetched == 3
    clock.pass_s(599)
    assert ((await signing(key, kid="k1")).status, keys.fetched) == (200, 3)
    clock.pass_s(1)
    assert ((await signing(key, kid="k1")).status, keys.fetched) == (200, 4)


async def test_a_key_that_was_withdrawn_dies(
    signing: Signing, keys: KeyServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    key = a_key()
    keys.keys = [key]
    assert (await signing(key, kid="k1")).status == 200
    keys.keys = [a_key(kid="k2")]
    clock.pass_s(600)
    await refused(await signing(key, kid="k1"), caplog, "unknown-key")


async def test_while_the_keys_cannot_be_had_the_last_ones_hold_for_an_hour(
    signing: Signing, keys: KeyServer, clock: Clock
) -> None:
    key = a_key()
    keys.keys = [key]
    assert (await signing(key, kid="k1")).status == 200
    keys.failing = True
    clock.pass_s(3_599)
    assert (await signing(key, kid="k1")).status == 200
    clock.pass_s(1)
    answer = await signing(key, kid="k1")
    assert (answer.status, answer.code) == (503, "unreachable")
    assert "Retry-After" in answer.headers
    keys.failing = False
    clock.pass_s(30)
    assert (await signing(key, kid="k1")).status == 200


_UNFIT = {
    "for encryption": {"use": "enc"},
    "for signing only": {"key_ops": ["sign"]},
    "for another algorithm": {"alg": "ES512"},
}


@pytest.mark.parametrize("what", _UNFIT)
async def test_a_key_for_another_use_is_refused(
    signing: Signing, keys: KeyServer, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    key = a_key()
    keys.keys = [{**key.as_dict(private=False), **_UNFIT[what]}]
    await refused(await signing(key, kid="k1"), caplog, "unknown-key")


async def test_keys_that_are_none_are_refused(
    signing: Signing, keys: KeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    key, weak = a_key(), a_key("RSA", 1024, kid="weak")
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "oct"}
    keys.keys = [key.as_dict(private=True), weak, secret, a_key("EC", "P-384", kid="k384"), {"kty": "new"}, 5]
    for kid in ("k1", "weak", "oct"):
        await refused(await signing(key, kid=kid), caplog, "unknown-key")
    await refused(await signing(weak, "RS256", kid="weak"), caplog, "unknown-key")


async def test_another_key_of_the_same_id_is_refused(
    signing: Signing, keys: KeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    keys.keys = [a_key()]
    await refused(await signing(a_key(), kid="k1"), caplog, "signature")


# What owners set.


async def test_secrets_never_come_back(olive: Caller) -> None:
    told = {"kind": "oidc", "issuer": "https://id.example", "client_id": "greenroom", "client_secret": "s3cret-s3cret"}
    answer = await olive("PATCH", "/sign-on", json=told)
    assert answer.status == 200
    assert answer.json["has_client_secret"] is True
    assert answer.json["callback_url"] == "http://127.0.0.1/sites/blog/sign-in/oidc/callback"
    for one in (answer, await olive("GET", "/sign-on")):
        assert b"s3cret" not in one.body


async def test_another_provider_is_told_nothing_and_trusted_with_nothing(olive: Caller) -> None:
    told = {"kind": "oidc", "issuer": "https://id.example", "client_id": "greenroom", "client_secret": "s3cret-s3cret"}
    await olive("PATCH", "/sign-on", json={**told, "roles": True, "vouches": True})
    same = (await olive("PATCH", "/sign-on", json={"client_id": "other"})).json
    assert (same["client_id"], same["has_client_secret"], same["roles"], same["vouches"]) == ("other", True, True, True)
    moved = {"issuer": "https://evil.example", "client_id": "other"}
    for change in (moved, {"kind": "hs256"}):
        new = (await olive("PATCH", "/sign-on", json=change)).json
        assert (new["has_client_secret"], new["roles"], new["vouches"]) == (False, False, False)
    assert new["issuer"] == ""


async def test_a_client_secret_is_stored_encrypted(olive: Caller, blog: Blog) -> None:
    told = {"kind": "oidc", "issuer": "https://id.example", "client_id": "greenroom", "client_secret": "s3cret-s3cret"}
    await olive("PATCH", "/sign-on", json=told)
    ((row,),) = await blog.res.db.read(Query("SELECT client_secret FROM sign_on", {}))
    assert row[0].count(".") == 4
    assert "s3cret" not in row[0]


async def test_the_secret_is_shown_and_rotated(olive: Caller) -> None:
    first = (await olive("POST", "/sign-on/secret", json={})).json
    assert first == (await olive("POST", "/sign-on/secret", json={})).json
    assert (len(first["secret"]), first["previous_until"]) == (43, None)
    second = (await olive("POST", "/sign-on/secret", json={"rotate": True})).json
    assert second["secret"] != first["secret"]
    assert second["previous_until"] == "2026-11-24T12:00:00.000Z"


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"kind": "jwks"}, "/issuer"),
        ({"kind": "jwks", "issuer": "x"}, "/jwks_url"),
        ({"kind": "oidc", "issuer": "https://id.example"}, "/client_id"),
        ({"kind": "oidc", "issuer": "file:///etc", "client_id": "x"}, "/issuer"),
        ({"kind": "oidc", "issuer": "https://id.example?x", "client_id": "x"}, "/issuer"),
        ({"kind": "jwks", "issuer": "x", "jwks_url": "gopher://x.example/"}, "/jwks_url"),
        ({"kind": "saml"}, "/kind"),
        ({"kind": "hs256", "issuer": "a\0b"}, "/issuer"),
        ({"kind": "oidc", "issuer": "https://id.example", "client_id": "a\nb"}, "/client_id"),
        ({"kind": "off", "secret": "x"}, "/secret"),
    ],
    ids=str,
)
async def test_what_cannot_be_set(olive: Caller, told: dict[str, Any], pointer: str) -> None:
    answer = await olive("PATCH", "/sign-on", json=told)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert (await olive("GET", "/sign-on")).json["kind"] == "off"


async def test_the_example_in_the_docs_works(vouch: Vouching, clock: Clock) -> None:
    clock.now = time.time_ns() // 1_000_000
    text = (Path(__file__).parents[2] / "docs" / "sign-on.md").read_text(encoding="utf-8")
    made: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0], made)
    answer = await vouch.send(made["token"](vouch.secret, {"id": "7", "name": "Grace", "paid": True}))
    assert (answer.status, answer.json["member"]["status"]) == (200, "active")
