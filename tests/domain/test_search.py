"""What moderators may type into the search, and what is said of what cannot be understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.comment import STATUSES
from service.domain.errors import Invalid
from service.domain.search import ANY_LINK, MAX_LENGTH, Scores, Search, Words, parse


def wrong(line: str) -> str:
    with pytest.raises(Invalid) as refused:
        parse(line)
    (fault,) = refused.value.faults
    assert fault.pointer == "/q"
    return fault.detail


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", Search()),
        ("  -  ", Search()),
        ("buy now", Search(words=(Words("buy"), Words("now")))),
        ('"buy now" -cheap', Search(words=(Words("buy now"),), without=(Words("cheap"),))),
        ("“buy now”", Search(words=(Words("buy now"),))),
        ("casin*", Search(words=(Words("casin", begins=True),))),
        ('"big casin"*', Search(words=(Words("big casin", begins=True),))),
        (
            "https://casino.example/x at 12:30",
            Search(words=tuple(map(Words, ("https://casino.example/x", "at", "12:30")))),
        ),
        ('author:ada author:"Ada L"', Search(authors=("ada", "Ada L"))),
        ("thread:/2020/06/post.html", Search(threads=("/2020/06/post.html",))),
        ("status:spam STATUS:Pending", Search(statuses=("spam", "pending"))),
        ("status:any", Search(statuses=STATUSES)),
        ("score:>0.8", Search(scores=(Scores(low=0.8, low_too=False),))),
        ("score:>=.8 score:<1", Search(scores=(Scores(low=0.8), Scores(high=1.0, high_too=False)))),
        ("score:0.4..0.6", Search(scores=(Scores(0.4, 0.6),))),
        ("score:1", Search(scores=(Scores(1.0, 1.0),))),
        ("score:none", Search(unscored=True)),
        ("link:Casino.example", Search(links=("casino.example",))),
        ("link:https://u@casino.example:8/x?y", Search(links=("casino.example",))),
        ("link:*", Search(links=(ANY_LINK,))),
    ],
)
def test_what_is_understood(line: str, found: Search) -> None:
    assert parse(line) == found


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("autor:ada", "no operator autor:"),
        ('"open', "ends with one"),
        ("!!!", "no letter"),
        ("author:", "needs a value"),
        ("author: ada", "author:ada"),
        ("-status:spam", "minus"),
        ("status:published", "pending, approved"),
        ("score:high", "score:>0.8"),
        ("score:>1.5", "0 to 1"),
        ("score:0.8..0.2", "above its end"),
        ("score:none score:>0.5", "cannot both hold"),
        ("link:???", "names no host"),
        ("author:***", "no letter"),
        ("a\0b", "control"),
        ("x" * (MAX_LENGTH + 1), "500"),
        ("x " * 21, "20"),
    ],
)
def test_what_is_not_understood_is_told(line: str, named: str) -> None:
    assert named in wrong(line)


@given(st.text(alphabet='ab1 "-:*.<>=/@\0é😀', max_size=40) | st.text(max_size=40))
def test_every_line_is_understood_or_refused(line: str) -> None:
    try:
        found = parse(line)
    except Invalid:
        assert wrong(line)
        return
    assert all(any(c.isalnum() for c in one.text) for one in (*found.words, *found.without))
