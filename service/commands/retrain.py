"""greenroom retrain: trains a site's model on its labels. The service starts the same command, at low priority."""

import os
import sys

import click

from service.actions.resources import Resources
from service.actions.start_training import find_training, start_training
from service.actions.train_model import Workshop, train_model
from service.app import models_folder, secret_of
from service.commands.wiring import FAILED, progress, run, settings_or_exit, site_named, site_option
from service.domain.errors import Refusal
from service.domain.training import Training
from service.spam.artefact import load_pinned
from service.spam.manifest import ModelRefused
from service.spam.model import Model
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder

_PRIORITY = 15  # of 19: whoever serves goes first


def _shipped() -> Model:
    try:
        return load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
    except ModelRefused as refused:
        raise Refusal(f"The shipped model, which all others are built on, may not be loaded: {refused}.") from refused


@click.command()
@site_option
@click.option(
    "--full", is_flag=True, help="Read the newest 20,000 labels, not only 5,000, and draw the learning curve."
)
@click.option("--training", "training_id", hidden=True, help="Carry out the training of this id, which has begun.")
def command(site_name: str, full: bool, training_id: str | None) -> None:
    """Train a site's model on its moderators' decisions; it comes into service if it is not worse."""
    settings = settings_or_exit()

    async def work(res: Resources) -> Training:
        site = await site_named(res, site_name)
        shop = Workshop(_shipped(), models_folder(settings), secret_of(settings))
        if training_id is None:
            begun = await start_training(res, site, "full" if full else "refit")
        else:
            os.nice(_PRIORITY)
            begun = await find_training(res, site, training_id)
        return await train_model(res, site, begun, shop)

    ended = run(work)
    if ended.state == "failed":
        progress(ended.reason or "It failed.")
        sys.exit(FAILED)
    click.echo(f"{ended.version}: {ended.outcome}. {ended.reason}")
