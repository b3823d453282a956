"""greenroom check: is the database what it should be?"""

import asyncio
import sqlite3
import sys

import click

from service.actions.agree_on_secret import adopt_secret
from service.actions.seal import Seal
from service.app import database_of, secret_of
from service.commands.wiring import FAILED, progress, settings_or_exit
from service.domain.errors import Refusal
from service.settings import Settings
from service.storage.checking import Fault, check
from service.storage.engines import is_postgres, migrate, open_database, schema_of
from service.storage.migrate import MigrationRefused


@click.command()
@click.option(
    "--adopt-secret", is_flag=True, help="Use this process's secret from now on, because the one before it is lost."
)
def command(adopt_secret: bool) -> None:
    """Verify the database: its schema, its file, every number against the rows it counts, rows that belong together.

    Names what is wrong and exits with 1. The service may go on meanwhile. Nothing is changed.
    """
    settings = settings_or_exit()
    where = database_of(settings)
    try:
        if adopt_secret:
            asyncio.run(_adopt(settings))
        found = list(check(where, progress)) if schema_of(where) else [Fault("schema", ["there is no database"], 0)]
    except (Refusal, MigrationRefused, OSError, sqlite3.Error) as error:
        click.echo(f"{_shown(where)} cannot be checked: {error}", err=True)
        sys.exit(FAILED)
    for fault in found:
        more = f"; and {fault.more} more" if fault.more else ""
        click.echo(f"{fault.check}: {'; '.join(fault.examples)}{more}")
    if found:
        sys.exit(FAILED)
    click.echo("Everything is as it should be.")


def _shown(where: str) -> str:
    return "The database" if is_postgres(where) else where


async def _adopt(settings: Settings) -> None:
    migrate(database_of(settings))
    db = await open_database(database_of(settings))
    try:
        await adopt_secret(db, Seal(secret_of(settings)))
    finally:
        await db.close()
