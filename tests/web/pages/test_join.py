"""Asking to be made a member, on a page."""

from service.actions.admit import admit
from service.actions.set_member import MemberChange, set_member
from service.domain.membership import Newcomer
from tests.conftest import Blog
from tests.web.pages.conftest import Reader, SignedIn


async def test_asking_once_and_hearing_how_it_stands(blog: Blog, signed_in: SignedIn) -> None:
    eve = await admit(blog.res, blog.site, Newcomer("Eve", "eve@else.example", email_verified=True))
    reader = await signed_in(eve)
    thread = await reader.thread()
    assert "/sites/blog/join?to=" in thread.text
    path = f"{reader.home}/join?to=/demo"
    assert "Ask to join blog" in (await reader.get(path)).words
    assert (await reader.send(path, message="x" * 1_001)).status == 422
    assert "You have asked to join" in (await reader.follow(await reader.send(path, message="Hello"))).words
    assert "You have asked to join" in (await reader.follow(await reader.send(path, message="Again"))).words
    await set_member(blog.res, None, blog.site, eve.id, MemberChange("banned"))
    assert "You cannot join now" in (await reader.get(path)).words
    assert (await reader.send(path, message="Please")).status == 403


async def test_visitors_sign_in_and_members_go_on(stranger: Reader, ada: Reader) -> None:
    path = f"{stranger.home}/join"
    assert "Sign in first" in (await stranger.get(path)).words
    assert (await stranger.send(path, message="Hello")).status == 401
    assert "You are a member" in (await ada.get(path)).words
    assert (await ada.send(path, {"Sec-Fetch-Site": "cross-site"}, message="Hello")).status == 403
