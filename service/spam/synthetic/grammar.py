"""Reads the grammar files beside it and expands their symbols into texts; what is made of them is in `generator`.

A line `== name` begins a symbol; each line below it is one way to write it. `{name}` stands for a symbol, `{a|b|}` for
one of its parts or nothing, `{#3}` for a number of three digits. A line that begins with `;` is for the reader.

Ways are dealt out to two halves: of four and more ways that a symbol has, each fourth is kept for tests and never
trained on. Single symbols and short lists are shared, for they only say what kinds of text there are.
"""

import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

Half = Literal["train", "test"]
_FILES = ("spam_english.txt", "ham_english.txt", "many_languages.txt")
_TOKEN = re.compile(r"[{}|]|[^{}|]+")
_FEWEST = 4  # ways of a symbol that is dealt out; each so-manieth is for tests
_LETTERS = "bcdfghjklmnpqrstvwz"
_VOWELS = "aeiou"
_ENDINGS = (
    ".com",
    ".net",
    ".org",
    ".ru",
    ".info",
    ".co",
    ".io",
    ".xyz",
    ".online",
    ".shop",
    ".top",
    ".club",
    ".in",
    ".de",
)
_PATHS = ("", "/", "/{word}", "/{word}-{word}.html", "/?{word}={number}", "/{word}/{word}", "/{number}", "/index.php")


class Choice(NamedTuple):
    """One of several sequences, drawn with the same chance."""

    ways: tuple["Sequence", ...]


class Symbol(NamedTuple):
    """A symbol by its name."""

    name: str


Sequence = tuple["str | Symbol | Choice", ...]
Draw = Callable[[random.Random], str]


class BadGrammar(ValueError):
    """A grammar file is wrong; the message says where."""


@cache
def symbols() -> dict[str, tuple[Sequence, ...]]:
    """All symbols of all files and their ways, checked: each symbol that is used is there."""
    found: dict[str, list[Sequence]] = {}
    for file in _FILES:
        name = ""
        for number, line in enumerate(resources.files(__package__).joinpath(file).read_text("utf-8").splitlines(), 1):
            if line.startswith("== "):
                name = line[3:].strip()
                found[name] = []
            elif line.strip() and not line.startswith(";"):
                found[name].append(parse(line, f"{file}, line {number}"))
    for name, ways in found.items():
        for used in {symbol for way in ways for symbol in _used(way)} - found.keys() - DRAWN.keys():
            if not re.fullmatch(r"#\d", used):
                raise BadGrammar(f"{name} uses {{{used}}}, which no file says how to write")
    return {name: tuple(ways) for name, ways in found.items()}


def parse(line: str, where: str) -> Sequence:
    tokens = _TOKEN.findall(line)
    sequence, rest = _sequence(tokens, 0, "", where)
    if rest != len(tokens):
        raise BadGrammar(f"{where}: a brace too much")
    return sequence


def _sequence(tokens: list[str], at: int, ends: str, where: str) -> tuple[Sequence, int]:
    """The parts up to a token that ends them; a bar outside of braces is a bar."""
    parts: list[str | Symbol | Choice] = []
    while at < len(tokens) and tokens[at] not in ends and tokens[at] != "}":
        if tokens[at] == "{":
            part, at = _braces(tokens, at + 1, where)
            parts.append(part)
        else:
            parts.append(tokens[at])
            at += 1
    return tuple(parts), at


def _braces(tokens: list[str], at: int, where: str) -> tuple[Symbol | Choice, int]:
    """What stands in braces, the first of which has been read."""
    ways = []
    while True:
        way, at = _sequence(tokens, at, "|", where)
        ways.append(way)
        if at >= len(tokens):
            raise BadGrammar(f"{where}: a brace is not closed")
        at += 1
        if tokens[at - 1] == "}":
            break
    single = ways[0][0] if len(ways) == 1 and len(ways[0]) == 1 else None
    return (Symbol(single) if isinstance(single, str) else Choice(tuple(ways))), at


def _used(way: Sequence) -> Iterator[str]:
    for part in way:
        if isinstance(part, Symbol):
            yield part.name
        elif isinstance(part, Choice):
            for inner in part.ways:
                yield from _used(inner)


@cache
def ways_of(name: str, half: Half) -> tuple[Sequence, ...]:
    """The ways of a symbol in one half."""
    ways = symbols()[name]
    if len(ways) < _FEWEST or all(len(way) == 1 and isinstance(way[0], Symbol) for way in ways):
        return ways
    return tuple(way for number, way in enumerate(ways) if (number % _FEWEST == _FEWEST - 1) is (half == "test"))


def expand(name: str, half: Half, draw: random.Random) -> str:
    """One text of a symbol, of the ways of one half."""
    if name in DRAWN:
        return DRAWN[name](draw)
    if name[0] == "#":
        return _number(int(name[1:]), draw)
    return _written(draw.choice(ways_of(name, half)), half, draw)


def _written(way: Sequence, half: Half, draw: random.Random) -> str:
    parts = []
    for part in way:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, Symbol):
            parts.append(expand(part.name, half, draw))
        else:
            parts.append(_written(draw.choice(part.ways), half, draw))
    return "".join(parts)


def _number(digits: int, draw: random.Random) -> str:
    return str(draw.randint(1, 9)) + "".join(draw.choice("0000123456789") for _ in range(digits - 1))


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_LETTERS) + draw.choice(_VOWELS) for _ in range(draw.randint(2, 4)))


def _host(draw: random.Random) -> str:
    """A host that nobody has: syllables, or words of what is sold."""
    words = [_word(draw)]
    if draw.random() < 0.5:
        sold = [way[0] for way in symbols()["product"] if isinstance(way[0], str)]
        words += [re.sub(r"\W", "", draw.choice(sold)) for _ in range(draw.randint(1, 2))]
        draw.shuffle(words)
    return draw.choice(("", "-")).join(words).lower() + draw.choice(_ENDINGS)


def _url(draw: random.Random) -> str:
    path = draw.choice(_PATHS).replace("{word}", _word(draw), 1).replace("{word}", _word(draw))
    start = draw.choice(("http://", "https://", "http://www.", "www.", "https://www.", ""))
    return start + _host(draw) + path.replace("{number}", _number(4, draw))


def _phone(draw: random.Random) -> str:
    return draw.choice(
        ("+1-8{}-{}-{}", "+91 9{}{}{}", "1-8{}-{}-{}", "+44 7{} {}{}", "0{}{}{}", "+234 8{} {} {}")
    ).format(_number(2, draw), _number(3, draw), _number(4, draw))


def _mail(draw: random.Random) -> str:
    provider = draw.choice(("gmail.com", "outlook.com", "yahoo.com", "mail.com", "{host}")).replace(
        "{host}", _host(draw)
    )
    return f"{_word(draw)}{draw.choice(('', '.', '_'))}{draw.choice((_word(draw), _number(2, draw)))}@{provider}"


def _gibberish(draw: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz" + draw.choice(("", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"))
    return "".join(draw.choice(letters) for _ in range(draw.randint(6, 12)))


DRAWN: dict[str, Draw] = {"host": _host, "url": _url, "phone": _phone, "mail": _mail, "gibberish": _gibberish}
