"""`greenroom score`: comments as JSON Lines on standard input, the same objects with a score on standard output.

Nothing is stored and no server is needed. Training is in `train`; scikit-learn is never imported here.
"""

import json
import sys
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any, NoReturn, cast

import click

from service.spam import context
from service.spam.artefact import load_named, load_pinned
from service.spam.context import Clue
from service.spam.facts import Sample
from service.spam.manifest import ModelRefused
from service.spam.model import Model
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder

_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 22
_FIELDS = {"author": str, "url": str, "lang": str, "thread": str, "post": str}


class _BadLine(ValueError):
    """A line that cannot be scored; the message says what is wrong and what would be right."""


@click.command(name="score")
@click.option("--model", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of the model to use; without it, the shipped one.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Say why: adds `log_odds`, before calibration, and `explanation`, whose "
              "weights add up to it; its `clues`, from the post, come on top.")  # fmt: skip
def command(folder: Path | None, explain: bool) -> None:
    """Score comments: JSON Lines in, the same objects with `score` out, in order.

    Each line is an object with `text`, and may have `author` (a name), `url` (the author's), `post` (the text of the
    post: what a comment has to do with it moves the score a little), `lang` and `thread`; other keys are kept. A bad
    line ends the run with exit code 1; the lines before it have been answered.
    """
    try:
        model = load_named(folder) if folder else load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
    except ModelRefused as fault:
        raise click.ClickException(f"model refused: {fault}") from fault
    number = 1
    for lines in _batches(cast(BufferedIOBase, sys.stdin.buffer)):
        _answer(model, lines, number, explain)
        number += len(lines)


def _batches(source: BufferedIOBase) -> Iterator[list[bytes]]:
    """Whole lines as they come in, so that a slow writer gets answers at once and a fast one gets batches."""
    rest = b""
    while chunk := source.read1(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield lines
        if len(rest) > _LONGEST_LINE:
            yield [rest]  # refused by its reader
            return
    if rest:
        yield [rest]


def _answer(model: Model, lines: list[bytes], first: int, explain: bool) -> None:
    """Score these lines and write the answers; at a bad one, those before it, and exit."""
    found: list[dict[str, Any]] = []
    fault: tuple[int, _BadLine] | None = None
    for number, line in enumerate(lines, first):
        try:
            found += _parse(line)
        except _BadLine as bad:
            fault = number, bad
            break
    _write(model, found, explain)
    if fault is not None:
        _refuse(*fault)


def _refuse(number: int, fault: _BadLine) -> NoReturn:
    raise click.ClickException(f"line {number}: {fault}")


def _parse(line: bytes) -> list[dict[str, Any]]:
    """The object of one line; none for a blank line. Raises _BadLine."""
    if not line.strip():
        return []
    if len(line) > _LONGEST_LINE:
        raise _BadLine(f"is longer than {_LONGEST_LINE} bytes")
    try:
        fields = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise _BadLine(f"is not JSON in UTF-8 ({fault}); one object a line is needed") from fault
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise _BadLine('has no text; an object with a string "text" is needed')
    for name, kind in _FIELDS.items():
        if not isinstance(fields.get(name, ""), kind):
            raise _BadLine(f'has "{name}": {fields[name]!r:.60}; it must be a string or left out')
    return [fields]


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _write(model: Model, found: list[dict[str, Any]], explain: bool) -> None:
    samples = [Sample(fields["text"], fields.get("author", ""), fields.get("url", "")) for fields in found]
    answers = []
    for fields, sample, score in zip(found, samples, model.score(samples), strict=True):
        clue = context.topic(sample.text, fields.get("post"))
        moved = context.moved(score, [clue]) if clue else score
        why = _why(model, sample, clue) if explain else {}
        answers.append(json.dumps({**fields, "score": moved, **why}))
    if answers:
        click.echo("\n".join(answers))  # at once: to write costs more than to score


def _why(model: Model, sample: Sample, clue: Clue | None) -> dict[str, Any]:
    """The explanation as JSON: start and stop are code points of the text as it was given.

    The clue from the post is apart, since it is added to the calibrated log-odds, the other weights to those before.
    """
    found = model.explain(sample)
    pieces = [
        {
            "start": piece.start,
            "stop": piece.stop,
            "text": sample.text[piece.start : piece.stop],
            "weight": piece.weight,
        }
        for piece in found.pieces
    ]
    facts = [{"name": fact.name, "weight": fact.weight} for fact in found.facts]
    start, stop = found.window
    return {
        "log_odds": found.log_odds,
        "explanation": {
            "intercept": found.intercept,
            "pieces": pieces,
            "facts": facts,
            "window": {"start": start, "stop": stop},
            "clues": [{"code": clue.code, "detail": clue.detail, "weight": clue.log_odds}] if clue else [],
        },
    }
