"""The service as a process of its own, as operators have it: started, killed and stopped by its id, asked over HTTP."""

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from tests.commanding import greenroom, own_environment

_URL = re.compile(r"http://127\.0\.0\.1:\d+")
_PATIENCE_S = 30.0


class Service:
    """`greenroom serve` over one data folder; it can be started again after it was stopped or killed."""

    def __init__(self, data: Path, under: Sequence[str] = ()) -> None:
        self.data, self._under = data, list(under)
        self.url, self.ready_s = "", 0.0
        self.under_way = 0  # requests, where its callers count them
        self.program = ["-m", "service"]
        self.settings: dict[str, str] = {}  # beside those that all services of these tests have
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data.with_name(f"{data.name}.log")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def database(self) -> Path:
        return self.data / "greenroom.sqlite"

    def start(self) -> "Service":
        """Starts it and waits until it is ready; `ready_s` then says how long that took."""
        began = time.perf_counter()
        self.launch()
        assert self._process is not None
        assert self._process.stdout is not None
        found = _URL.search(self._process.stdout.readline().decode())
        assert found is not None, self.log()
        self.url = found[0]
        wait_until(self.is_ready, "the service to become ready")
        self.ready_s = time.perf_counter() - began
        return self

    def launch(self) -> None:
        """Starts it and does not wait for anything."""
        assert self._process is None
        with self._log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*self._under, sys.executable, *self.program, "serve"],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**environment(self.data), **self.settings},
            )

    def is_running(self) -> bool:
        """Has it not ended yet?"""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Does /readyz say 200?"""
        try:
            return self.status_of("/readyz") == 200
        except OSError:
            return False

    def status_of(self, path: str) -> int:
        """The status of one GET, on a connection of its own."""
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=15)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """The end without warning: SIGKILL."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self, timeout_s: float = _PATIENCE_S) -> int:
        """Asks it to end by SIGTERM. Returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout_s)

    def wait(self, timeout_s: float = _PATIENCE_S) -> int:
        """Waits for its end. Returns the exit code."""
        assert self._process is not None
        code = self._process.wait(timeout_s)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    def close(self) -> None:
        """Leaves nothing running."""
        if self._process is not None:
            self.kill()

    def log(self) -> str:
        """What it has written to stderr so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def resident_mib(self) -> float:
        """Memory that it holds now."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024


NewService = Callable[..., Service]
Record = Callable[[str, object], None]  # what pytest's record_property is


def environment(data: Path) -> dict[str, str]:
    """What service and commands are told: the folder, any free port, no rate limits."""
    told = {"DATA": str(data), "PORT": "0", "RATE_LIMITS": "off", "LOG": "warning"}
    return own_environment(**{f"GREENROOM_{name}": value for name, value in told.items()})


def command(data: Path, *arguments: str, settings: Mapping[str, str] = MappingProxyType({})) -> str:
    """Runs a command beside or before the service, with these settings also; returns what it prints."""
    done = greenroom(*arguments, environment={**environment(data), **settings})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = _PATIENCE_S) -> float:
    """Waits for a condition, not for a duration. Returns the seconds it took."""
    began = time.perf_counter()
    while not condition():
        assert time.perf_counter() - began < timeout_s, f"waited {timeout_s} s for {what}"
        time.sleep(0.005)
    return time.perf_counter() - began
