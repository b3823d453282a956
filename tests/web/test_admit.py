"""Newcomers, whoever tells of them: one rule for all, and no one becomes another by saying so."""

import asyncio

import pytest

from service.actions.admit import admit
from service.actions.set_member import MemberChange, set_member
from service.domain.errors import Invalid
from service.domain.membership import Newcomer
from service.domain.site import Site
from tests.conftest import Blog, make_blog


@pytest.fixture
async def club(blog: Blog) -> Site:
    return (await make_blog(blog.res, "club", mail_domains=["club.example"])).site


async def test_a_newcomer_is_known_and_not_yet_a_member(blog: Blog) -> None:
    member = await admit(blog.res, blog.site, Newcomer("Eve", "Eve@Else.example", email_verified=True))
    assert (member.name, member.email, member.status, member.role) == ("Eve", "eve@else.example", "invited", "member")
    again = await admit(blog.res, blog.site, Newcomer("Somebody", "eve@else.example", email_verified=True))
    assert again == member


async def test_an_address_of_a_listed_domain_makes_a_member(blog: Blog, club: Site) -> None:
    member = await admit(blog.res, club, Newcomer("Eve", "eve@club.example", email_verified=True))
    assert member.status == "active"


async def test_whom_the_blog_vouches_for_becomes_active_when_he_comes_again(blog: Blog) -> None:
    first = await admit(blog.res, blog.site, Newcomer("Eve", "eve@else.example", email_verified=True))
    assert await blog.res.cache.member(blog.site.id, first.id) == first
    vouched = Newcomer("Eve", "eve@else.example", email_verified=True, is_member=True)
    second = await admit(blog.res, blog.site, vouched)
    assert (second.id, second.status) == (first.id, "active")
    assert await blog.res.cache.member(blog.site.id, first.id) == second


@pytest.mark.parametrize("is_member", [False, True])
async def test_an_address_that_is_not_proven_takes_nobody_over(blog: Blog, is_member: bool) -> None:
    claimed = Newcomer("Ada", blog.ada.email, email_verified=False, is_member=is_member)
    member = await admit(blog.res, blog.site, claimed)
    assert member.id != blog.ada.id
    assert (member.name, member.email) == ("Ada 2", None)


async def test_an_address_that_is_not_proven_is_of_no_domain(blog: Blog, club: Site) -> None:
    member = await admit(blog.res, club, Newcomer("Eve", "eve@club.example"))
    assert (member.status, member.email) == ("invited", None)


async def test_look_alikes_of_a_moderator_get_a_number(blog: Blog) -> None:
    names = [(await admit(blog.res, blog.site, Newcomer(one))).name for one in ("М\u043e", "MO", "m0")]
    assert names == ["М\u043e 2", "MO 3", "m0 4"]


async def test_a_name_that_very_many_have(blog: Blog) -> None:
    made = [await admit(blog.res, blog.site, Newcomer("Ada")) for _ in range(40)]
    assert len({one.name for one in made}) == 40


@pytest.mark.parametrize("status", ["suspended", "banned"])
async def test_nobody_signs_himself_out_of_a_ban(blog: Blog, status: str) -> None:
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange(status))  # type: ignore[arg-type]
    vouched = Newcomer("Ada", blog.ada.email, email_verified=True, is_member=True)
    member = await admit(blog.res, blog.site, vouched)
    assert (member.id, member.status) == (blog.ada.id, status)


async def test_the_same_newcomer_in_many_windows_is_one_member(blog: Blog) -> None:
    eve = Newcomer("Eve", "eve@else.example", email_verified=True)
    made = await asyncio.gather(*[admit(blog.res, blog.site, eve) for _ in range(10)])
    assert len({one.id for one in made}) == 1


async def test_sites_do_not_share_people(blog: Blog, club: Site) -> None:
    member = await admit(blog.res, club, Newcomer("Ada", blog.ada.email, email_verified=True))
    assert member.site_id == "club"
    assert member.id != blog.ada.id


@pytest.mark.parametrize("wrong", [Newcomer(""), Newcomer("Eve", "no address"), Newcomer("\u200b")])
async def test_who_has_no_name_or_a_wrong_address_is_refused(blog: Blog, wrong: Newcomer) -> None:
    with pytest.raises(Invalid):
        await admit(blog.res, blog.site, wrong)
