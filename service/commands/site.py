"""greenroom site: the blogs that we serve."""

from urllib.parse import urlsplit

import click

from service.actions.add_site import add_site, every_site
from service.actions.resources import Resources
from service.actions.set_policy import changed_policy
from service.commands.wiring import run
from service.domain.site import Policy


@click.group()
def command() -> None:
    """Add and list sites."""


@command.command()
@click.argument("name")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    metavar="URL",
    help="Where the blog is, like https://blog.example.",
)
@click.option("--who-may-comment", type=click.Choice(["anyone", "signed_in", "members"]), help="Default: members.")
@click.option("--moderation", type=click.Choice(["always", "sometimes", "model", "never"]), help="Default: model.")
def add(name: str, origins: tuple[str, ...], who_may_comment: str | None, moderation: str | None) -> None:
    """Add the site NAME."""
    wanted = {
        "origins": [origin_of(one) for one in origins],
        "who_may_comment": who_may_comment,
        "moderation": moderation,
    }

    async def work(res: Resources) -> None:
        policy = changed_policy(Policy(), {name: value for name, value in wanted.items() if value is not None})
        site = await add_site(res, name, policy)
        click.echo(f"Site {site.id} added: {site.policy.who_may_comment} may comment.")

    run(work)


@command.command(name="list")
def list_sites() -> None:
    """List all sites."""

    async def work(res: Resources) -> None:
        for site in await every_site(res):
            click.echo(f"{site.id}\t{' '.join(site.policy.origins)}")

    run(work)


def origin_of(url: str) -> str:
    """The origin of a URL: scheme, host and port. Faults are found by the policy's own check."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else url
