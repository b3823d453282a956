"""Reads lists of old and new keys: CSV, TSV or JSON Lines, plain or gzipped. What is wrong is named by its line."""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator

from service.domain.errors import Fault, Invalid, WrongFile
from service.domain.moves import Pair
from service.domain.thread import canonical_key

_GZIP = b"\x1f\x8b"  # RFC 1952, section 2.3.1
_KEY = re.compile(r"/|https?://", re.IGNORECASE)
# The first line of a table: the names of its columns.
_NAMES = re.compile(r'["\s]*(old|from)([_ ]?(key|url))?[",\s]+(new|to)([_ ]?(key|url))?["\s]*', re.IGNORECASE)
_EXAMPLE = "/2020/06/a.html,/posts/a/"


def read_pairs(raw: bytes) -> list[Pair]:
    """All pairs of a list, in order, with canonical keys. Raises WrongFile, naming every line that is wrong.

    A first line of names (old,new), empty lines and lines that begin with # are passed over.
    """
    pairs: list[Pair] = []
    faults: list[Fault] = []
    for number, line in _lines(raw):
        try:
            pairs.append(_pair(number, *_cells(line)))
        except Invalid as wrong:
            faults.append(Fault(f"line {number}", wrong.faults[0].detail))
    if faults:
        raise WrongFile(faults)
    return pairs


def _lines(raw: bytes) -> Iterator[tuple[int, str]]:
    try:
        text = (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8-sig")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise WrongFile([Fault("", "The file is no whole gzip file.")]) from None
    except UnicodeDecodeError as wrong:
        where = wrong.object.count(b"\n", 0, wrong.start) + 1
        raise WrongFile([Fault(f"line {where}", "UTF-8 is needed.")]) from None
    for number, line in enumerate(text.split("\n"), 1):
        told = line.strip()
        if told and not told.startswith("#") and not (number == 1 and _NAMES.fullmatch(told)):
            yield number, told


def _cells(line: str) -> tuple[str, str]:
    """The two keys of a line. Raises Invalid."""
    if line[0] in "[{":
        return _of_json(line)
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t" if "\t" in line else ","))]
    if len(cells) != 2:
        raise Invalid([Fault("", f"An old and a new key are needed, like {_EXAMPLE} (with a comma inside, quoted).")])
    return cells[0], cells[1]


def _of_json(line: str) -> tuple[str, str]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    cells = [told.get("old"), told.get("new")] if isinstance(told, dict) else told
    if not isinstance(cells, list) or len(cells) != 2 or not all(isinstance(cell, str) for cell in cells):
        raise Invalid([Fault("", 'As JSON a line is {"old": "/a", "new": "/b"} or ["/a", "/b"].')])
    return cells[0], cells[1]


def _pair(number: int, old: str, new: str) -> Pair:
    for key in (old, new):
        if not _KEY.match(key):
            raise Invalid([Fault("", f"'{key}' is no page: a path like /2020/06/a.html, or an address, is needed.")])
    return Pair(number, canonical_key(old), canonical_key(new))
