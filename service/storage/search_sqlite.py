"""Searching on SQLite: a full-text index (FTS5) that is filled in portions, some time after the comments came.

Filling it with each comment would cost every submission; in portions it costs a fraction, and whoever searches has what
waits taken in first, so that nothing is missing. The numbers of its rows go up as the ids do: a search for the oldest
or newest reads no further than its page.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Set

from service.domain.search import ANY_LINK, Search, Words
from service.storage.comments import COLUMNS
from service.storage.database import Database, Query, Statement
from service.storage.search_order import Page, Parts, Wanted, add_scores, max_risk, min_risk

PORTION = 500  # comments that are taken in by one unit: some milliseconds, during which other writers wait
_BUCKETS = 20  # of the score, as the migration has them
_SPARE_BITS = 4  # of a row's number, for comments of the same millisecond; few, since gaps make the index larger
_RANDOM_BITS = 40  # of an id
_ASIDE = 65_536  # so far may a number be from its first choice, where many comments are of the same millisecond


def _first_number(comment_id: str) -> int:
    """The least number that a comment's row can have."""
    return int(comment_id, 16) >> (_RANDOM_BITS - _SPARE_BITS)


# Filling

_WAITING = "SELECT comment_id FROM unsearched ORDER BY comment_id LIMIT :limit"
_TAKEN = "SELECT number FROM searchable WHERE number >= :first AND number <= :last ORDER BY number"
_PAIRS = "json_each(:pairs) j JOIN unsearched u ON u.comment_id = json_extract(j.value, '$[1]')"
_NUMBERING = (
    f"INSERT INTO searchable (number, comment_id) SELECT json_extract(j.value, '$[0]'), u.comment_id FROM {_PAIRS}"
    " WHERE 1 ON CONFLICT DO NOTHING"
)
_INDEXING = (
    "INSERT INTO search (rowid, text, facets, guest) SELECT v.number, v.text, v.facets, v.guest"
    f" FROM {_PAIRS} JOIN searchable s ON s.comment_id = u.comment_id"
    " JOIN search_content v ON v.number = s.number ORDER BY v.number"
)
_DONE = (
    "DELETE FROM unsearched WHERE comment_id IN (SELECT json_extract(j.value, '$[1]') FROM json_each(:pairs) j)"
    " AND comment_id IN (SELECT s.comment_id FROM searchable s WHERE s.comment_id = unsearched.comment_id)"
)


async def newest_waiting(db: Database) -> str | None:
    """The id of the newest comment that is not in the index."""
    (rows,) = await db.read(Query("SELECT comment_id FROM unsearched ORDER BY comment_id DESC LIMIT 1", {}))
    return rows[0][0] if rows else None


async def index_some(db: Database) -> bool:
    """Takes the oldest of what waits into the index. Says whether more may wait.

    Several processes may do so at once: each takes in only what still waits when its unit comes to be written.
    """
    (rows,) = await db.read(Query(_WAITING, {"limit": PORTION}))
    ids = [row[0] for row in rows]
    if ids:
        pairs = {"pairs": json.dumps(await _numbered(db, ids))}
        await db.write([Statement(sql, pairs) for sql in (_NUMBERING, _INDEXING, _DONE)])
    return len(ids) == PORTION


async def _numbered(db: Database, ids: list[str]) -> list[tuple[int, str]]:
    """A number for each that no other has, in their order."""
    answers = await db.read(
        *[Query(_TAKEN, {"first": first, "last": last + _ASIDE}) for first, last in _runs(map(_first_number, ids))]
    )
    return list(_numbers(ids, {row[0] for rows in answers for row in rows}))


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of those that lie near one another: years between two comments are not looked through."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        near = runs and number - runs[-1][1] <= _ASIDE
        runs[-1:] = [(runs[-1][0], number)] if near else [*runs[-1:], (number, number)]
    return runs


def _numbers(ids: Iterable[str], taken: Set[int] = frozenset()) -> Iterator[tuple[int, str]]:
    last = 0
    for one in ids:
        last = max(last + 1, _first_number(one))
        while last in taken:
            last += 1
        yield last, one


def index_everything(connection: sqlite3.Connection) -> None:
    """Makes the whole index anew, in the transaction that is open: for a database that was filled in one go."""
    connection.execute("DELETE FROM searchable")
    ids = (row[0] for row in connection.execute("SELECT id FROM comments ORDER BY id"))
    connection.executemany("INSERT INTO searchable (number, comment_id) VALUES (?, ?)", _numbers(ids))
    connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
    connection.execute("DELETE FROM unsearched")


# Finding

