"""Letters about who belongs to a site."""

import re

from service.actions.add_member import NewMember, add_member
from service.actions.ask_to_join import ask_to_join
from service.actions.decide_request import decide_request
from service.actions.invite import Invite, invite
from service.actions.request_link import request_link
from tests.conftest import Blog, Clock
from tests.outbox.conftest import Mail, html_of, links, text_of


async def test_a_sign_in_link_is_made_when_it_is_sent(blog: Blog, mail: Mail) -> None:
    await request_link(blog.res, blog.site, "Ada@blog.example", "", "caller")
    letter = await mail.one()
    assert letter["To"] == "ada@blog.example"
    (link,) = links(letter)
    assert re.fullmatch(r"/sites/blog/sign-in\?token=\S+", link)
    assert link.replace("&", "&amp;") in html_of(letter)


async def test_an_address_without_a_membership_is_told_so(blog: Blog, mail: Mail) -> None:
    await request_link(blog.res, blog.site, "stranger@x.example", "", "caller")
    letter = await mail.one()
    assert letter["Subject"] == "[blog] There is no membership for this address"
    assert links(letter) == []


async def test_a_wish_that_is_too_old_is_not_answered(blog: Blog, mail: Mail, clock: Clock) -> None:
    await request_link(blog.res, blog.site, "ada@blog.example", "", "caller")
    clock.pass_s(16 * 60)
    assert await mail.arrived() == []


async def test_an_invitation(blog: Blog, mail: Mail) -> None:
    await invite(blog.res, blog.site, blog.owner, Invite("new@x.example", role="moderator"))
    letter = await mail.one()
    assert letter["To"] == "new@x.example"
    assert "Olive invites you to become a moderator of blog" in text_of(letter)
    assert "https://blog.example" in text_of(letter)
    (link,) = links(letter)
    assert link.startswith("/sites/blog/invitation?code=")


async def test_a_request_and_what_becomes_of_it(blog: Blog, mail: Mail) -> None:
    grace = await add_member(blog.res, blog.site, NewMember("Grace", "grace@x.example", status="invited"))
    asked = await ask_to_join(blog.res, grace, "I read http://evil.example and you")
    letter = await mail.one()
    assert letter["To"] == "olive@blog.example"
    assert "> I read http[:]//evil[.]example and you" in text_of(letter)
    assert "The link decides as Olive" in text_of(letter)
    (link,) = links(letter)
    assert link.startswith("/sites/blog/membership-request?token=")
    await decide_request(blog.res, blog.site, blog.owner, asked.request.id, "accepted")
    welcome = await mail.one()
    assert welcome["To"] == "grace@x.example"
    assert welcome["Subject"] == "[blog] You are a member now"
