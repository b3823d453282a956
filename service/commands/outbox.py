"""greenroom outbox: what waits to be sent, and what could not be."""

from datetime import UTC, datetime

import click

from service.actions.outbox import Queued, unsent
from service.actions.resources import Resources
from service.commands.wiring import run


@click.group()
def command() -> None:
    """See what waits to be sent. A running service sends it; commands never do."""


@command.command(name="list")
@click.option("--most", type=click.IntRange(1, 10_000), default=100, help="Rows of each kind; default: 100.")
def list_unsent(most: int) -> None:
    """List letters that wait and letters that were given up: state, when, site, kind, attempts, last failure."""

    async def work(res: Resources) -> None:
        waiting, given_up = await unsent(res, most)
        for one in waiting:
            click.echo(_line("waits", one.event.due_at, one))
        for one in given_up:
            click.echo(_line("failed", one.failed_at or 0, one))

    run(work)


def _line(state: str, at: int, one: Queued) -> str:
    """Tab-separated; ids only, as in the outbox itself."""
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = one.event
    fields = (state, when, event.site_id, event.kind, event.id, str(one.attempts), one.failure or "-")
    return "\t".join(fields)
