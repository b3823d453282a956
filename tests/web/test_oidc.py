"""Signing in at an OpenID provider, all the way by HTTP: with a provider that others wrote, and with one that lies."""

import asyncio
import json
import re
import subprocess
import sys
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.actions.set_sign_on import set_sign_on
from service.storage import members
from service.storage.database import Query
from service.web.app_keys import SERVING
from tests.conftest import Blog, Clock
from tests.vouching import a_key, by_hand, signed

Client = TestClient[web.Request, web.Application]
CALLBACK = "/sites/blog/sign-in/oidc/callback"


class Browser:
    """Somebody's browser: keeps our cookies, and goes where he is sent."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> tuple[int, str, str]:
        """Status, where it is sent, and what it reads."""
        self.client.session.cookie_jar.clear()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie} if cookie else {}
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            for name, morsel in answer.cookies.items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]
            self.headers = answer.headers
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def begin(self, to: str = "/sites/blog/thread?key=/post.html") -> str:
        """To the provider; gives the URL that the browser is sent to."""
        status, location, text = await self.get(f"/sites/blog/sign-in/oidc?to={to.replace('?', '%3F')}")
        assert status == 303, text
        return location

    async def end(self, location: str) -> tuple[int, str, str]:
        """Back from the provider."""
        parts = urlsplit(location)
        assert parts.path == CALLBACK
        return await self.get(f"{parts.path}?{parts.query}")


@pytest.fixture
def browser(client: Client) -> Browser:
    return Browser(client)


# A provider that others wrote.

USERS: tuple[dict[str, Any], ...] = (
    {"sub": "grace", "name": "Grace Hopper", "email": "grace@example.org", "email_verified": True},
    {"sub": "mallory", "name": "Ada", "email": "ada@blog.example", "email_verified": False},
    {"sub": "nameless"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider in a process of its own; gives its issuer."""
    users = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", "0", "--require-nonce", *users]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        issuer = None
        while issuer is None:
            line = process.stderr.readline()
            assert line, "the provider ended before it was ready"
            issuer = re.search(r"running on (http://[0-9.:]+)", line)
        yield issuer[1]
        process.terminate()


@pytest.fixture
async def at_provider(blog: Blog, provider: str, clock: Clock) -> str:
    """The site uses it. (It lives in the real time, so we do, too.)"""
    clock.now = time.time_ns() // 1_000_000
    told = {"kind": "oidc", "issuer": provider, "client_id": "greenroom", "client_secret": "s3cret", "vouches": True}
    await set_sign_on(blog.res, blog.site, told)
    return provider


async def consent(url: str, sub: str = "grace", **form: str) -> str:
    """What the person does at the provider; gives the URL that he is sent back to."""
    asked = {"sub": sub, **form}
    async with aiohttp.ClientSession() as session, session.post(url, data=asked, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]


async def test_the_whole_way(browser: Browser, at_provider: str, blog: Blog) -> None:
    _, _, text = await browser.get("/sites/blog/sign-in?to=/sites/blog/thread?key=/post.html")
    button = re.search(r'href="(/sites/blog/sign-in/oidc\?to=[^"]*)">Sign in with 127.0.0.1<', text)
    assert button
    status, location, _ = await browser.get(button[1])
    assert status == 303
    assert set(browser.cookies) == {"greenroom_oidc-blog"}
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert location.startswith(f"{at_provider}/oauth2/authorize?")
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == (
        "code",
        "openid profile email",
        "S256",
    )
    assert asked["redirect_uri"] == f"http://127.0.0.1{CALLBACK}"
    status, location, _ = await browser.end(await consent(location))
    assert (status, location) == (303, "/sites/blog/thread?key=/post.html")
    assert set(browser.cookies) == {"greenroom-blog"}
    assert "Signed in as Grace Hopper" in re.sub(r"<[^>]*>", "", (await browser.get(location))[2])
    grace = (await members.page(blog.res.db, "blog", "", 50))[-1]
    assert (grace.name, grace.email, grace.status, grace.role) == (
        "Grace Hopper",
        "grace@example.org",
        "active",
        "member",
    )


async def test_who_comes_again_is_the_same(client: Client, at_provider: str, blog: Blog) -> None:
    for _ in range(2):
        one = Browser(client)
        assert (await one.end(await consent(await one.begin())))[0] == 303
    assert len(await members.page(blog.res.db, "blog", "", 50)) == 4


