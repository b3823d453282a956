"""A list of people as CSV (RFC 4180, and what spreadsheets make of it): read strictly, every bad line named."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from service.domain.errors import Fault, Invalid
from service.domain.member import Member, Role
from service.domain.names import check_email, clean_name, name_key

_COLUMNS = ("name", "email", "role")
_DELIMITERS = (",", ";", "\t")
MAX_LINES = 100_000
_ROLES: tuple[Role, ...] = get_args(Role)
_LONGEST_FIELD = 10_000
# A spreadsheet takes a cell that begins so for a formula, unless an apostrophe stands before (OWASP, CSV injection).
_FORMULAS = ("=", "+", "-", "@")


class Entry(NamedTuple):
    """One person of the list, and the line that he stands on."""

    line: int
    name: str | None
    email: str | None
    role: Role


class BadLine(NamedTuple):
    """What is wrong with a line. Line 0 is the file as a whole."""

    line: int
    detail: str


class MemberList(NamedTuple):
    """The people of a list in its order, and what is wrong with it. Where anything is, nobody is to be taken."""

    entries: list[Entry]
    bad: list[BadLine]


def written(people: Iterable[Member]) -> str:
    """People as such a list. What a spreadsheet would take for a formula has an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for one in people:
        writer.writerow((_harmless(one.name), _harmless(one.email or ""), one.role))
    return text.getvalue()


def read_member_list(raw: bytes, needed: Literal["name", "email"] = "name") -> MemberList:
    """Reads `name,email,role` by its header: UTF-8 with or without BOM; comma, semicolon or tab, as the header has it.

    Each person needs what is `needed`; the other may be empty, and an empty role is that of a member.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return MemberList([], [BadLine(line, "This is no UTF-8; save the file as UTF-8.")])
    rows = _rows(text)
    _, header = next(rows, (1, []))
    columns = [cell.strip().casefold() for cell in header] if isinstance(header, list) else []
    fault = _header_fault(columns, needed)
    if fault is not None:
        return MemberList([], [BadLine(1, fault)])
    return _entries(rows, columns, needed)


def _header_fault(columns: list[str], needed: str) -> str | None:
    like = "the first line names the columns, like name,email,role."
    unknown = [one for one in columns if one not in _COLUMNS]
    if unknown:
        return f"There is no column {unknown[0][:80]!r}: {like}"
    if len(set(columns)) != len(columns):
        return f"A column stands twice: {like}"
    if needed not in columns:
        return f"The column {needed} is missing: {like}"
    return None


def _rows(text: str) -> Iterator[tuple[int, list[str] | BadLine]]:
    """Each row with the line that it begins on. After a row that is no CSV there is none."""
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, BadLine(line, f"This is no CSV: {error}.")
            return
        if any(cell.strip() for cell in row):
            yield line, row


def _entries(rows: Iterator[tuple[int, list[str] | BadLine]], columns: list[str], needed: str) -> MemberList:
    found = MemberList([], [])
    seen: dict[str, int] = {}
    for line, row in rows:
        if isinstance(row, BadLine):
            found.bad.append(row)
            continue
        if len(found.entries) + len(found.bad) >= MAX_LINES:
            found.bad.append(BadLine(line, f"There are more than {MAX_LINES:,} lines; make several files of it."))
            break
        try:
            entry = _entry(line, row, columns, needed)
            _check_single(entry, seen)
        except Invalid as refusal:
            found.bad.extend(BadLine(line, fault.detail) for fault in refusal.faults)
        else:
            found.entries.append(entry)
    return found


def _entry(line: int, row: list[str], columns: list[str], needed: str) -> Entry:
    if len(row) != len(columns):
        raise Invalid([Fault("", f"There are {len(row)} columns where the first line has {len(columns)}.")])
    cells = {column: _bare(cell.strip()[:_LONGEST_FIELD]) for column, cell in zip(columns, row, strict=True)}
    name, email, role = cells.get("name"), cells.get("email"), cells.get("role", "").casefold() or "member"
    if needed == "email" and not email:
        raise Invalid([Fault("", "An address is needed, to mail the invitation to.")])
    if role not in _ROLES:
        raise Invalid([Fault("", f"There is no role {role[:80]!r}; there are {', '.join(_ROLES)}.")])
    clean = clean_name(name or "") if name or needed == "name" else None
    return Entry(line, clean, check_email(email or None), role)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reading a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULAS) else cell


def _check_single(entry: Entry, seen: dict[str, int]) -> None:
    """The same address twice is a mistake; so is the same name where no address tells the two apart."""
    mark = f"email {entry.email}" if entry.email else f"name {name_key(entry.name or '')}"
    first = seen.setdefault(mark, entry.line)
    if first != entry.line:
        what = "address" if entry.email else "name, or one that looks like it,"
        raise Invalid([Fault("", f"This {what} stands on line {first} already.")])
