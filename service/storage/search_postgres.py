"""Searching on PostgreSQL: the engine keeps the words of each comment itself (a GIN index over tsvector).

Source: PostgreSQL's documents on full text search. Words are as they stand, in no language: no stems, no stop words.
"""

import re

from service.domain.search import ANY_LINK, Words
from service.storage.comments import COLUMNS, SOURCE
from service.storage.database import Query
from service.storage.search_order import Page, Parts, Wanted, add_scores

# As in the migration, to the letter: the index is used only where the expression is the same.
_PUNCTUATION = "'[][!\"#$%&''()*+,./:;<=>?@\\\\^_`{|}~“”„‘’«»–—…¿¡·•、。！？-]', ' ', 'g'"
_TEXT = f"to_tsvector('simple', regexp_replace(c.text, {_PUNCTUATION}))"

# What the index makes small letters of (İ among them), and what it may find between two words.
_FOLDED = "lower(replace(c.text, 'İ', 'i'))"
_APART, _BETWEEN = re.compile(r"[^a-z0-9]+"), "[^[:alnum:]]*"


def query(wanted: Wanted, at: Page) -> Query:
    """The query for a page, which has the sorting value as its last column."""
    parts, search = Parts(), wanted.search
    parts.add(f"c.site_id = {parts.name(wanted.site_id)}")
    parts.add(f"c.status IN ({parts.names(wanted.statuses or ('',))})")
    add_scores(parts, search)
    for words in search.words:
        add_words(parts, words)
    for words in search.without:
        parts.add(f"NOT {_TEXT} @@ {_phrase(parts, words)}")
    for host in search.links:
        _add_link(parts, host)
    if search.threads:
        parts.add(f"c.thread_id IN ({parts.names(wanted.thread_ids or ('',))})")
    if search.authors:
        _add_authors(parts, wanted)
    if wanted.among == "reported":
        parts.add("EXISTS (SELECT 1 FROM reported d WHERE d.comment_id = c.id)")
    if wanted.among == "audit":
        parts.add("EXISTS (SELECT 1 FROM audits d WHERE d.comment_id = c.id AND d.looked_at IS NULL)")
    column, order = _order(parts, at)
    sql = f"SELECT {COLUMNS}, {column} FROM {SOURCE} WHERE {parts.where} ORDER BY {order} LIMIT {parts.name(at.limit)}"
    return Query(sql, parts.parameters, varies=True)


def _order(parts: Parts, at: Page) -> tuple[str, str]:
    column, sign, way = {
        "riskiest": ("c.risk", "<", " DESC"),
        "uncertain": ("c.doubt", ">", ""),
        "newest": ("0", "<", " DESC"),
        "oldest": ("0", ">", ""),
    }[at.sort]
    if column == "0":
        if at.after:
            parts.add(f"c.id {sign} {parts.name(at.after.id)}")
        return column, f"c.id{way}"
    if at.after:
        parts.add(f"({column}, c.id) {sign} ({parts.name(at.after.value)}, {parts.name(at.after.id)})")
    return column, f"{column}{way}, c.id{way}"


def _phrase(parts: Parts, words: Words) -> str:
    """Words that follow one another, the last perhaps as a beginning."""
    phrase = f"phraseto_tsquery('simple', regexp_replace({parts.name(words.text)}, {_PUNCTUATION}))"
    return _beginning(phrase) if words.begins else phrase


def add_words(parts: Parts, words: Words) -> None:
    """What the index says; and, where the comments are gone through in their order, a look that costs an eighth of it.

    No text that the index would name is missed by it: between two words stands no letter and no figure.
    """
    parts.add(f"{_TEXT} @@ {_phrase(parts, words)}")
    if words.text.isascii() and (said := _APART.sub(_BETWEEN, words.text.lower()).strip()):
        parts.add(f"CASE WHEN {_FOLDED} ~ {parts.name(said)} THEN true ELSE false END")


def _add_link(parts: Parts, host: str) -> None:
    if host == ANY_LINK:
        parts.add(f"{_TEXT} @@ to_tsquery('simple', 'http | https | www')")
        return
    parts.add(f"{_TEXT} @@ {_phrase(parts, Words(host))}")
    parts.add(f"strpos(lower(c.text), {parts.name(host)}) > 0")


def _add_authors(parts: Parts, wanted: Wanted) -> None:
    """Members by their ids, guests by a name that begins so."""
    either = [f"c.author_id IN ({parts.names(wanted.author_ids)})"] if wanted.author_ids else []
    for name in wanted.search.authors:
        own = f"phraseto_tsquery('simple', {parts.name(name)})"
        words = f"to_tsvector('simple', c.author_name) @@ {_beginning(own)}"
        begins = f"strpos(lower(c.author_name), lower({parts.name(name)})) = 1"
        either.append(f"(c.author_name IS NOT NULL AND {words} AND {begins})")
    parts.add(f"({' OR '.join(either)})")


def _beginning(phrase: str) -> str:
    """The same phrase with its last word as a beginning; nothing, where it holds no word."""
    return f"(NULLIF(CAST({phrase} AS text), '') || ':*')::tsquery"
