"""Reads labelled comments from JSON Lines files, gzipped or plain, strictly: a bad row is named, not skipped."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from service.spam.facts import Sample
from service.spam.training import Row


class BadRow(ValueError):
    """A row that cannot be used; the message names file, line, fault and what would be right."""


class Snapshot(NamedTuple):
    """One file as it was read."""

    name: str
    sha256: str
    rows: int


def read(paths: Sequence[Path], split: str | None = None) -> tuple[list[Row], list[Snapshot]]:
    """All rows of the files in order, or those whose field `split` is this. Raises BadRow and OSError."""
    rows: list[Row] = []
    snapshots = []
    for path in paths:
        found = list(_rows(path, split))
        rows += found
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        snapshots.append(Snapshot(path.name, digest, len(found)))
    return rows, snapshots


def _rows(path: Path, split: str | None) -> Iterator[Row]:
    for number, line in enumerate(_lines(path), 1):
        try:
            row = _row(line, path.name, split) if line.strip() else None
        except ValueError as fault:
            raise BadRow(f"{path}: line {number}: {fault}") from fault
        if row is not None:
            yield row


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from file
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        raise BadRow(f"{path}: {fault}; a whole gzip file is needed") from fault


def _row(line: bytes, name: str, split: str | None) -> Row | None:
    """One row, None when it is of another split. Raises ValueError with the fault and what would be right."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"is not JSON in UTF-8 ({fault}); one object a line is needed") from fault
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise ValueError('has no text; "text" must be a string')
    if fields.get("label") not in ("spam", "ham"):
        raise ValueError(f'has the label {fields.get("label")!r}; "label" must be "spam" or "ham"')
    if split is not None and fields.get("split") != split:
        return None
    source = fields.get("source", name.split(".", maxsplit=1)[0])
    if not isinstance(source, str):
        raise ValueError('has a source that is no text; "source" must be a string or left out')
    author, url, language = (
        value if isinstance(value := fields.get(name), str) else "" for name in ("author", "url", "lang")
    )
    return Row(Sample(fields["text"], author, url), fields["label"] == "spam", source, language)
