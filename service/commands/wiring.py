"""What the commands share: reading settings, opening the resources, and faults told in one line."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from service.actions.add_member import find_member
from service.actions.add_site import find_site
from service.actions.resources import Resources
from service.app import open_resources
from service.domain.errors import Invalid, Refusal, WrongFile
from service.domain.member import Member
from service.domain.site import Site
from service.settings import Misconfigured, Settings, read_settings
from service.storage.migrate import MigrationRefused

T = TypeVar("T")
FAILED, MISUSED = 1, 2

config_option = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with settings."
)
site_option = click.option("--site", "site_name", required=True, metavar="SITE", help="The site's name.")


def settings_or_exit(config: Path | None = None) -> Settings:
    """The settings; exits with 2 and a line for each fault."""
    config = config or click.get_current_context().find_root().params.get("config")
    try:
        return read_settings(os.environ, config)
    except Misconfigured as wrong:
        for fault in wrong.faults:
            click.echo(fault, err=True)
        sys.exit(MISUSED)


def run(work: Callable[[Resources], Awaitable[T]], scoring: bool = False) -> T:
    """Does the work with opened resources, with the models if it scores.

    Exits with 1 and one line if it is refused or a file holds what is wrong (a line for each fault), with 2 if it
    cannot begin or what was asked is wrong.
    """
    settings = settings_or_exit()

    async def opened() -> T:
        async with open_resources(settings, scoring) as res:
            return await work(res)

    try:
        return asyncio.run(opened())
    except Invalid as refusal:
        for fault in refusal.faults:
            click.echo(f"{fault.pointer.lstrip('/')}: {fault.detail}".removeprefix(": "), err=True)
        sys.exit(FAILED if isinstance(refusal, WrongFile) else MISUSED)
    except (Refusal, MigrationRefused) as refusal:
        click.echo(str(refusal), err=True)
    except OSError as error:
        exit_over_data(settings, error)
    sys.exit(FAILED)


def exit_over_data(settings: Settings, error: OSError) -> NoReturn:
    """Exits with 2 and a line that names the folder that cannot be used."""
    click.echo(
        f"GREENROOM_DATA: '{settings.data}' cannot be used ({error.strerror}); an example: /srv/greenroom", err=True
    )
    sys.exit(MISUSED)


async def site_named(res: Resources, name: str) -> Site:
    """The site of this name. Raises Refusal, saying how to make one."""
    site = await find_site(res, name)
    if site is None:
        raise Refusal(f"There is no site named {name}. Make it: greenroom site add {name} --origin URL")
    return site


async def member_named(res: Resources, site: Site, name_or_id: str) -> Member:
    """The member of this id, or else of this name. Raises Refusal."""
    member = await find_member(res, site, name_or_id)
    if member is None:
        raise Refusal(f"There is no member {name_or_id} on {site.id}.")
    return member


def public_url() -> str:
    """Where the service is reached, for links."""
    settings = settings_or_exit()
    return settings.public_url or f"http://{settings.host}:{settings.port}"


def progress(line: str) -> None:
    """Says how far long work has come, beside the results, which go to stdout."""
    click.echo(line, err=True)
