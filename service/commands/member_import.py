"""greenroom member import: a list of people from a CSV file."""

import gzip
import io
import sys
import zlib
from pathlib import Path

import click

from service.actions.import_members import Taken, import_members
from service.actions.resources import Resources
from service.commands.wiring import FAILED, run, site_named, site_option
from service.domain.member_list import MemberList, read_member_list

_MOST_BYTES = 64 << 20


@click.command(name="import")
@site_option
@click.option("--invite", "by_letter", is_flag=True, help="Mail each an invitation instead of making them members.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def import_(site_name: str, by_letter: bool, dry_run: bool, file: Path) -> None:
    """Make everybody in FILE a member: CSV with the columns name, email, role; - reads standard input.

    All or nothing where a line is wrong; each such line is named. Who is a member already, by address, is left as he
    is, so that running it again does no harm. A file whose name ends in .gz is read as such.
    """
    found = read_member_list(_bytes(file), "email" if by_letter else "name")
    _exit_over_faults(found)

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        _tell(await import_members(res, site, found.entries, by_letter, dry_run), dry_run)

    run(work)


def _bytes(file: Path) -> bytes:
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as source:
            raw = source.read(_MOST_BYTES + 1)
        if file.suffix == ".gz":
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        click.echo(f"{file}: {getattr(error, 'strerror', None) or error}", err=True)
        sys.exit(FAILED)
    if len(raw) > _MOST_BYTES:
        click.echo(f"{file}: larger than 64 MiB; make several files of it.", err=True)
        sys.exit(FAILED)
    return raw


def _exit_over_faults(found: MemberList) -> None:
    for one in found.bad:
        click.echo(f"line {one.line}: {one.detail}", err=True)
    if found.bad:
        click.echo("Nothing was imported.", err=True)
        sys.exit(FAILED)


def _tell(taken: list[Taken], dry_run: bool) -> None:
    for one in taken:
        if one.became in ("known", "invited before"):
            click.echo(f"line {one.entry.line}: {one.entry.email or one.name} is {one.became}; skipped.")
        elif one.became == "member" and one.name != one.entry.name:
            click.echo(f"line {one.entry.line}: {one.entry.name} is called {one.name}: the name is taken.")
    would, new = "would be " if dry_run else "", [one for one in taken if one.became in ("member", "invited")]
    what = "invited" if any(one.became == "invited" for one in new) else "made members"
    click.echo(f"{len(new)} {would}{what}, {len(taken) - len(new)} skipped.")
