"""`greenroom train`: labelled comments in JSON Lines files in, a model folder out."""

import hashlib
import math
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import joblib
import numpy
import sklearn

from service.spam import artefact, building, card, evaluation, features, labelled, slicing
from service.spam.building import Built
from service.spam.labelled import Snapshot
from service.spam.linear import probabilities
from service.spam.model import Model
from service.spam.synthetic import generator
from service.spam.training import Recipe, Row, TooFewRows


class FilesOption(click.Command):
    """Lets one --data take all file names that follow it, as the shell expands `--data *.jsonl.gz`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _spread(args))


def _spread(args: Sequence[str]) -> list[str]:
    """`--data A B` as `--data A --data B`."""
    result: list[str] = []
    taking = False
    for arg in args:
        if arg.startswith("-"):
            taking = arg == "--data"
            if not taking:
                result.append(arg)
        elif taking:
            result += ["--data", arg]
        else:
            result.append(arg)
    return result


@click.command(name="train", cls=FilesOption)
@click.option("--data", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              required=True, metavar="FILES...", help="JSON Lines files, .gz read as gzip; each row has text and "
              "label (spam or ham), and may have source and split.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the model.")
@click.option("--split", help="Train on the rows of this split only; without it on all rows.")
@click.option("--measure-on", "test_split", metavar="SPLIT", help="Measure on the rows of this split afterwards.")
@click.option("--no-synthetic", is_flag=True, help="Train on the rows given and on none of our own texts.")
def command(files: Sequence[Path], out: Path, split: str | None, test_split: str | None, no_synthetic: bool) -> None:
    """Train a model from scratch on exactly the rows given, and on texts of our own unless told otherwise."""
    tell = _teller()
    try:
        rows, snapshots = labelled.read(files, split)
        ours = [] if no_synthetic else generator.rows()
        built = building.build([*rows, *ours], Recipe(), tell)
        tests = labelled.read(files, test_split)[0] if test_split else []
        pin = _save(out, built, snapshots, tests, _again(files, out, split, test_split))
    except (labelled.BadRow, TooFewRows, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    tell(f"saved {out}")
    click.echo(f'SHIPPED_MANIFEST_SHA256 = "{pin}"')


def _teller() -> Callable[[str], None]:
    """Progress on standard error: one line that changes on a terminal, plain lines elsewhere."""
    before, after = ("\r\x1b[K", False) if sys.stderr.isatty() else ("", True)
    return lambda text: click.echo(f"{before}{text}", err=True, nl=after or text.startswith("saved"))


def _save(out: Path, built: Built, files: Sequence[Snapshot], tests: Sequence[Row], again: str) -> str:
    fields = _fields(built, files, tests)
    words = card.write({**fields, "features": features.parameters()}, again)
    return artefact.save(out, built.weights, fields, words)


def _fields(built: Built, files: Sequence[Snapshot], tests: Sequence[Row]) -> dict[str, Any]:
    """The manifest, but for what `artefact.save` adds."""
    moment = _now()
    return {
        "version": f"{moment:%Y%m%d}-{hashlib.sha256(built.weights.table.tobytes()).hexdigest()[:8]}",
        "created": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "versions": _versions(),
        "recipe": Recipe()._asdict(),
        "data": {"files": [file._asdict() for file in files], "sources": _counts(built.rows)},
        "calibration": {"slope": built.weights.slope, "offset": built.weights.offset},
        "thresholds": {"hold_at": built.hold_at, "spam_at": built.spam_at},
        "metrics": {
            "unseen_rows": built.unseen_rows,
            "unseen_sources": built.unseen_sources,
            "calibrations": {
                name: [round(loss, 4) for loss in losses if not math.isnan(loss)]
                for name, losses in built.calibrations.items()
            },
            "tested": _measured(built, tests),
        },
    }


def _now() -> datetime:
    """The time of making; SOURCE_DATE_EPOCH fixes it, so that a build can be repeated to the byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scikit_learn": sklearn.__version__,
        "joblib": joblib.__version__,
    }


def _counts(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Ham and spam rows of each source."""
    counts: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: row.source):
        counts.setdefault(row.source, [0, 0])[row.spam] += 1
    return counts


def _measured(built: Built, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Metrics of the finished model on rows set aside: over all, by source, length and language."""
    if not rows:
        return {}
    model = Model("", built.weights, built.hold_at, built.spam_at)
    scores = probabilities(built.weights, model.margins([row.sample for row in rows]))
    spam = numpy.array([row.spam for row in rows])
    return {name: evaluation.measure(spam[mine], scores[mine]) for name, mine in slicing.sliced(rows).items()
            if mine.any()}  # fmt: skip


def _again(files: Sequence[Path], out: Path, split: str | None, test_split: str | None) -> str:
    options = [f"--{name} {value}" for name, value in (("split", split), ("measure-on", test_split)) if value]
    names = " ".join(file.name for file in files)
    return " ".join(["greenroom train --data", names, *options, "--out", out.name if out.is_absolute() else str(out)])
