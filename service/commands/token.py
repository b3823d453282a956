"""greenroom token: a way in for programs, and the end of one."""

import click

from service.actions.add_member import find_member
from service.actions.end_session import end_all_tokens, end_token
from service.actions.make_token import find_token, make_token
from service.actions.resources import Resources
from service.commands.wiring import run, site_named, site_option
from service.domain.errors import Refusal
from service.domain.token import Scope

_DAY_MS = 86_400_000


@click.command()
@site_option
@click.option("--member", "name_or_id", required=True, help="Whose token: name or id.")
@click.option(
    "--scope",
    type=click.Choice(["full", "comment"]),
    default="full",
    show_default=True,
    help="comment: without the powers of a moderator.",
)
@click.option("--days", type=click.IntRange(1, 3_650), default=365, show_default=True, help="How long it lasts.")
@click.option("--revoke", metavar="TOKEN", help="End this token instead, or with 'all' every token of the member.")
def command(site_name: str, name_or_id: str, scope: Scope, days: int, revoke: str | None) -> None:
    """Print a new token for a member, and nothing else. It is kept only as a hash: this is the one time it is seen."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        member = await find_member(res, site, name_or_id)
        if member is None:
            raise Refusal(f"There is no member {name_or_id} on {site.id}.")
        if revoke == "all":
            await end_all_tokens(res, member)
        elif revoke is not None:
            token = await find_token(res, member, revoke)
            if token is None:
                raise Refusal(f"{member.name} has no such token.")
            await end_token(res, token)
        else:
            click.echo(await make_token(res, member, scope, days * _DAY_MS))

    run(work)
