"""Signing in by a one-time link, and out: asked first, once, for a time, and on to our own pages only."""

import pytest

from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.web.app_keys import SERVING
from service.web.pages.ways import is_own_path
from tests.conftest import Blog, Clock
from tests.web.pages.conftest import Client, Reader, SignedIn, link_token


async def test_the_page_asks_and_a_look_does_not_use_the_link_up(stranger: Reader, blog: Blog, res: Resources) -> None:
    path = f"{stranger.home}/sign-in?token={await link_token(res, blog.ada)}&to=/demo"
    for _ in range(3):
        page = await stranger.get(path)
        assert page.status == 200
        assert "Sign in as Ada" in page.words
        assert "blog" in page.words
        assert stranger.cookies == {}
    done = await stranger.send(path)
    assert (done.status, done.location) == (303, "/demo")
    assert "Signed in as Ada" in (await stranger.thread()).words


async def test_a_link_works_once(stranger: Reader, signed_in: SignedIn, blog: Blog, res: Resources) -> None:
    path = f"{stranger.home}/sign-in?token={await link_token(res, blog.ada)}"
    assert (await stranger.send(path)).status == 303
    other = await signed_in(None)
    for page in (await other.send(path), await other.get(path)):
        assert page.status == 410
        assert "This link no longer works" in page.words
    assert other.cookies == {}
    assert "all is well" in (await stranger.get(path)).words


async def test_a_link_ends(stranger: Reader, blog: Blog, res: Resources, clock: Clock) -> None:
    path = f"{stranger.home}/sign-in?token={await link_token(res, blog.ada)}"
    clock.pass_s(15 * 60 + 1)
    assert (await stranger.get(path)).status == 410
    assert (await stranger.send(path)).status == 410


async def test_an_api_token_is_no_link(stranger: Reader, blog: Blog) -> None:
    assert (await stranger.send(f"{stranger.home}/sign-in?token={await blog.token(blog.owner)}")).status == 410


async def test_the_cookie(stranger: Reader, blog: Blog, res: Resources, client: Client) -> None:
    page = await stranger.send(f"{stranger.home}/sign-in?token={await link_token(res, blog.ada)}")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("greenroom-blog=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert client.app is not None
    client.app[SERVING].public_url = "https://comments.example"
    page = await stranger.send(f"{stranger.home}/sign-in?token={await link_token(res, blog.ada)}")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-greenroom-blog=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_signing_out_ends_the_session_on_the_server_too(ada: Reader, blog: Blog) -> None:
    kept = dict(ada.cookies)
    page = await ada.send(f"{ada.home}/sign-out?to=/demo")
    assert (page.status, page.location) == (303, "/demo")
    assert not any(ada.cookies.values())
    ada.cookies = kept
    assert "Sign in to comment" in (await ada.thread()).words


async def test_a_session_ends_by_time(ada: Reader, clock: Clock) -> None:
    clock.pass_s(30 * 86_400 + 1)
    assert "Sign in to comment" in (await ada.thread()).words


async def test_a_moderator_who_is_banned_loses_the_desk(mo: Reader, blog: Blog) -> None:
    assert (await mo.get(f"{mo.home}/desk")).status == 200
    await set_member(blog.res, None, blog.site, blog.moderator.id, MemberChange("banned"))
    assert (await mo.get(f"{mo.home}/desk")).status == 403


_FOREIGN = [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "\\/elsewhere.example",
    "/\t/elsewhere.example",
    "/ok\r\nSet-Cookie: x=1",
    "/\u2028x",
    "javascript:alert(1)",
    "desk",
    "",
    "/x" * 1_500,
]


@pytest.mark.parametrize("to", _FOREIGN)
async def test_the_way_on_is_one_of_ours(stranger: Reader, blog: Blog, res: Resources, to: str) -> None:
    assert not is_own_path(to)
    params = {"token": await link_token(res, blog.ada), "to": to}
    async with stranger.client.post(
        f"{stranger.home}/sign-in", params=params, headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/sites/blog/thread?key=/"
        assert answer.headers.getall("Set-Cookie")[1:] == []


@pytest.mark.parametrize(
    "to", ["/", "/demo", "/sites/blog/thread?key=/a/b.html", "/caf\u00e9?x=%2F#comments", "/a//b/../c"]
)
def test_our_own_paths(to: str) -> None:
    assert is_own_path(to)


async def test_a_moderator_starts_at_the_desk(stranger: Reader, blog: Blog, res: Resources) -> None:
    page = await stranger.send(f"{stranger.home}/sign-in?token={await link_token(res, blog.moderator)}")
    assert page.location == "/sites/blog/desk"


async def test_a_whole_link_may_be_pasted(stranger: Reader, blog: Blog, res: Resources) -> None:
    how = await stranger.get(f"{stranger.home}/sign-in?to=/demo")
    assert "link that works once" in how.words
    token = await link_token(res, blog.ada)
    link = f"http%3A%2F%2F127.0.0.1%2Fsites%2Fblog%2Fsign-in%3Ftoken%3D{token}%26to%3D%2F"
    assert "Sign in as Ada" in (await stranger.get(f"{stranger.home}/sign-in?token={link}")).words
