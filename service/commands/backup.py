"""greenroom backup: everything in one file, while the service runs."""

import os
import sys
import time
from pathlib import Path

import click

from service import __version__
from service.app import database_of
from service.commands.wiring import FAILED, progress, settings_or_exit
from service.domain.errors import StorageUnavailable
from service.settings import Settings
from service.storage.archive import About, write


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> None:
    """Write a backup of database, secret and models to FILE (.tar, or .tar.gz) and print what it holds.

    It holds the rows of one moment; the service may go on meanwhile. Keep it as you keep the data: mail addresses and
    the secret are in it.
    """
    settings = settings_or_exit()
    try:
        about = About(__version__, time.time_ns() // 1_000_000)
        made = write(file, database_of(settings), lambda: _files(settings), about, progress)
    except (OSError, StorageUnavailable) as error:
        click.echo(f"Nothing was backed up: {error}", err=True)
        sys.exit(FAILED)
    rows = sum(int(told.partition(":")[0]) for told in made.tables.values())
    click.echo(f"{file}: {rows} rows in {len(made.tables)} tables, {len(made.files)} files, schema {made.schema}")


def _files(settings: Settings) -> dict[str, Path]:
    """The secret, and every file of the models trained here. Folders that are being written have names with a dot."""
    walk = os.walk(settings.data / "models")  # unlike a glob, it does not mind a folder that goes meanwhile
    files = sorted(Path(folder, name) for folder, _, names in walk for name in names)
    kept = [path for path in files if not path.parent.name.startswith(".")]
    return {str(path.relative_to(settings.data)): path for path in [settings.data / "secret", *kept] if path.is_file()}
