"""greenroom openapi: the document of the API, as /openapi.json serves it."""

import json

import click

from service.web.openapi import document
from service.web.routes import ROUTES


@click.command()
def command() -> None:
    """Print the API's document (OpenAPI 3.1), for generators of clients and the like. It needs no running service."""
    click.echo(json.dumps(document(ROUTES), indent=2, ensure_ascii=False))
