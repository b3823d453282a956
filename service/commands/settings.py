"""greenroom settings: a site's policy, shown and changed."""

import json
from typing import Any

import click
import msgspec

from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.commands.wiring import run, site_named, site_option
from service.domain.errors import Fault, Invalid
from service.domain.site import Policy


@click.command()
@site_option
@click.argument("assignments", nargs=-1, metavar="[NAME=VALUE]...")
def command(site_name: str, assignments: tuple[str, ...]) -> None:
    """Show a site's policy, or change it: all of the assignments or none.

    Lists are written with commas between, or as JSON: origins=https://a.example,https://b.example. An empty value
    empties a list, and sets hold_at and spam_at back to what the model's card says.
    """

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        policy = site.policy
        if assignments:
            policy = await set_policy(res, site, dict(_read(one) for one in assignments))
        for name, value in msgspec.to_builtins(policy).items():
            click.echo(f"{name} = {json.dumps(value, ensure_ascii=False)}")

    run(work, scoring=bool(assignments))


def _read(assignment: str) -> tuple[str, Any]:
    """A value in the type that the setting wants; what does not fit stays text, and the policy says what is wrong."""
    name, equals, text = assignment.partition("=")
    if not equals:
        raise Invalid([Fault("", f"'{assignment}' sets nothing; write NAME=VALUE, like moderation=always.")])
    default = getattr(Policy(), name, None)
    if isinstance(default, tuple) and text.startswith("["):
        return name, _json(text)
    if isinstance(default, tuple):
        return name, [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, int) or name in ("hold_at", "spam_at", "honest_held_one_in"):
        return name, _json(text)
    return name, text


def _json(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
