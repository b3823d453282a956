"""greenroom member invite, requests, accept, decline: letting people in."""

import click

from service.actions.decide_request import decide_request
from service.actions.invitations import requests_page
from service.actions.invite import Invite
from service.actions.invite import invite as make_invitation
from service.actions.resources import Resources
from service.commands.wiring import public_url, run, site_named, site_option
from service.domain.invitation import RequestOutcome
from service.domain.member import Role
from service.web.times import rfc3339


@click.command()
@site_option
@click.option("--email", help="Whom the invitation is for; whoever accepts it is known by this address.")
@click.option("--name", help="The name to begin with.")
@click.option("--role", type=click.Choice(["member", "moderator", "owner"]), default="member", show_default=True)
@click.option("--mail", is_flag=True, help="Mail the link to the address instead of printing it.")
def invite(site_name: str, email: str | None, name: str | None, role: Role, mail: bool) -> None:
    """Print a link that makes whoever opens it a member, once, within 14 days."""
    if mail and email is None:
        raise click.UsageError("--mail needs --email, like --email ada@example.org.")
    url = public_url()

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        made = await make_invitation(res, site, None, Invite(email, name, role, mailed=mail))
        if made.code is not None:
            click.echo(f"{url}/sites/{site.id}/invitation?code={made.code}")
        else:
            click.echo("The invitation is mailed." if made.is_new else "There is an invitation from today already.")

    run(work)


@click.command()
@site_option
def requests(site_name: str) -> None:
    """List those who ask to be made members, oldest first."""

    async def work(res: Resources) -> None:
        site, after = await site_named(res, site_name), ""
        while True:
            found, next_id = await requests_page(res, site, after, 200)
            for one in found:
                message = " ".join(one.message.split())
                click.echo(f"{one.id}\t{rfc3339(one.created_at)}\t{one.member_name}\t{message}")
            if next_id is None:
                return
            after = next_id

    run(work)


@click.command()
@site_option
@click.argument("request")
def accept(site_name: str, request: str) -> None:
    """Make the one who asked by REQUEST (its id) a member."""
    _decide(site_name, request, "accepted")


@click.command()
@site_option
@click.argument("request")
def decline(site_name: str, request: str) -> None:
    """Decline REQUEST (its id)."""
    _decide(site_name, request, "declined")


def _decide(site_name: str, request_id: str, outcome: RequestOutcome) -> None:
    async def work(res: Resources) -> None:
        decided = await decide_request(res, await site_named(res, site_name), None, request_id, outcome)
        click.echo(f"{decided.member_name}: {outcome}.")

    run(work)
