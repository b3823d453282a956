"""Accepting an invitation on a page: asked first, once, and signed in at once."""

import pytest

from service.actions.invite import Invite, invite
from service.actions.set_member import MemberChange, set_member
from service.domain.member import Role
from tests.conftest import Blog, Clock
from tests.web.pages.conftest import Reader, SignedIn


async def path_of(blog: Blog, role: Role = "member", name: str | None = None) -> str:
    made = await invite(blog.res, blog.site, None, Invite(None, name, role))
    return f"/sites/blog/invitation?code={made.code}&to=/demo"


async def test_a_look_uses_nothing_up_and_accepting_signs_in(stranger: Reader, blog: Blog) -> None:
    path = await path_of(blog, name="Eve")
    for _ in range(3):
        page = await stranger.get(path)
        assert page.status == 200
        assert "You are invited to blog" in page.words
        assert 'value="Eve"' in page.text
        assert stranger.cookies == {}
    done = await stranger.send(path, name="Evelyn")
    assert (done.status, done.location) == (303, "/demo")
    assert "Signed in as Evelyn" in (await stranger.thread()).words
    assert (await stranger.post("Hello")).status == 303


async def test_an_invitation_works_once(stranger: Reader, signed_in: SignedIn, blog: Blog) -> None:
    path = await path_of(blog)
    assert (await stranger.send(path, name="Eve")).status == 303
    other = await signed_in(None)
    for page in (await other.get(path), await other.send(path, name="Zoe")):
        assert page.status == 410
        assert "no longer works" in page.words
    assert other.cookies == {}


async def test_an_invitation_ends(stranger: Reader, blog: Blog, clock: Clock) -> None:
    path = await path_of(blog)
    clock.pass_s(14 * 86_400)
    assert (await stranger.get(path)).status == 410
    assert (await stranger.send(path, name="Eve")).status == 410
    assert (await stranger.get("/sites/blog/invitation")).status == 410


@pytest.mark.parametrize("name", ["Mo", "М\u043e", "", "\u200b", "x" * 81])
async def test_a_name_that_will_not_do_may_be_mended(stranger: Reader, blog: Blog, name: str) -> None:
    path = await path_of(blog)
    page = await stranger.send(path, name=name)
    assert page.status == 422
    assert 'aria-invalid="true"' in page.text
    assert stranger.cookies == {}
    assert (await stranger.send(path, name="Eve")).status == 303


async def test_it_comes_from_our_own_page(stranger: Reader, blog: Blog) -> None:
    path = await path_of(blog)
    assert (await stranger.send(path, {"Sec-Fetch-Site": "cross-site"}, name="Eve")).status == 403
    assert (await stranger.get(path)).status == 200


async def test_a_new_moderator_begins_at_the_desk(stranger: Reader, blog: Blog) -> None:
    path = (await path_of(blog, "moderator")).partition("&")[0]
    assert (await stranger.send(path, name="Eve")).location == "/sites/blog/desk"
    assert (await stranger.get("/sites/blog/desk")).status == 200


async def test_a_member_is_told_and_a_banned_one_refused(ada: Reader, blog: Blog) -> None:
    path = await path_of(blog)
    assert "a member already" in (await ada.get(path)).words
    assert (await ada.send(path)).status == 409
    rise = await path_of(blog, "moderator")
    assert "Accept as Ada" in (await ada.get(rise)).words
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange("banned"))
    assert (await ada.send(rise)).status == 403


async def test_the_code_is_not_carried_away(ada: Reader, blog: Blog) -> None:
    path = await path_of(blog, "moderator")
    code = path.partition("code=")[2].partition("&")[0]
    page = await ada.get(path)
    assert page.text.count(code) == 1  # in its own form only
    assert page.headers["Referrer-Policy"] == "same-origin"


async def test_a_hostile_code(stranger: Reader, blog: Blog) -> None:
    page = await stranger.get("/sites/blog/invitation?code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 410
    assert "<script>" not in page.text
