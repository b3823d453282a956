"""Servers as processes of their own: started on the server's core, watched through /proc, ended by their id."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.machine import TICKS, Cores

_URL = re.compile(rb"http://127\.0\.0\.1:\d+")
_PATIENCE_S = 30.0


class Memory(NamedTuple):
    """MiB: resident, and with shared pages counted in parts."""

    rss: float
    pss: float


class Server:
    """A server that prints its URL in its first line."""

    def __init__(self, cores: Cores, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.began = time.perf_counter()
        with cores.for_server(), log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **environment},
            )
        self.pid = self._process.pid
        self.host, self.port = self._address(log)

    def _address(self, log: Path) -> tuple[str, int]:
        assert self._process.stdout is not None
        found = _URL.search(self._process.stdout.readline())
        if found is None:
            self.stop()
            raise RuntimeError(f"a server did not start: {log.read_text(errors='replace')[-2000:]}")
        parts = urlsplit(found[0].decode())
        return parts.hostname or "", parts.port or 0

    def wait_until_ready(self, path: str = "/readyz") -> float:
        """Seconds from the start of the process to the first 200."""
        while not self._is_ready(path):
            if time.perf_counter() - self.began > _PATIENCE_S:
                raise RuntimeError("a server did not become ready")
            time.sleep(0.002)
        return time.perf_counter() - self.began

    def _is_ready(self, path: str) -> bool:
        try:
            return self.get(path).status == 200
        except OSError:
            return False

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> "Answer":
        """One GET on a connection of its own."""
        return self.ask("GET", path, b"", headers or {})

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> "Answer":
        """One request on a connection of its own: for preparing, not for measuring."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body or None, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Processor time so far, user and system, of all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> Memory:
        """What it holds now."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="utf-8")
        sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.MULTILINE)}
        return Memory(sizes["Rss"], sizes["Pss"])

    def stop(self) -> int:
        """Asks it to end, waits, insists after a while. Returns the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return self._process.wait()


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
