"""greenroom serve: the service itself."""

import gc
import logging
import sys
from pathlib import Path

import click
import uvloop

from service.actions.resources import Resources
from service.actions.show_ways_in import Link, demo_links, owner_links
from service.actions.trainer import Trainer
from service.app import build_app, database_of, for_trainings, learn, open_resources, secret_of, send_letters
from service.commands.printing import print_or_wait
from service.commands.wiring import FAILED, MISUSED, config_option, exit_over_data, settings_or_exit
from service.domain.errors import Refusal, StorageUnavailable
from service.settings import Settings
from service.storage.migrate import MigrationRefused
from service.storage.sole import served_alone
from service.web.app_keys import Serving
from service.web.server import CannotListen, serving, stop_asked


@click.command()
@click.option("--demo", is_flag=True, help="Make the site `demo` with a sample post, members and a few comments.")
@config_option
def command(demo: bool, config: Path | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was accepted."""
    settings = settings_or_exit(config)
    logging.basicConfig(level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        with served_alone(database_of(settings)):
            uvloop.run(_serve(settings, demo))
    except CannotListen as fault:
        name, example = ("PORT", "8081") if fault.of_port else ("HOST", "127.0.0.1")
        where = f"{settings.host}:{settings.port}"
        click.echo(f"GREENROOM_{name}: cannot listen on {where} ({fault}); an example: {example}", err=True)
        sys.exit(MISUSED)
    except (MigrationRefused, StorageUnavailable) as refused:
        click.echo(f"GREENROOM_DATABASE: {refused}", err=True)
        sys.exit(FAILED)
    except Refusal as refused:
        click.echo(str(refused), err=True)
        sys.exit(FAILED)
    except BrokenPipeError:  # nobody reads our greeting any more: click ends the command without a word
        raise
    except OSError as error:
        exit_over_data(settings, error)


async def _serve(settings: Settings, demo: bool) -> None:
    _collect_garbage_seldom()
    asked = stop_asked()
    async with open_resources(settings, scoring=True, trainer=Trainer(for_trainings(settings))) as res:
        about = Serving(settings.public_url, settings.trusted_proxies, secret_of(settings))
        about.metrics_token = settings.metrics_token
        app = build_app(settings, res, about)
        send_letters(app, settings, print_or_wait)
        learn(app)
        async with serving(app, settings.host, settings.port) as port:
            about.public_url = settings.public_url or _local_url(settings.host, port)
            about.demo_site = "demo" if demo else None
            _greet(about, await _links(res, about, demo), res)
            await asked.wait()


def _collect_garbage_seldom() -> None:
    """What the start has made stays, so the collector need not look at it again; a request leaves few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _local_url(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    return f"http://{'127.0.0.1' if everywhere else shown}:{port}"


async def _links(res: Resources, about: Serving, demo: bool) -> list[Link]:
    """Ways in for the person at the console: a one-time link for an owner of each site, and the demo's."""
    links = await demo_links(res, about.public_url) if demo else []
    return [*links, *await owner_links(res, about.public_url)]


def _greet(about: Serving, links: list[Link], res: Resources) -> None:
    click.echo(f"Greenroom serves at {about.public_url}")
    for link in links:
        click.echo(f"  {link.what}: {link.url}")
    if not links:
        click.echo("  No site yet. Add yours: greenroom site add my-blog --origin https://blog.example")
    click.echo(f"  The HTTP API, described: {about.public_url}/docs")
    if res.scorer.state != "ready":
        click.echo(f"  Comments are held unscored: {res.scorer.reason}", err=True)
    sys.stdout.flush()
