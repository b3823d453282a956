"""greenroom models: the versions of a site's spam model, listed, shown, promoted and taken back."""

import json
from typing import Any

import click
import msgspec

from service.actions.model_life import Version, figures_of, version_of, versions
from service.actions.model_overview import overview
from service.actions.promote_model import promote_model, roll_back
from service.actions.resources import Resources
from service.actions.watch_models import Watching
from service.commands.wiring import run, site_named, site_option
from service.domain.errors import NotAllowedNow
from service.domain.intervals import Share
from service.domain.simulation import Figures
from service.web.times import rfc3339

_PAGE = 200


@click.group()
def command() -> None:
    """See, promote and roll back the models of a site."""


@command.command(name="list")
@site_option
def list_models(site_name: str) -> None:
    """List a site's models, newest first: version, state, when it was made, labels, why it was promoted or refused."""

    async def work(res: Resources) -> None:
        site, before = await site_named(res, site_name), None
        while True:
            found, before = await versions(res, site, before, _PAGE)
            for one in found:
                click.echo("\t".join(_row(one)))
            if before is None:
                return

    run(work, scoring=True)


def _row(one: Version) -> tuple[str, ...]:
    if one.trained is None:
        return one.version, one.state, "", "", "The model that comes with Greenroom."
    made, labels = rfc3339(one.trained.created_at), str(one.trained.card["data"]["labels"])
    return one.version, one.state, made, labels, one.trained.reason


@command.command()
@site_option
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="The whole card, as JSON.")
def show(site_name: str, version: str | None, as_json: bool) -> None:
    """Show a version, or the one in service with how it does lately: figures, alarms, who promoted it and when."""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        now = await overview(res, site, Watching(res))
        found = await version_of(res, site, version or now.version or "")
        try:
            figures = await figures_of(res, site, found)
        except NotAllowedNow as refused:
            click.echo(str(refused), err=True)
            figures = None
        if as_json:
            card = found.trained.card if found.trained else {}
            told: Any = msgspec.to_builtins({"version": found.version, "card": card, "figures": figures})
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for line in [*_about(found), *(_measured(figures) if figures else [])]:
            click.echo(line)
        if version is None or found.state == "in_service":
            click.echo(f"cuts: hold_at {now.hold_at:.4f}, spam_at {now.spam_at:.4f}. {now.words}")
            click.echo(f"lately: {_share(now.watch.held)} held, {_share(now.watch.reversed)} decided against it")
            click.echo(f"missed spam, by audit samples: {_share(now.watch.missed_spam)}; drift: {now.watch.drift}")
            for alarm in now.watch.alarms or ("none",):
                click.echo(f"alarm: {alarm}")

    run(work, scoring=True)


def _about(found: Version) -> list[str]:
    lines = [f"{found.version}: {found.state}"]
    if found.trained is not None:
        data = found.trained.card["data"]
        lines += [f"made {rfc3339(found.trained.created_at)} from {data['labels']} labels: {data['by_source']}"]
        lines += [f"the gate: {found.trained.outcome}. {found.trained.reason}"]
    for one in found.promotions:
        lines.append(f"{one.kind} {rfc3339(one.created_at)} by {one.actor_name or 'the service'}, after {one.previous}")
    return lines


def _measured(figures: Figures) -> list[str]:
    tested = f"on {figures.ham} ham and {figures.spam} spam that it had not seen"
    return [f"{tested}: AUC {figures.auc}, calibration error {figures.calibration_error}"]


def _share(share: Share) -> str:
    if share.share is None:
        return "none yet"
    return f"{share.count} of {share.of} ({share.low:.1%} to {share.high:.1%})"


@command.command()
@site_option
@click.argument("version")
@click.option("--override", is_flag=True, help="Promote a version that the gate refused.")
def promote(site_name: str, version: str, override: bool) -> None:
    """Put a version into service; a running service switches within a second."""

    async def work(res: Resources) -> str:
        return (await promote_model(res, await site_named(res, site_name), version, None, override)).version

    click.echo(f"{run(work, scoring=True)} serves {site_name}")


@command.command()
@site_option
def rollback(site_name: str) -> None:
    """Go back to the version that served before; a running service switches within a second."""

    async def work(res: Resources) -> str:
        return (await roll_back(res, await site_named(res, site_name), None)).version

    click.echo(f"{run(work, scoring=True)} serves {site_name}")
