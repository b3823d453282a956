"""What a moderator looks for, read from one line: words, "phrases" and operators. How it is found is storage's."""

import re
import unicodedata
from collections.abc import Callable
from math import inf
from typing import NamedTuple

import msgspec

from service.domain.comment import STATUSES, Status
from service.domain.errors import Fault, Invalid

MAX_LENGTH = 500  # code points
MAX_TERMS = 20
_POINTER = "/q"
_QUOTES = str.maketrans("“”„«»", '"' * 5)
# One part of the line: perhaps a minus, perhaps an operator, then a phrase in quotes or anything up to a space.
_PART = re.compile(r'\s*(-?)(?:([A-Za-z_]+):)?("[^"]*"\*?|[^\s"]*)')
_COMPARED = re.compile(r"(>=|<=|>|<|=)?\s*(\d+(?:\.\d*)?|\.\d+)")
_BETWEEN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\.\.(\d+(?:\.\d*)?|\.\d+)")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?", re.ASCII | re.IGNORECASE)
_SCHEMES = ("http", "https", "mailto")


class Words(msgspec.Struct, frozen=True):
    """Words that follow one another in a text, without regard to case; the last may be a beginning only."""

    text: str
    begins: bool = False


class Scores(msgspec.Struct, frozen=True):
    """Between which scores, and whether the bounds themselves belong to it; comments without a score never do."""

    low: float = -inf
    high: float = inf
    low_too: bool = True
    high_too: bool = True


class Search(msgspec.Struct, frozen=True):
    """All that is asked for holds at once; of several authors, threads or statuses any does."""

    words: tuple[Words, ...] = ()
    without: tuple[Words, ...] = ()
    authors: tuple[str, ...] = ()  # names, beginnings of names, or ids
    threads: tuple[str, ...] = ()  # keys or ids
    statuses: tuple[Status, ...] = ()
    scores: tuple[Scores, ...] = ()
    unscored: bool = False
    links: tuple[str, ...] = ()  # hosts; ANY_LINK: whatever it leads to


ANY_LINK = "*"


class _Part(NamedTuple):
    minus: bool
    operator: str  # "": none
    value: str
    begins: bool


