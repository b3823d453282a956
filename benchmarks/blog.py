"""A blog to measure on: made by the commands and filled over the API, as any owner would."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.processes import Server
from benchmarks.texts import SERIAL, plain

OPEN, HELD = "bench", "held"  # two sites: comments are judged by the model, or all wait for a moderator
API = f"/api/v1/sites/{OPEN}"
QUEUE = f"/api/v1/sites/{HELD}/queue?limit=50"
THREAD = f"{API}/comments?{urlencode({'thread': '/long.html'})}"
COUNTS = f"{API}/counts?{urlencode([('thread', f'/post-{i}.html') for i in range(20)])}"
_MEMBERS = 5
_LONG, _WAITING = 100, 60


class Blog(NamedTuple):
    """Who may do what on it."""

    tokens: list[str]  # of members, on the site that the model judges
    moderator: str
    held_token: str
    held_moderator: str


def environment(data: Path, database: str = "") -> dict[str, str]:
    """What the service and its commands are told: a folder, any free port, no rate limits, little talk."""
    return {
        "GREENROOM_DATA": str(data),
        "GREENROOM_DATABASE": database,
        "GREENROOM_PORT": "0",
        "GREENROOM_RATE_LIMITS": "off",
        "GREENROOM_LOG": "warning",
    }


def make_blog(environ: Mapping[str, str]) -> Blog:
    """The sites and their people, by commands in this environment."""
    _command(environ, "site", "add", OPEN, "--origin", "https://blog.example")
    _command(environ, "site", "add", HELD, "--origin", "https://held.example", "--moderation", "always")
    tokens = [_person(environ, OPEN, f"Reader {i}", "member") for i in range(_MEMBERS)]
    moderators = [_person(environ, site, "Moderator", "moderator") for site in (OPEN, HELD)]
    return Blog(tokens, moderators[0], _person(environ, HELD, "Reader", "member"), moderators[1])


def _person(environ: Mapping[str, str], site: str, name: str, role: str) -> str:
    _command(environ, "member", "add", "--site", site, "--name", name, "--role", role)
    return _command(environ, "token", "--site", site, "--member", name)


def _command(environ: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    everything = {**os.environ, **environ}
    return subprocess.run(
        command, env=everything, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


def fill(server: Server, blog: Blog) -> int:
    """A thread of 100, and more than a page of comments that wait. Returns how many were stored."""
    for i in range(_LONG):
        _post(server, OPEN, blog.moderator, "/long.html", i)
    for i in range(_WAITING):
        _post(server, HELD, blog.held_token, f"/post-{i % 20}.html", i)
    return _LONG + _WAITING


def _post(server: Server, site: str, token: str, thread: str, number: int) -> None:
    text = plain(random.Random(number)).replace(SERIAL, f"no. {number}")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"thread": thread, "text": text}).encode()
    answer = server.ask("POST", f"/api/v1/sites/{site}/comments", body, headers)
    if answer.status not in (201, 202):
        raise RuntimeError(f"the service answered {answer.status} to a comment: {answer.body[:500]!r}")
