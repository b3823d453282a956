"""The command `greenroom`, also `python -m service`. Each command is a file of commands/, loaded when it is called."""

import os
from importlib import import_module
from pathlib import Path

import click

from service import __version__

# A library that does its own threading would fight with the service for two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

COMMANDS = {
    "serve": "Serve comments; makes the database on first start.",
    "site": "Add and list sites.",
    "settings": "Show and change a site's policy.",
    "threads": "List, close and move the discussions of a site's pages.",
    "member": "Add, suspend and ban members.",
    "outbox": "See what waits to be sent, and what could not be.",
    "sign-on": "Say how others vouch for a site's people.",
    "token": "Make a token for a member, or end one.",
    "key": "Add, list and revoke keys for programs.",
    "openapi": "Print the API's document (OpenAPI 3.1).",
    "backup": "Write everything to one file, while the service runs.",
    "check": "Verify the database: schema, numbers, rows that belong together.",
    "restore": "Put a backup into an empty place, of either engine.",
    "retrain": "Train a site's model on its moderators' decisions.",
    "models": "See, promote and roll back the models of a site.",
    "train": "Train a spam model from labelled comments.",
    "adapt": "Adapt the shipped model to labelled comments of a blog.",
    "evaluate": "Measure the spam model on labelled comments.",
    "score": "Score comments: JSON Lines in, the same with a score out.",
}


def module_of(command: str) -> str:
    """The name of the module in which a command is."""
    return f"service.commands.{command.replace('-', '_')}"


class _Commands(click.Group):
    """Loads a command's module only when it is called, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(module_of(cmd_name)).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="greenroom")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with settings.")
def main(config: Path | None) -> None:
    """Greenroom: comments for blogs, where the doubtful ones wait before they go on stage."""


if __name__ == "__main__":
    main(prog_name="greenroom")
