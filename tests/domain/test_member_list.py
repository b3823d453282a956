"""Lists of people: what spreadsheets save is read, and what is wrong is named by its line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.member import Member
from service.domain.member_list import Entry, read_member_list, written
from service.domain.names import clean_name, name_key

PLAIN = b"name,email,role\nAda,ada@x.example,owner\nGrace,grace@x.example,\n"
PEOPLE = [Entry(2, "Ada", "ada@x.example", "owner"), Entry(3, "Grace", "grace@x.example", "member")]


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b",", b";"),
        PLAIN.replace(b",", b"\t"),
        PLAIN.replace(b"name,email,role", b" Name ,EMAIL,Role"),
        PLAIN.rstrip(b"\n"),
        PLAIN + b"\n  \n,,\n",
        b'"name","email","role"\n"Ada","ada@x.example","OWNER"\n"Grace","Grace@X.example",""\n',
    ],
)
def test_what_spreadsheets_save(raw: bytes) -> None:
    assert read_member_list(raw) == (PEOPLE, [])


def test_columns_in_any_order_and_only_the_needed_one() -> None:
    assert read_member_list(b"role,name\nmoderator,Ada\n").entries == [Entry(2, "Ada", None, "moderator")]
    assert read_member_list(b"email\nada@x.example\n", "email").entries == [Entry(2, None, "ada@x.example", "member")]


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"", 1, "column name is missing"),
        (b"name,mail\n", 1, "no column 'mail'"),
        (b"name,email,name\n", 1, "stands twice"),
        (b"email\na@x.example\n", 1, "column name is missing"),
        (b"name\n\xff\n", 2, "UTF-8"),
        (PLAIN + b"Tim,tim@x.example\n", 4, "2 columns"),
        (PLAIN + b"Tim,tim,\n", 4, "no mail address"),
        (PLAIN + b"Tim,a@x.example b@x.example,\n", 4, "no mail address"),
        (PLAIN + b"Tim,,king\n", 4, "no role 'king'"),
        (PLAIN + b",tim@x.example,\n", 4, "A name is needed"),
        (PLAIN + b"Tim,ADA@x.example,\n", 4, "line 2 already"),
        (b"name\nTim\nT\xc4\xb1m\n", 3, "line 2 already"),
        (PLAIN + b'"Tim,,\n', 4, "no CSV"),
        (PLAIN + b"T\x00m,,\n", 4, ""),
    ],
)
def test_what_is_wrong_is_named(raw: bytes, line: int, says: str) -> None:
    found = read_member_list(raw)
    assert [one.line for one in found.bad] == [line]
    assert says in found.bad[0].detail


def test_every_bad_line_is_named_at_once() -> None:
    found = read_member_list(b"name,email\n,a\nAda,b\nTim,t@x.example\nEve,c\n")
    assert [one.line for one in found.bad] == [2, 3, 5]


def test_letters_need_an_address() -> None:
    assert read_member_list(b"name,email\nAda,\n", "email").bad[0].line == 2


def test_a_row_over_two_lines_has_the_number_of_its_first() -> None:
    found = read_member_list(b'name,email\n"Ada\nLovelace",a@x.example\nTim,t\n')
    assert found.entries[0].name == "Ada Lovelace"
    assert found.bad[0].line == 4


NAMES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60).filter(
    lambda name: name_key(name.strip()).strip() != ""
)


@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["member", "moderator", "owner", ""])), max_size=20),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_whatever_is_written_is_read(people: list[tuple[str, str]], delimiter: str, end: str, bom: bool) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator=end)
    writer.writerow(["name", "email", "role"])
    writer.writerows([name, f"p{i}@x.example", role] for i, (name, role) in enumerate(people))
    found = read_member_list(target.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    wrong = {one.line for one in found.bad}  # a name may be one that nobody could read
    assert [one.email for one in found.entries] == [f"p{i}@x.example" for i in range(len(people)) if i + 2 not in wrong]
    assert all("A name is needed" in one.detail for one in found.bad)


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_named(raw: bytes) -> None:
    found = read_member_list(b"name,email,role\n" + raw)
    assert all(one.line >= 1 and one.detail for one in found.bad)
    assert all(one.name for one in found.entries)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-Ada", "@ada", "O'Hara", 'Ada, the\n"first"', "Zoë"])
def test_what_goes_out_comes_in_again_and_is_no_formula(name: str) -> None:
    people = [
        Member("1", "blog", name, "+ada@blog.example", "moderator", "active", None, 0, 0, 0, 0, 1),
        Member("2", "blog", "Bo", None, "member", "active", None, 0, 0, 0, 0, 1),
    ]
    text = written(people)
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    found = read_member_list(text.encode())
    assert not found.bad
    assert [(one.name, one.email, one.role) for one in found.entries] == [
        (clean_name(name), "+ada@blog.example", "moderator"),
        ("Bo", None, "member"),
    ]
