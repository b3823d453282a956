"""greenroom sign-on: how others vouch for a site's people."""

from pathlib import Path
from typing import Any

import click

from service.actions.resources import Resources
from service.actions.set_sign_on import rotate_secret, set_sign_on, shared_secret, show_sign_on
from service.commands.wiring import run, settings_or_exit, site_named, site_option
from service.domain.sign_on import SignOn

roles_option = click.option("--roles/--no-roles", default=None, help="May a token make moderators?")
vouches_option = click.option(
    "--vouches/--no-vouches", default=None, help="Is everybody a member of whom a token does not say otherwise?"
)


@click.group()
def command() -> None:
    """Say how others vouch for a site's people: the blog's own tokens, or an OpenID provider."""


@command.command()
@site_option
def show(site_name: str) -> None:
    """Show what is set; secrets are not shown."""

    async def work(res: Resources) -> None:
        _tell(await show_sign_on(res, await site_named(res, site_name)))

    run(work)


@command.command()
@site_option
@click.option("--issuer", metavar="ISSUER", help="What `iss` in a token has to be.")
@roles_option
@vouches_option
def secret(site_name: str, **wanted: Any) -> None:
    """Take tokens signed with a shared secret (HS256), and print the secret."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        click.echo(shared_secret(res, await set_sign_on(res, site, {"kind": "hs256", **_given(wanted)})))

    run(work)


@command.command()
@site_option
def rotate(site_name: str) -> None:
    """Print a new shared secret; the one before it holds for another 24 hours."""

    async def work(res: Resources) -> None:
        click.echo(shared_secret(res, await rotate_secret(res, await site_named(res, site_name))))

    run(work)


@command.command()
@site_option
@click.argument("jwks_url", metavar="URL")
@click.option("--issuer", required=True, metavar="ISSUER", help="What `iss` in a token has to be.")
@roles_option
@vouches_option
def jwks(site_name: str, **wanted: Any) -> None:
    """Take tokens signed with the keys published at URL (RS256, ES256, EdDSA)."""
    _set(site_name, {"kind": "jwks", **_given(wanted)})


@command.command()
@site_option
@click.argument("issuer")
@click.option("--client-id", required=True, help="By which name the provider knows us.")
@click.option(
    "--client-secret-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the secret that belongs to it.",
)
@roles_option
@vouches_option
def oidc(site_name: str, client_secret_file: Path | None, **wanted: Any) -> None:
    """Let people sign in at the OpenID provider ISSUER."""
    kept = client_secret_file.read_text(encoding="utf-8").strip() if client_secret_file else ""
    _set(site_name, {"kind": "oidc", "client_secret": kept, **_given(wanted)})
    settings = settings_or_exit()
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"Register there: {url}/sites/{site_name}/sign-in/oidc/callback")


@command.command()
@site_option
def off(site_name: str) -> None:
    """Take nobody's word any more. Sessions that are open stay so."""
    _set(site_name, {"kind": "off"})


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def _set(site_name: str, changes: dict[str, Any]) -> None:
    async def work(res: Resources) -> None:
        _tell(await set_sign_on(res, await site_named(res, site_name), changes))

    run(work)


def _tell(set_up: SignOn) -> None:
    shown = {"issuer": set_up.issuer, "jwks_url": set_up.jwks_url, "client_id": set_up.client_id}
    click.echo(f"kind\t{set_up.kind}")
    for name, value in shown.items():
        if value:
            click.echo(f"{name}\t{value}")
    for name, flag in (("roles", set_up.roles), ("vouches", set_up.vouches)):
        click.echo(f"{name}\t{'yes' if flag else 'no'}")
