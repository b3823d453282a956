"""greenroom restore: a backup into an empty place, of either kind of database."""

import sys
from pathlib import Path

import click

from service.app import database_of
from service.commands.wiring import FAILED, progress, settings_or_exit
from service.domain.errors import StorageUnavailable
from service.storage.archive import ArchiveRefused, differences, restore
from service.storage.engines import migrate
from service.storage.migrate import MigrationRefused, migrations


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def command(file: Path) -> None:
    """Put the backup FILE into an empty database and data folder, then read everything back and compare.

    GREENROOM_DATABASE says where to: a backup of SQLite may be restored into PostgreSQL, and the other way. What is
    there already is never overwritten.
    """
    settings = settings_or_exit()
    where = database_of(settings)
    try:
        restored = restore(file, where, settings.data, migrations()[-1].number, progress)
        wrong = differences(where, restored)
        steps = [] if wrong else migrate(where)
    except (ArchiveRefused, MigrationRefused, StorageUnavailable, OSError) as error:
        click.echo(f"Nothing was restored: {error}", err=True)
        sys.exit(FAILED)
    if wrong:
        click.echo(f"What was written does not read back as it was: {', '.join(wrong)}", err=True)
        sys.exit(FAILED)
    rows = sum(int(told.partition(":")[0]) for told in restored.tables.values())
    brought = f"; brought up to date by {', '.join(steps)}" if steps else ""
    click.echo(f"{rows} rows in {len(restored.tables)} tables restored and read back{brought}")
