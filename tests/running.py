"""A service in a process of its own, as people run it, with short ways to command and call it."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.commanding import greenroom, own_environment

Call = Callable[..., tuple[int, Any]]


class Running:
    """A running service."""

    def __init__(
        self, data: Path, environment: dict[str, str], process: "subprocess.Popen[str]", lines: list[str]
    ) -> None:
        self.data, self._environment, self.process, self.lines = data, environment, process, lines
        self.url = re.findall(r"http\S+", lines[0])[0]

    def greenroom(self, *arguments: str) -> str:
        """Runs a command on the same data and returns what it printed."""
        done = greenroom(*arguments, environment=self._environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def member(self, site: str, name: str, role: str = "member") -> Call:
        """Makes a member and returns his way to call the site's API."""
        self.greenroom("member", "add", "--site", site, "--name", name, "--role", role)
        return self.caller(site, self.greenroom("token", "--site", site, "--member", name))

    def caller(self, site: str, token: str | None) -> Call:
        """Calls a site's API: method, path below the site, body; gives status and JSON."""

        def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            return ask(f"{self.url}/api/v1/sites/{site}{path}", method, token, body)

        return call


def ask(
    url: str, method: str = "GET", token: str | None = None, body: Any = None, also: dict[str, str] | None = None
) -> tuple[int, Any]:
    """One request, with these headers also; status and JSON (None without a body)."""
    headers = {**(also or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    if data is not None:
        headers["Content-Type"] = "application/json"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")


@contextmanager
def running(data: Path, *arguments: str, **extra: str) -> Iterator[Running]:
    """Starts `greenroom serve` on any free port, without rate limits, and ends it with SIGTERM."""
    own = {
        "GREENROOM_DATA": str(data),
        "GREENROOM_PORT": "0",
        "GREENROOM_RATE_LIMITS": "off",
        "GREENROOM_LOG": "warning",
    }
    environment = own_environment(**{**own, **extra})
    command = [sys.executable, "-m", "service", "serve", *arguments]
    # From another folder than the project's, as an installed service would.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=data.parent)
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline()]
        while not any(word in lines[-1] for word in ("The desk of", "No site yet")):
            lines.append(process.stdout.readline())
            assert lines[-1], "the service ended before it was ready"
        yield Running(data, environment, process, lines)
    finally:
        process.terminate()
        status = process.wait(20)
        process.stdout.close()
    assert status == 0
