"""Letting somebody in by the link in a letter: the page asks, its buttons decide, once, for whom it was written."""

import pytest

from service.actions.add_member import NewMember, add_member
from service.actions.ask_to_join import ask_to_join
from service.actions.letter_links import CONFIRMING_MS, request_deciding_link
from service.actions.set_member import MemberChange, set_member
from service.domain.invitation import MembershipRequest
from service.domain.member import Member
from tests.conftest import Blog, Clock
from tests.web.pages.conftest import Reader, SignedIn


@pytest.fixture
async def grace(blog: Blog) -> Member:
    return await add_member(blog.res, blog.site, NewMember("Grace", "grace@x.example", status="invited"))


@pytest.fixture
async def asked(blog: Blog, grace: Member) -> MembershipRequest:
    return (await ask_to_join(blog.res, grace, "I read\n<b>every</b> post")).request


async def status_of(blog: Blog, member: Member) -> str:
    found = await blog.res.cache.member(blog.site.id, member.id)
    assert found is not None
    return found.status


async def test_the_page_asks_and_its_button_lets_in_once(
    blog: Blog, stranger: Reader, grace: Member, asked: MembershipRequest
) -> None:
    path = request_deciding_link(blog.res, asked, blog.owner)
    for _ in range(2):  # mail scanners look, too
        page = await stranger.get(path)
        assert "Shall Grace become a member?" in page.words
        assert "I read\n&lt;b&gt;every&lt;/b&gt; post" in page.text
    assert (await stranger.send(path, {"Sec-Fetch-Site": "cross-site"}, outcome="accepted")).status == 403
    assert (await stranger.send(path, outcome="")).status == 422
    assert await status_of(blog, grace) == "invited"
    assert "Grace is a member of blog now" in (await stranger.send(path, outcome="accepted")).words
    assert await status_of(blog, grace) == "active"
    again = await stranger.send(path, outcome="declined")
    assert (again.status, "This is decided" in again.words) == (409, True)
    assert await status_of(blog, grace) == "active"


async def test_declining(blog: Blog, stranger: Reader, grace: Member, asked: MembershipRequest) -> None:
    page = await stranger.send(request_deciding_link(blog.res, asked, blog.owner), outcome="declined")
    assert "Grace was not let in" in page.words
    assert await status_of(blog, grace) == "invited"


async def test_it_is_for_whom_it_was_written(
    blog: Blog, other: Blog, stranger: Reader, mo: Reader, asked: MembershipRequest, signed_in: SignedIn
) -> None:
    path = request_deciding_link(blog.res, asked, blog.owner)
    assert (await stranger.get(path[:-1])).status == 410
    assert (await stranger.get(path.replace("/sites/blog/", "/sites/other/"))).status == 410
    await set_member(blog.res, None, blog.site, (await blog.join("Oona")).id, MemberChange(role="owner"))
    await set_member(blog.res, None, blog.site, blog.owner.id, MemberChange(role="moderator"))  # no owner any more
    refused = await stranger.get(path)
    assert (refused.status, "Grace" in refused.words) == (403, False)
    assert (await stranger.send(path, outcome="accepted")).status == 403
    assert "Shall Grace become a member?" in (await mo.get(path)).words  # moderators decide about members


async def test_it_is_good_for_seven_days(blog: Blog, stranger: Reader, asked: MembershipRequest, clock: Clock) -> None:
    path = request_deciding_link(blog.res, asked, blog.owner)
    clock.pass_s(CONFIRMING_MS // 1000)
    assert (await stranger.get(path)).status == 410