def parse(line: str) -> Search:
    """Reads what a moderator typed. Raises Invalid, saying what cannot be understood and what would be."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and not c.isspace() for c in line):
        raise _wrong("A search holds no control characters.")
    if len(line) > MAX_LENGTH:
        raise _wrong(f"A search has {MAX_LENGTH} characters at most.")
    parts = _parts(line.translate(_QUOTES))
    if len(parts) > MAX_TERMS:
        raise _wrong(f"A search has {MAX_TERMS} words and operators at most.")
    found = Search()
    for part in parts:
        found = _with(found, part)
    if found.unscored and found.scores:
        raise _wrong("score:none and a comparison of scores cannot both hold.")
    return found


def _parts(line: str) -> list[_Part]:
    if line.count('"') % 2:
        raise _wrong('A phrase that begins with " ends with one, too.')
    found, at = [], 0
    while line[at:].strip():
        match = _PART.match(line, at)
        assert match is not None  # it matches the empty text, too
        at = match.end()
        part = _part(match[1], match[2] or "", match[3])
        if part is not None:
            found.append(part)
    return found


def _part(minus: str, operator: str, value: str) -> _Part | None:
    """None where nothing was said: a lone minus, two spaces."""
    if operator.lower() in _SCHEMES:  # an address, not an operator
        operator, value = "", f"{operator}:{value}"
    begins = value.endswith("*") and value != ANY_LINK
    bare = value.removesuffix("*") if begins else value
    bare = bare.strip('"') if bare.startswith('"') else bare
    return _Part(bool(minus), operator.lower(), bare, begins) if operator or bare else None


def _with(found: Search, part: _Part) -> Search:
    if not part.operator:
        name = "without" if part.minus else "words"
        return msgspec.structs.replace(found, **{name: (*getattr(found, name), _words(part))})
    if part.operator not in _OPERATORS:
        raise _wrong(
            f"There is no operator {part.operator}: (there are {', '.join(f'{name}:' for name in _OPERATORS)})."
            f' To look for the words themselves, put them in quotes: "{part.operator}:{part.value}".'
        )
    if part.minus:
        raise _wrong(f"A minus goes before words, not before {part.operator}: .")
    if not part.value.strip():
        raise _wrong(f"{part.operator}: needs a value after the colon, without a space: {_EXAMPLES[part.operator]}.")
    return _OPERATORS[part.operator](found, part.value.strip())


def _words(part: _Part) -> Words:
    if not any(c.isalnum() for c in part.value):
        raise _wrong(f"'{part.value}' holds no letter and no digit to look for.")
    return Words(part.value, part.begins)


def _author(found: Search, value: str) -> Search:
    if not any(c.isalnum() for c in value):
        raise _wrong(f"author:{value} holds no letter and no digit of a name.")
    return msgspec.structs.replace(found, authors=(*found.authors, value))


def _thread(found: Search, value: str) -> Search:
    return msgspec.structs.replace(found, threads=(*found.threads, value))


def _status(found: Search, value: str) -> Search:
    if value.lower() == "any":
        return msgspec.structs.replace(found, statuses=STATUSES)
    for status in STATUSES:
        if value.lower() == status:
            return msgspec.structs.replace(found, statuses=(*found.statuses, status))
    raise _wrong(f"'{value}' is no status; there are {', '.join(STATUSES)}, and any for all of them.")


def _score(found: Search, value: str) -> Search:
    if value.lower() == "none":
        return msgspec.structs.replace(found, unscored=True)
    between, compared = _BETWEEN.fullmatch(value), _COMPARED.fullmatch(value)
    if between is not None:
        scores = Scores(_number(between[1]), _number(between[2]))
        if scores.low > scores.high:
            raise _wrong(f"score:{value} begins above its end.")
    elif compared is not None:
        scores = _COMPARISONS[compared[1] or "="](_number(compared[2]))
    else:
        raise _wrong(
            f"score:{value} cannot be read; it looks like score:>0.8, score:<=0.2, score:0.4..0.6, score:none."
        )
    return msgspec.structs.replace(found, scores=(*found.scores, scores))


def _number(text: str) -> float:
    if float(text) > 1:
        raise _wrong(f"A score lies from 0 to 1; {text} is above.")
    return float(text)


def _link(found: Search, value: str) -> Search:
    """A host, with or without what stands around it in an address."""
    if value == ANY_LINK:
        return msgspec.structs.replace(found, links=(*found.links, ANY_LINK))
    host = re.sub(r"^(?:[a-z]+:)?//", "", value.lower())
    host = re.split(r"[/?#:]", host.rpartition("@")[2], maxsplit=1)[0]
    if not _HOST.fullmatch(host):
        raise _wrong(f"'{value}' names no host; it looks like link:casino.example, or link:* for any link.")
    return msgspec.structs.replace(found, links=(*found.links, host.rstrip(".")))


def _wrong(detail: str) -> Invalid:
    return Invalid([Fault(_POINTER, detail)])


_COMPARISONS: dict[str, Callable[[float], Scores]] = {
    ">": lambda number: Scores(low=number, low_too=False),
    ">=": lambda number: Scores(low=number),
    "<": lambda number: Scores(high=number, high_too=False),
    "<=": lambda number: Scores(high=number),
    "=": lambda number: Scores(number, number),
}
_OPERATORS: dict[str, Callable[[Search, str], Search]] = {
    "author": _author,
    "thread": _thread,
    "status": _status,
    "score": _score,
    "link": _link,
}
_EXAMPLES = {
    "author": "author:ada",
    "thread": "thread:/2020/06/post.html",
    "status": "status:spam",
    "score": "score:>0.8",
    "link": "link:casino.example",
}
