"""greenroom member: who is allowed on a site."""

from collections.abc import Callable

import click

from service.actions.add_member import NewMember, add_member
from service.actions.erase_member import erase_member
from service.actions.make_token import make_link
from service.actions.remove_comments import Removal, remove_comments
from service.actions.resources import Resources
from service.actions.set_member import MemberChange, members_page, set_member
from service.commands.member_import import import_
from service.commands.member_joining import accept, decline, invite, requests
from service.commands.wiring import member_named as named
from service.commands.wiring import public_url, run, site_named, site_option
from service.domain.errors import NotModerator
from service.domain.member import MemberStatus, Role
from service.web.times import from_rfc3339

_ROLES = click.Choice(["member", "moderator", "owner"])


@click.group()
def command() -> None:
    """Add, invite, import, list, suspend and ban members; print links that sign them in."""


@command.command()
@site_option
@click.option("--name", required=True, help="The name that readers see.")
@click.option("--email", help="Mail address; never shown to readers.")
@click.option("--role", type=_ROLES, default="member", show_default=True)
def add(site_name: str, name: str, email: str | None, role: Role) -> None:
    """Make somebody a member; prints the member's id."""

    async def work(res: Resources) -> None:
        member = await add_member(res, await site_named(res, site_name), NewMember(name, email, role))
        click.echo(member.id)

    run(work)


@command.command(name="list")
@site_option
def list_members(site_name: str) -> None:
    """List a site's members."""

    async def work(res: Resources) -> None:
        site, after = await site_named(res, site_name), ""
        while True:
            found, next_id = await members_page(res, site, after, 200)
            for one in found:
                click.echo(f"{one.id}\t{one.role}\t{one.status}\t{one.name}")
            if next_id is None:
                return
            after = next_id

    run(work)


@command.command()
@site_option
@click.option("--until", help="When the suspension ends, like 2026-12-24T00:00:00Z; without it, when you say so.")
@click.argument("member")
def suspend(site_name: str, member: str, until: str | None) -> None:
    """Keep MEMBER (name or id) from commenting for a time."""
    _set_status(site_name, member, "suspended", until)


@command.command()
@site_option
@click.option("--to", default="/desk", show_default=True, help="The path to go on to.")
@click.argument("member")
def link(site_name: str, to: str, member: str) -> None:
    """Print a link that signs MEMBER (name or id) in on our own pages, once, within 15 minutes."""
    url = public_url()

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        click.echo(await make_link(res, url, await named(res, site, member), to))

    run(work)


@command.command()
@site_option
@click.argument("member")
def ban(site_name: str, member: str) -> None:
    """End the membership of MEMBER (name or id)."""
    _set_status(site_name, member, "banned", None)


@command.command()
@site_option
@click.argument("member")
def readmit(site_name: str, member: str) -> None:
    """Let MEMBER (name or id) comment again."""
    _set_status(site_name, member, "active", None)


@command.command()
@site_option
@click.argument("member")
@click.argument("role", type=_ROLES)
def role(site_name: str, member: str, role: Role) -> None:
    """Make MEMBER (name or id) a member, a moderator or an owner. A site keeps an owner."""
    _change(site_name, member, lambda: MemberChange(role=role), role)


@command.command(name="remove-comments")
@site_option
@click.option("--reason", help="Why; it stands in the log.")
@click.option("--action", type=click.Choice(["remove", "mark_spam", "reject"]), default="remove", show_default=True)
@click.option("--by", "by", required=True, metavar="MODERATOR", help="Who decides this: name or id of a moderator.")
@click.argument("member")
def remove_all(site_name: str, reason: str | None, action: Removal, by: str, member: str) -> None:
    """Take all comments of MEMBER (name or id) down. The desk can undo it, as one decision."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        actor, target = await named(res, site, by), await named(res, site, member)
        if not actor.moderates(res.now_ms()):
            raise NotModerator
        done = await remove_comments(res, actor, target.id, action, reason)
        click.echo(f"{done.removed} comments, decision {done.decision_id}")
        for one in done.skipped:
            click.echo(f"{one.id}: {one.refusal}", err=True)

    run(work)


@command.command()
@site_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("member")
def erase(site_name: str, member: str, yes: bool) -> None:
    """Erase MEMBER (name or id) and everything he wrote, for good."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        found = await named(res, site, member)
        if not yes:
            click.confirm(f"Erase {found.name} and everything he wrote on {site.id}, for good?", abort=True)
        await erase_member(res, site, found.id)
        click.echo(f"{found.id} is erased.")

    run(work)


def _set_status(site_name: str, name_or_id: str, status: MemberStatus, until: str | None) -> None:
    def change() -> MemberChange:
        return MemberChange(status, None if until is None else from_rfc3339(until, "/until"))

    _change(site_name, name_or_id, change, status)


def _change(site_name: str, name_or_id: str, change: Callable[[], MemberChange], told: str) -> None:
    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        member = await named(res, site, name_or_id)
        await set_member(res, None, site, member.id, change())
        click.echo(f"{member.name} is {told} now.")

    run(work)


for _one in (invite, import_, requests, accept, decline):
    command.add_command(_one)
