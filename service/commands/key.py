"""greenroom key: standing ways in for programs, and for Akismet's clients."""

import click

from service.actions.add_member import find_member
from service.actions.keys import keys_page
from service.actions.make_key import NewKey, make_key, revoke_key
from service.actions.resources import Resources
from service.actions.set_member import members_page
from service.commands.wiring import run, site_named, site_option
from service.domain.errors import NotFound, Refusal
from service.domain.key import KeyKind, KeyScope
from service.domain.member import Member
from service.domain.site import Site
from service.web.times import from_rfc3339, rfc3339


@click.group()
def command() -> None:
    """Add, list and revoke keys for programs."""


@command.command()
@site_option
@click.option("--name", required=True, help="What it is for.")
@click.option("--kind", type=click.Choice(["api", "akismet"]), default="api", show_default=True)
@click.option("--scope", type=click.Choice(["full", "comment", "read"]), help="Of kind api; default: full.")
@click.option("--expires", help="When it ends by itself, like 2027-12-24T00:00:00Z; without it, when you revoke it.")
@click.option("--member", "name_or_id", help="The owner as whom it acts; default: the site's first.")
def add(
    site_name: str, name: str, kind: KeyKind, scope: KeyScope | None, expires: str | None, name_or_id: str | None
) -> None:
    """Print a new key, and nothing else. It is kept only as a hash: this is the one time it is seen."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        maker = await _owner(res, site, name_or_id)
        expires_at = None if expires is None else from_rfc3339(expires, "/expires")
        _, raw = await make_key(res, maker, NewKey(name, kind, scope, expires_at))
        click.echo(raw)

    run(work)


async def _owner(res: Resources, site: Site, name_or_id: str | None) -> Member:
    if name_or_id is not None:
        member = await find_member(res, site, name_or_id)
        if member is None:
            raise Refusal(f"There is no member {name_or_id} on {site.id}.")
        return member
    after: str | None = ""
    while after is not None:
        found, after = await members_page(res, site, after, 200)
        for one in found:
            if one.role == "owner" and one.standing(res.now_ms()) == "active":
                return one
    raise Refusal(f"{site.id} has no owner yet: greenroom member add --site {site.id} --name NAME --role owner")


@command.command(name="list")
@site_option
def list_keys(site_name: str) -> None:
    """List a site's keys: id, kind, scope, last four characters, last use, name."""

    async def work(res: Resources) -> None:
        site, after = await site_named(res, site_name), None
        while True:
            found, after = await keys_page(res, site, after, 200)
            for one in found:
                used = "never used" if one.last_used_at is None else rfc3339(one.last_used_at)
                click.echo(f"{one.id}\t{one.kind}\t{one.scope}\t...{one.last_four}\t{used}\t{one.name}")
            if after is None:
                return

    run(work)


@command.command()
@site_option
@click.argument("key_id", metavar="ID")
def revoke(site_name: str, key_id: str) -> None:
    """End the key of this ID at once."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        try:
            await revoke_key(res, site.id, key_id)
        except NotFound:
            raise Refusal(f"There is no key {key_id} on {site.id}.") from None

    run(work)
