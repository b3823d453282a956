"""`greenroom evaluate`: how good the spam model is, in one table after another and as one HTML page."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from service.commands.train import FilesOption
from service.spam.artefact import load_named, load_pinned
from service.spam.assessing import attacks, material, mixing, page, parts, reliability, tables
from service.spam.assessing.bench import Bench
from service.spam.assessing.tables import Table
from service.spam.manifest import ModelRefused
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder

_PARTS: dict[str, Callable[[Bench], list[Table]]] = {
    "papers": parts.papers,
    "unseen": parts.unseen,
    "calibration": reliability.calibration,
    "learning": parts.learning,
    "disguises": attacks.disguises,
    "poisoning": attacks.poisoning,
    "constants": mixing.constants,
    "speed": attacks.speed,
}


@click.command(name="evaluate", cls=FilesOption)
@click.option("--data", "files", type=click.Path(exists=True, path_type=Path), multiple=True, required=True,
              metavar="FILES...", help="Labelled comments as JSON Lines, .gz read as gzip, or a folder.")  # fmt: skip
@click.option("--part", "chosen", type=click.Choice(list(_PARTS)), multiple=True,
              help="One part of the evaluation; may be repeated. Without it, all.")  # fmt: skip
@click.option("--rows", "most", type=click.IntRange(100), default=1_500, show_default=True,
              help="Rows of a source that are trained and tested on where sources are left out.")  # fmt: skip
@click.option("--model", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of the model to evaluate; without it, the shipped one.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="HTML file to write, with plots.")
def command(files: Sequence[Path], chosen: Sequence[str], most: int, folder: Path | None, out: Path | None) -> None:
    """Measure the spam model on labelled comments, print the tables and write them as a page.

    The public data are described in docs/model.md. All parts take some minutes.
    """
    try:
        shipped = load_named(folder) if folder else load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
        bench = Bench(material.load(_spread(files)), shipped, most, _tell)
        found = [table for name in chosen or _PARTS for table in _print(_PARTS[name](bench))]
        if out is not None:
            out.write_text(page.write(f"Greenroom's spam model {shipped.version}", found), encoding="utf-8")
    except ModelRefused as fault:
        raise click.ClickException(f"model refused: {fault}") from fault
    except (ValueError, KeyError, OSError, StopIteration) as fault:
        raise click.ClickException(f"the data cannot be used: {fault}") from fault


def _spread(files: Sequence[Path]) -> list[Path]:
    return [path for file in files for path in (sorted(file.glob("*.jsonl*")) if file.is_dir() else [file])]


def _print(found: list[Table]) -> list[Table]:
    for table in found:
        click.echo(tables.markdown(table))
    sys.stdout.flush()
    return found


def _tell(text: str) -> None:
    click.echo(text, err=True)
