"""Out and in from the desk: the members as a list, the settings as a file; nothing is taken in untried."""

import json

import pytest

from service.actions.add_member import NewMember, add_member, find_member
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, set_member
from service.domain.member_list import read_member_list
from tests.conftest import Blog
from tests.web.pages.conftest import Reader, SignedIn


@pytest.fixture
async def olive(signed_in: SignedIn, blog: Blog) -> Reader:
    return await signed_in(blog.owner)


async def test_members_go_out_as_a_list_that_is_taken_in(olive: Reader, blog: Blog, res: Resources) -> None:
    await add_member(res, blog.site, NewMember("=HYPERLINK(1)", "h@example.org"))
    await set_member(res, blog.owner, blog.site, blog.ada.id, MemberChange(status="banned"))
    page = await olive.get(f"{olive.home}/desk/members/list")
    assert page.headers["Content-Disposition"] == 'attachment; filename="members-blog.csv"'
    assert "'=HYPERLINK(1),h@example.org,member" in page.text  # no formula for a spreadsheet
    found = read_member_list(page.text.encode())
    assert not found.bad
    assert {one.name for one in found.entries} >= {"Olive", "=HYPERLINK(1)"}
    assert "Ada" not in {one.name for one in found.entries}  # who may not comment is not handed on

    new = "name,email,role\nOlive,,\nGrace,grace@example.org,moderator\n"
    told = await olive.send(f"{olive.home}/desk/members/list", list=new)
    assert "1 person would be made members, 1 left as they are. Olive : known already" in told.words
    assert await find_member(res, blog.site, "Grace") is None
    done = await olive.follow(await olive.send(f"{olive.home}/desk/members/list", list=new, sure="1"))
    assert "The list was taken in." in done.words
    grace = await find_member(res, blog.site, "Grace")
    assert grace is not None
    assert (grace.email, grace.role) == ("grace@example.org", "moderator")


async def test_a_list_with_a_bad_line_takes_nobody_in(olive: Reader, blog: Blog, res: Resources) -> None:
    page = await olive.send(f"{olive.home}/desk/members/list", list="name,role\nGrace,\nKen,king\n", sure="1")
    assert page.status == 422
    assert "Line 3: There is no role &#39;king&#39;" in page.words
    assert "Grace," in page.text  # what was typed is kept
    assert await find_member(res, blog.site, "Grace") is None
    assert "There is nobody in this list." in (await olive.send(f"{olive.home}/desk/members/list", list="name\n")).words


async def test_settings_go_out_as_a_file_that_is_tried_and_taken_in(olive: Reader, blog: Blog, res: Resources) -> None:
    file = (await olive.get(f"{olive.home}/desk/settings/file")).text
    policy = json.loads(file)
    same = await olive.send(f"{olive.home}/desk/settings/preview", file=file)
    assert "said=same" in same.location
    tried = await olive.send(
        f"{olive.home}/desk/settings/preview", file=json.dumps({**policy, "max_links": 5, "hold_words": ["glue"]})
    )
    assert "Changed: max_links, hold_words." in tried.words or "Changed: hold_words, max_links." in tried.words
    assert (await res.cache.site(blog.site.id)).policy.max_links != 5  # type: ignore[union-attr]
    for wrong, says in (("[1]", "A file of settings is JSON"), ('{"colour": "red"}', "colour"), ("{", "is JSON")):
        page = await olive.send(f"{olive.home}/desk/settings/preview", file=wrong)
        assert (page.status, says in page.words) == (422, True), page.words
