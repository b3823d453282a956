"""Canonical keys of pages: one page, one key, however it is spelled; and what can be no path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.site import Policy
from service.domain.thread import Thread, canonical_key, lookup_key

DAY = 86_400_000


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("/2020/06/post.html", "/2020/06/post.html"),
        ("https://blog.example/2020/06/post.html?utm=x#comments", "/2020/06/post.html"),
        ("HTTP://BLOG.example:8080/a", "/a"),
        ("https://blog.example", "/"),
        ("//blog.example/a", "/blog.example/a"),
        ("post-12", "/post-12"),
        ("/a/index.html", "/a/"),
        ("/a/INDEX.htm", "/a/"),
        ("/index.html", "/"),
        ("/a//b/./c/../d", "/a/b/d"),
        ("/../../a", "/a"),
        ("/caf%C3%A9", "/café"),
        ("/caf\u0065\u0301", "/café"),
        ("/a%20b", "/a%20b"),
        ("/a b", "/a%20b"),
        ("/a%2fb", "/a%2Fb"),
        ("/%41", "/A"),
        ("/a/", "/a/"),
        ("  /a  ", "/a"),
    ],
)
def test_one_page_one_key(raw: str, key: str) -> None:
    assert canonical_key(raw) == key


@pytest.mark.parametrize("raw", ["", "  ", "/\x00", "/%00", "/a\nb", "/%ff", "/\u202e", "/" + "x" * 1_000])
def test_what_can_be_no_path_is_named(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        canonical_key(raw)
    assert refused.value.faults[0].pointer == "/thread"


@given(st.text(min_size=1, max_size=50))
def test_canonical_is_canonical(raw: str) -> None:
    try:
        key = canonical_key(raw)
    except Invalid:
        return
    assert key.startswith("/")
    assert canonical_key(key) == key


def test_a_trailing_slash_is_the_same_page() -> None:
    assert lookup_key("/a/") == lookup_key("/a") == "/a"
    assert lookup_key("/") == "/"


def a_thread(**fields: object) -> Thread:
    known = {"state": None, "moderation": None, "published_at": None, "created_at": 10 * DAY}
    return Thread("t", "blog", "/a", None, None, count=0, version=1, **{**known, **fields})


def test_a_thread_closes_so_many_days_after_its_page_was_published() -> None:
    policy = Policy(close_after_days=5)
    thread = a_thread(published_at=8 * DAY)
    assert thread.state_now(policy, 13 * DAY) == "open"
    assert thread.state_now(policy, 13 * DAY + 1) == "closed"
    assert a_thread().state_now(policy, 13 * DAY + 1) == "open"  # by its first sight, two days later
    assert a_thread(state="open").state_now(policy, 99 * DAY) == "open"  # its own word counts


def test_a_threads_own_state_goes_before_its_sites() -> None:
    assert a_thread(state="hidden").state_now(Policy(state="open"), 0) == "hidden"
    assert a_thread().state_now(Policy(state="closed"), 0) == "closed"