async def test_an_address_that_is_not_proven_makes_nobody_somebody(
    browser: Browser, at_provider: str, blog: Blog
) -> None:
    assert (await browser.end(await consent(await browser.begin(), "mallory")))[0] == 303
    told = (await members.page(blog.res.db, "blog", "", 50))[-1]
    assert (told.id != blog.ada.id, told.name, told.email) == (True, "Ada 2", None)


async def test_who_tells_nothing_of_himself_gets_a_name(browser: Browser, at_provider: str, blog: Blog) -> None:
    assert (await browser.end(await consent(await browser.begin(), "nameless")))[0] == 303
    assert (await members.page(blog.res.db, "blog", "", 50))[-1].name == "Member"


async def test_who_breaks_off_is_told_so(browser: Browser, at_provider: str) -> None:
    location = await consent(await browser.begin(), action="deny")
    assert "error=access_denied" in location
    await not_signed_in(browser, location)


async def test_a_code_is_good_for_one_browser_once(client: Client, at_provider: str) -> None:
    one, other = Browser(client), Browser(client)
    location = await consent(await one.begin())
    await not_signed_in(other, location)  # his own cookie is missing
    await other.begin()
    await not_signed_in(other, location)  # and another's is no help
    assert (await one.end(location))[0] == 303
    await not_signed_in(one, location)


async def test_a_code_used_by_many_at_once_is_good_once(client: Client, at_provider: str) -> None:
    one = Browser(client)
    location = await consent(await one.begin())
    tabs = [Browser(client) for _ in range(5)]
    for tab in tabs:
        tab.cookies = dict(one.cookies)
    answers = await asyncio.gather(*[tab.end(location) for tab in tabs])
    assert sorted(status for status, _, _ in answers) == [303, 401, 401, 401, 401]


async def not_signed_in(browser: Browser, location: str) -> None:
    """A plain page, nothing of what came in it, and no session."""
    held = dict(browser.cookies)
    status, _, text = await browser.end(location)
    assert status == 401
    assert "That did not work" in text
    assert "Content-Security-Policy" in browser.headers
    for values in parse_qs(urlsplit(location).query).values():
        assert values[0] not in text
    assert browser.cookies == held


# A provider that lies.


class Liar:
    """A provider of our own: right in all it does, until a test has it do something else."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key, self.alg = a_key(), "ES256"
        self.issuer = ""
        self.about: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {"name": "Grace", "email": "grace@example.org", "email_verified": True}
        self.header: dict[str, Any] = {"kid": "k1"}
        self.id_token: str | None = None
        self.asked: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.bearers: list[str] = []
        self.authorization = ""
        self.answer: Any = None
        self.fetched: dict[str, int] = {}

    async def discovery(self, request: web.Request) -> web.Response:
        self.fetched["discovery"] = self.fetched.get("discovery", 0) + 1
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.metadata,
        }
        return web.json_response({name: value for name, value in told.items() if value is not None})

    async def jwks(self, request: web.Request) -> web.Response:
        self.fetched["jwks"] = self.fetched.get("jwks", 0) + 1
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        self.authorization = request.headers.get("Authorization", "")
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        right = challenge == self.asked["code_challenge"] and form["redirect_uri"] == self.asked["redirect_uri"]
        if not right or form["code"] != "the-code":
            return web.json_response({"error": "invalid_grant"}, status=400)
        if self.answer is not None:
            return web.json_response(self.answer)
        return web.json_response({"id_token": self.id_token or self.signed(), "access_token": "at", "token_type": "x"})

    def told(self) -> dict[str, Any]:
        now = self.clock.now // 1000
        usual = {
            "iss": self.issuer,
            "aud": "greenroom",
            "sub": "g1",
            "iat": now,
            "exp": now + 3_600,
            "nonce": self.asked.get("nonce"),
        }
        return {name: value for name, value in {**usual, **self.claims}.items() if value is not None}

    def signed(self) -> str:
        return signed(self.key, self.alg, self.told(), **self.header)

    async def userinfo(self, request: web.Request) -> web.Response:
        self.bearers.append(request.headers.get("Authorization", ""))
        return web.json_response(self.about)

    def consent(self, url: str, **more: str) -> str:
        """What the person does there; gives the URL that he is sent back to."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        query = "&".join(f"{n}={v}" for n, v in {"code": "the-code", "state": self.asked["state"], **more}.items())
        return f"{self.asked['redirect_uri']}?{query}"


