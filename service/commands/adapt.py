"""`greenroom adapt`: a blog's labelled comments in, the shipped model adapted to them out. Nothing is uploaded."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from service.spam import adapting, artefact, labelled, neardup
from service.spam.adapting import Adapted, Label
from service.spam.artefact import load_named, load_pinned
from service.spam.manifest import ModelRefused
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder
from service.spam.training import Row

_CARD = """\
# {version}

The model {base} adapted to {ham} honest comments and {spam} of spam (a = {a:.3f}, c = {c:.3f}, b = {b:.3f};
docs/model.md says what these are). It holds weights alone, none of the texts.
"""


@click.command(name="adapt")
@click.option("--labels", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
              help="JSON Lines file, .gz read as gzip; each row has text and label (spam or ham), and may have "
              "author and url.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the model.")
@click.option("--model", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of the model to start from; without it, the shipped one.")  # fmt: skip
def command(file: Path, out: Path, folder: Path | None) -> None:
    """Adapt the shipped model to a blog: 20 labelled comments help already, some hundred much.

    The shipped model stays as it is. With fewer than 5 comments of either label, only the share of spam is learnt.
    """
    try:
        base = load_named(folder) if folder else load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
        rows, _snapshots = labelled.read([file])
        if not rows:
            raise click.ClickException(f"{file} has no rows: at least one labelled comment is needed")
        adapted = adapting.adapt(base, _labels(rows))
        artefact.save(out, adapted.model.weights, adapting.fields(adapted), _card(adapted))
    except ModelRefused as fault:
        raise click.ClickException(f"model refused: {fault}") from fault
    except (labelled.BadRow, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"saved {out}: {_told(adapted)}", err=True)


def _labels(rows: Sequence[Row]) -> list[Label]:
    """Rows as labels, near-duplicates of one another in one group."""
    groups = neardup.cluster([neardup.sketch(row.sample.text) for row in rows])
    sizes = Counter(groups)
    return [
        Label(row.sample, row.spam, group=str(group) if sizes[group] > 1 else None)
        for row, group in zip(rows, groups, strict=True)
    ]


def _told(adapted: Adapted) -> str:
    ham, spam = adapted.labels
    learnt = "what spam is here was learnt" if adapted.mix.c else "only the share of spam was learnt"
    return f"{ham} honest comments and {spam} of spam, {learnt}"


def _card(adapted: Adapted) -> str:
    ham, spam = adapted.labels
    model = adapted.model
    return _CARD.format(version=model.version, base=adapted.base.version, ham=ham, spam=spam, **adapted.mix._asdict())