_FROM = (
    "FROM search CROSS JOIN searchable s ON s.number = search.rowid CROSS JOIN comments c ON c.id = s.comment_id"
    " LEFT JOIN members m ON m.id = c.author_id"
)
# From the few that a tab of its own lists, each looked up in the index.
_FROM_FEW = (
    " CROSS JOIN searchable s ON s.comment_id = d.comment_id CROSS JOIN search ON search.rowid = s.number"
    " CROSS JOIN comments c ON c.id = s.comment_id LEFT JOIN members m ON m.id = c.author_id"
)
_AMONG = {"reported": f"FROM reported d{_FROM_FEW}", "audit": f"FROM audits d{_FROM_FEW}"}
# Through the queue in its order, each comment looked up in the index.
_FROM_QUEUE = (
    "FROM comments c CROSS JOIN searchable s ON s.comment_id = c.id CROSS JOIN search ON search.rowid = s.number"
    " LEFT JOIN members m ON m.id = c.author_id"
)
_FEW = 3_000  # that are found, all of them, and put in order
_FOUND = "SELECT rowid FROM search WHERE search MATCH :match LIMIT :limit"


async def are_many(db: Database, wanted: Wanted) -> bool:
    """Does this search find more than can be put in order at once?"""
    (rows,) = await db.read(Query(_FOUND, {"match": _match(wanted), "limit": _FEW + 1}))
    return len(rows) > _FEW


def query_through_queue(wanted: Wanted, at: Page) -> Query:
    """The same for much that is found in one tab, by risk or doubt: the next of the queue that match are near."""
    parts = Parts()
    parts.add(f"c.site_id = {parts.name(wanted.site_id)} AND c.status = {parts.name(wanted.statuses[0])}")
    parts.add("c.status <> 'approved'")  # the condition of a partial index, literally
    return _query(parts, wanted, at, _FROM_QUEUE)


def query(wanted: Wanted, at: Page) -> Query:
    """The query for a page, which has the sorting value as its last column."""
    parts = Parts()
    parts.add(f"c.site_id = {parts.name(wanted.site_id)}")
    if wanted.among is None:
        return _query(parts, wanted, at, _FROM)
    parts.add(f"d.site_id = {parts.name(wanted.site_id)}")
    if wanted.among == "audit":
        parts.add("d.looked_at IS NULL")
    return _query(parts, wanted, at, _AMONG[wanted.among])


def _query(parts: Parts, wanted: Wanted, at: Page, source: str) -> Query:
    parts.add(f"search MATCH {parts.name(_match(wanted))}")
    add_scores(parts, wanted.search)
    for host in wanted.search.links:
        if host != ANY_LINK:
            parts.add(f"instr(lower(c.text), {parts.name(host)}) > 0")
    column, order = _order(parts, at)
    sql = f"SELECT {COLUMNS}, {column} {source} WHERE {parts.where} ORDER BY {order} LIMIT {parts.name(at.limit)}"
    return Query(sql, parts.parameters)


def _order(parts: Parts, at: Page) -> tuple[str, str]:
    """Sorting column and order; adds the bound of the page. Numbers go up as ids do, so time needs no sorting."""
    after = at.after
    if at.sort in ("riskiest", "uncertain"):
        column, sign, way = ("c.risk", "<", " DESC") if at.sort == "riskiest" else ("c.doubt", ">", "")
        if after:
            parts.add(f"({column}, c.id) {sign} ({parts.name(after.value)}, {parts.name(after.id)})")
        return column, f"{column}{way}, c.id{way}"
    if at.sort == "newest":
        if after:
            last = _first_number(after.id) + _ASIDE
            parts.add(f"search.rowid <= {parts.name(last)} AND c.id < {parts.name(after.id)}")
        return "0", "search.rowid DESC"
    if after:
        parts.add(f"search.rowid >= {parts.name(_first_number(after.id))} AND c.id > {parts.name(after.id)}")
    return "0", "search.rowid"


def _match(wanted: Wanted) -> str:
    """The full-text query (SQLite's documents on FTS5, section 3). All that people typed stands in strings."""
    search = wanted.search
    site = wanted.site_id.encode().hex()
    needed = [_any("facets", [f"{status}{site}" for status in wanted.statuses])]
    if search.authors:
        needed.append(_authors(wanted))
    if search.threads:
        needed.append(_any("facets", [f"t{one}" for one in wanted.thread_ids]))
    needed += [_buckets(search)] if search.scores else []
    needed += [f"text : {_phrase(words)}" for words in search.words]
    needed += [_link(host) for host in search.links]
    unwanted = "".join(f" NOT text : {_phrase(words)}" for words in search.without)
    return f"({' AND '.join(needed)}){unwanted}"


def _any(column: str, texts: list[str]) -> str:
    """Any of these in a column; nothing is found where there are none."""
    return f"{column} : ({' OR '.join(_string(text) for text in texts or ['nobody'])})"


def _authors(wanted: Wanted) -> str:
    guests = " OR ".join(f"guest : ^ {_string(name)} *" for name in wanted.search.authors)
    return f"({_any('facets', [f'a{one}' for one in wanted.author_ids])} OR {guests})"


def _buckets(search: Search) -> str:
    low, high = int(min_risk(search) * _BUCKETS), int(max_risk(search) * _BUCKETS)
    return _any("facets", [f"r{n}" for n in range(max(low, 0), high + 1)])


def _link(host: str) -> str:
    return _any("text", ["http", "https", "www"]) if host == ANY_LINK else f"text : {_string(host)}"


def _phrase(words: Words) -> str:
    return f"{_string(words.text)}{' *' if words.begins else ''}"


def _string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
