"""Who is let in by what is known of him: a rule that no spelling of an address gets round."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.member import Member
from service.domain.membership import Newcomer, admits, names_like, rises, standing_of
from service.domain.names import MAX_NAME, check_email, name_key
from service.domain.site import Policy

POLICY = Policy(mail_domains=("club.example", "xn--mnchen-3ya.example"))
MEMBER = Member("m", "blog", "Ada", None, "member", "active", None, 0, 0, 0, 0, 1)


@pytest.mark.parametrize("email", ["ada@club.example", "ada@CLUB.example", "ada@münchen.example"])
def test_addresses_of_a_listed_domain(email: str) -> None:
    assert admits(POLICY, email)


@pytest.mark.parametrize(
    "email",
    [
        None,
        "",
        "club.example",
        "@club.example",
        "ada@sub.club.example",
        "ada@myclub.example",
        "ada@club.example.evil.example",
        "ada@evil.example,b@club.example",
        "ada@evil.example b@club.example",
        '"ada@evil.example"@club.example',
        "ada@evil.example\n@club.example",
        "ada@club.example.",
        "ada@club.example\x00",
        "Ada <ada@club.example>",
    ],
)
def test_addresses_that_only_look_like_it(email: str | None) -> None:
    assert not admits(POLICY, email)


def test_no_domain_listed_admits_nobody() -> None:
    assert not admits(Policy(), "ada@club.example")


@pytest.mark.parametrize(
    ("newcomer", "status"),
    [
        (Newcomer("Ada"), "invited"),
        (Newcomer("Ada", is_member=True), "active"),
        (Newcomer("Ada", "ada@club.example"), "invited"),
        (Newcomer("Ada", "ada@club.example", email_verified=True), "active"),
        (Newcomer("Ada", "ada@else.example", email_verified=True), "invited"),
    ],
)
def test_what_a_newcomer_begins_as(newcomer: Newcomer, status: str) -> None:
    assert standing_of(POLICY, newcomer) == status


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        ("invited", "active", True),
        ("invited", "invited", False),
        ("active", "invited", False),
        ("suspended", "active", False),
        ("banned", "active", False),
        ("left", "invited", True),
    ],
)
def test_nobody_rises_out_of_a_ban(known: str, now: str, expected: bool) -> None:
    assert rises(msgspec.structs.replace(MEMBER, status=known), now) is expected  # type: ignore[arg-type]


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=MAX_NAME), st.integers(20, 999_999))
def test_numbered_names_are_short_enough_and_no_look_alikes(name: str, number: int) -> None:
    made = list(names_like(name, number))
    assert made[0] == name
    assert all(len(one) <= MAX_NAME for one in made)
    assert name_key(made[1]) != name_key(made[2])


@pytest.mark.parametrize(
    "email", ["a@x.example,b@y.example", "a@b@c.example", "Ada <a@b.example>", "a@b", "@b.example"]
)
def test_what_could_be_read_as_two_addresses_is_none(email: str) -> None:
    with pytest.raises(Invalid):
        check_email(email)