@asynccontextmanager
async def lying(clock: Clock) -> AsyncIterator[Liar]:
    liar, app = Liar(clock), web.Application()
    app.router.add_get("/.well-known/openid-configuration", liar.discovery)
    app.router.add_get("/jwks", liar.jwks)
    app.router.add_post("/token", liar.token)
    app.router.add_get("/userinfo", liar.userinfo)
    async with TestServer(app) as server:
        liar.issuer = str(server.make_url("/")).rstrip("/")
        yield liar


@pytest.fixture
async def liar(blog: Blog, clock: Clock) -> AsyncIterator[Liar]:
    async with lying(clock) as one:
        told = {"kind": "oidc", "issuer": one.issuer, "client_id": "greenroom", "client_secret": "s3/cret:x"}
        await set_sign_on(blog.res, blog.site, told)
        yield one


async def there_and_back(browser: Browser, liar: Liar, **more: str) -> tuple[int, str, str]:
    return await browser.end(liar.consent(await browser.begin(), **more))


async def refused(browser: Browser, liar: Liar, caplog: pytest.LogCaptureFixture, reason: str, **more: str) -> None:
    await not_signed_in(browser, liar.consent(await browser.begin(), **more))
    lines = [r.getMessage() for r in caplog.records if r.name == "greenroom.security"]
    assert lines[-1:] == [f"sign-on refused on blog: {reason}"]


async def test_the_liar_tells_the_truth(browser: Browser, liar: Liar, blog: Blog) -> None:
    assert (await there_and_back(browser, liar))[0] == 303
    assert b64decode(liar.authorization.removeprefix("Basic ")) == b"greenroom:s3%2Fcret%3Ax"
    assert set(liar.forms[0]) == {"grant_type", "code", "redirect_uri", "code_verifier"}
    grace = (await members.page(blog.res.db, "blog", "", 50))[-1]
    assert (grace.name, grace.status) == ("Grace", "invited")  # the provider does not vouch, and nor do we
    assert liar.bearers == []


async def test_a_client_says_who_it_is_as_the_provider_wants_it(browser: Browser, liar: Liar, blog: Blog) -> None:
    liar.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await there_and_back(browser, liar))[0] == 303
    assert (liar.authorization, liar.forms[-1]["client_id"], liar.forms[-1]["client_secret"]) == (
        "",
        "greenroom",
        "s3/cret:x",
    )
    await set_sign_on(blog.res, blog.site, {"client_secret": ""})
    assert (await there_and_back(browser, liar))[0] == 303
    assert (liar.authorization, liar.forms[-1]["client_id"]) == ("", "greenroom")
    assert "client_secret" not in liar.forms[-1]


async def test_what_the_token_does_not_tell_is_asked_for(browser: Browser, liar: Liar, blog: Blog) -> None:
    liar.claims = {}
    liar.about = {"sub": "g1", "name": "Grace", "email": "grace@example.org", "email_verified": True, "member": True}
    assert (await there_and_back(browser, liar))[0] == 303
    grace = (await members.page(blog.res.db, "blog", "", 50))[-1]
    assert (grace.name, grace.email, grace.status) == ("Grace", "grace@example.org", "active")
    assert liar.bearers == ["Bearer at"]


async def test_what_is_told_of_another_is_refused(
    browser: Browser, liar: Liar, caplog: pytest.LogCaptureFixture
) -> None:
    liar.claims, liar.about = {}, {"sub": "g2", "email": "olive@blog.example", "email_verified": True}
    await refused(browser, liar, caplog, "userinfo-subject")


_WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://evil.example"}, "issuer"),
    "no issuer": ({"iss": None}, "issuer"),
    "another audience": ({"aud": "somebody"}, "audience"),
    "no audience": ({"aud": None}, "audience"),
    "others too, and no party": ({"aud": ["greenroom", "x"]}, "authorized-party"),
    "another party": ({"azp": "x"}, "authorized-party"),
    "another nonce": ({"nonce": "x"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "a nonce of another kind": ({"nonce": ["n"]}, "nonce"),
    "expired": ({"exp": 1}, "expired"),
    "no end": ({"exp": None}, "expired"),
    "issued tomorrow": ({"iat": 2_000_000_000}, "issued-at"),
    "issued long ago": ({"iat": 1_795_435_200 - 661}, "issued-at"),
    "no subject": ({"sub": None}, "claims"),
    "an empty subject": ({"sub": ""}, "claims"),
    "a long subject": ({"sub": "x" * 256}, "claims"),
    "a subject of another kind": ({"sub": 5}, "claims"),
}


@pytest.mark.parametrize("what", _WRONG)
async def test_an_id_token_that_is_wrong(
    browser: Browser, liar: Liar, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    claims, reason = _WRONG[what]
    liar.claims = {**liar.claims, **claims}
    await refused(browser, liar, caplog, reason)


async def test_several_audiences_with_us_as_the_party(browser: Browser, liar: Liar) -> None:
    liar.claims = {**liar.claims, "aud": ["greenroom", "x"], "azp": "greenroom"}
    assert (await there_and_back(browser, liar))[0] == 303


async def test_an_id_token_without_signature_is_refused(
    browser: Browser, liar: Liar, caplog: pytest.LogCaptureFixture
) -> None:
    location = liar.consent(await browser.begin())
    liar.id_token = by_hand({"alg": "none"}, liar.told())
    await not_signed_in(browser, location)
    location = liar.consent(await browser.begin())
    liar.id_token = by_hand({"alg": "HS256"}, liar.told(), "s3/cret:x")
    await not_signed_in(browser, location)
    reasons = [r.getMessage().rpartition(": ")[2] for r in caplog.records if r.name == "greenroom.security"]
    assert reasons == ["not-a-jwt", "algorithm"]


async def test_an_id_token_by_another_key_is_refused(
    browser: Browser, liar: Liar, caplog: pytest.LogCaptureFixture
) -> None:
    location = liar.consent(await browser.begin())
    liar.id_token = signed(a_key(), "ES256", liar.told(), kid="k1")
    await not_signed_in(browser, location)
    assert caplog.records[-1].getMessage().endswith(("signature", "303")) or "signature" in caplog.text


async def test_a_provider_that_changes_its_key(browser: Browser, liar: Liar) -> None:
    assert (await there_and_back(browser, liar))[0] == 303
    liar.key, liar.header = a_key("RSA", 2048, kid="k2"), {"kid": "k2"}
    liar.alg = "RS256"
    assert (await there_and_back(browser, liar))[0] == 303
    assert liar.fetched == {"discovery": 1, "jwks": 2}


async def test_an_answer_by_another_provider_is_refused(
    browser: Browser, liar: Liar, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 9207: the answer may say whose it is."""
    assert (await there_and_back(browser, liar, iss=liar.issuer))[0] == 303
    await refused(browser, liar, caplog, "answer-issuer", iss="https://evil.example")
    liar.metadata = {"authorization_response_iss_parameter_supported": True}
    clock.pass_s(601)
    await refused(browser, liar, caplog, "answer-issuer")
    assert (await there_and_back(browser, liar, iss=liar.issuer))[0] == 303


async def test_too_late(browser: Browser, liar: Liar, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    location = liar.consent(await browser.begin())
    clock.pass_s(600)
    await not_signed_in(browser, location)
    assert liar.forms == []


async def test_the_provider_was_changed_meanwhile(browser: Browser, liar: Liar, blog: Blog, clock: Clock) -> None:
    location = liar.consent(await browser.begin())
    async with lying(clock) as another:
        await set_sign_on(blog.res, blog.site, {"issuer": another.issuer, "client_id": "greenroom"})
        await not_signed_in(browser, location)


async def test_a_state_is_of_one_site(browser: Browser, liar: Liar, other: Blog) -> None:
    told = {"kind": "oidc", "issuer": liar.issuer, "client_id": "greenroom"}
    await set_sign_on(other.res, other.site, told)
    location = liar.consent(await browser.begin()).partition("?")[2]
    browser.cookies["greenroom_oidc-other"] = browser.cookies["greenroom_oidc-blog"]
    assert (await browser.get(f"/sites/other/sign-in/oidc/callback?{location}"))[0] == 401


async def test_the_verifier_is_checked(browser: Browser, liar: Liar) -> None:
    """Our own provider checks it as others do: with another challenge there is no token."""
    location = liar.consent(await browser.begin())
    liar.asked["code_challenge"] = "x"
    assert (await browser.end(location))[0] == 503


@pytest.mark.parametrize("answer", [[], {}, {"id_token": 5}, {"access_token": "x"}, "x"], ids=str)
async def test_an_answer_that_is_none(browser: Browser, liar: Liar, answer: Any) -> None:
    liar.answer = answer
    assert (await there_and_back(browser, liar))[0] == 503
    assert "greenroom-blog" not in browser.cookies


_METADATA: list[dict[str, Any]] = [
    {"issuer": "https://evil.example"},
    {"issuer": None},
    {"authorization_endpoint": None},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"token_endpoint": "file:///etc/passwd"},
    {"jwks_uri": "gopher://x/"},
    {"jwks_uri": 5},
]


@pytest.mark.parametrize("metadata", _METADATA, ids=str)
async def test_a_provider_that_tells_nonsense_of_itself(browser: Browser, liar: Liar, metadata: dict[str, Any]) -> None:
    liar.metadata = metadata
    status, location, text = await browser.get("/sites/blog/sign-in/oidc")
    assert (status, location) == (503, "")
    assert "does not answer as it should" in text
    assert "Retry-After" in browser.headers


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=x&code=y", "?error=x", "?code=a&code=b&state=c", "?state=%00"]
)
async def test_whoever_comes_back_without_having_gone(browser: Browser, liar: Liar, query: str) -> None:
    assert (await browser.get(CALLBACK + query))[0] == 401


async def test_what_the_provider_says_is_not_shown(browser: Browser, liar: Liar) -> None:
    location = liar.consent(await browser.begin(), error="x", error_description="<b>Your account is locked</b>")
    _, _, text = await browser.end(location)
    assert "locked" not in text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_way_on_is_one_of_ours(browser: Browser, liar: Liar, to: str) -> None:
    assert (await browser.end(liar.consent(await browser.begin(to))))[:2] == (303, "/sites/blog/thread?key=/")


async def test_a_banned_member_stays_so(browser: Browser, liar: Liar, blog: Blog, clock: Clock) -> None:
    await there_and_back(browser, liar)
    grace = (await members.page(blog.res.db, "blog", "", 50))[-1]
    await set_member(blog.res, None, blog.site, grace.id, MemberChange("banned"))
    clock.pass_s(1)
    await there_and_back(browser, liar)
    told = await members.find(blog.res.db, "blog", grace.id)
    assert told is not None
    assert told.status == "banned"


async def test_a_moderator_begins_at_the_desk(browser: Browser, liar: Liar) -> None:
    liar.claims = {"name": "Mo", "email": "mo@blog.example", "email_verified": True}
    assert (await browser.end(liar.consent(await browser.begin("x"))))[1] == "/sites/blog/desk"
    assert (await browser.get("/sites/blog/desk"))[0] == 200


async def test_nothing_that_is_kept_lets_anybody_in(browser: Browser, liar: Liar, res: Resources) -> None:
    liar.consent(await browser.begin())
    (rows,) = await res.db.read(Query("SELECT * FROM sign_in_attempts", {}))
    kept = str(rows)
    for secret in (liar.asked["state"], liar.asked["nonce"], *browser.cookies.values()):
        assert secret not in kept


async def test_the_cookie(browser: Browser, liar: Liar, client: Client) -> None:
    await browser.begin()
    cookie = browser.headers["Set-Cookie"]
    assert cookie.startswith("greenroom_oidc-blog=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= {part.strip() for part in cookie.split(";")}
    assert client.app is not None
    client.app[SERVING].public_url = "https://comments.example"
    assert "https%3A%2F%2Fcomments.example%2Fsites%2Fblog" in await browser.begin()
    cookie = browser.headers["Set-Cookie"]
    assert cookie.startswith("__Host-greenroom_oidc-blog=")
    assert "Secure" in cookie


async def test_a_site_without_provider_has_no_such_page(browser: Browser, blog: Blog) -> None:
    assert (await browser.get("/sites/blog/sign-in/oidc"))[0] == 404
    assert (await browser.get(CALLBACK))[0] == 404
    assert "Sign in with" not in (await browser.get("/sites/blog/sign-in"))[2]


async def test_a_page_of_the_blog_gets_no_session_by_it(client: Client, liar: Liar) -> None:
    """{sso} is for the blog's own tokens: a provider's are for another audience, and no way in."""
    liar.asked = {"nonce": "n"}
    answer = await client.post("/api/v1/sites/blog/session", json={"sso": liar.signed()})
    assert answer.status == 401


async def test_the_popup_leads_there_and_back(browser: Browser, liar: Liar) -> None:
    challenge = urlsafe_b64encode(sha256(b"x").digest()).rstrip(b"=").decode()
    popup = f"/sites/blog/popup?origin=https%3A%2F%2Fblog.example&code_challenge={challenge}&state=s%26s"
    way = re.search(r'href="(/sites/blog/sign-in/oidc[^"]*)"', (await browser.get(popup))[2])
    assert way
    _, there, _ = await browser.get(unescape(way[1]))
    status, back, _ = await browser.end(liar.consent(there))
    assert (status, back) == (303, popup)
    assert "Grace" in (await browser.get(back))[2]
