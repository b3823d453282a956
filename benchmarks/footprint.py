"""What the service takes: time to start, memory, bytes on disk; and whether all that it acknowledged is there."""

import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import Cores
from benchmarks.processes import Memory, Server

_STARTS = 5


class Start(NamedTuple):
    """Seconds from the start of the process to the first 200 of /readyz, the interpreter's part, memory then."""

    seconds: float
    interpreter: float
    idle: Memory


class Stored(NamedTuple):
    """What a stopped service left behind."""

    comments: int
    approved: int
    bytes_each: float
    integrity: str


def measure_start(cores: Cores, start: Callable[[], Server]) -> Start:
    """Starts the service a few times; medians."""
    seconds, memory = zip(*[_one_start(start) for _ in range(_STARTS)], strict=True)
    interpreter = statistics.median(_interpreter_start(cores) for _ in range(_STARTS))
    return Start(statistics.median(seconds), interpreter, sorted(memory)[_STARTS // 2])


def _one_start(start: Callable[[], Server]) -> tuple[float, Memory]:
    server = start()
    try:
        return server.wait_until_ready(), server.memory()
    finally:
        server.stop()


def _interpreter_start(cores: Cores) -> float:
    began = time.perf_counter()
    with cores.for_server():
        subprocess.run([sys.executable, "-c", "pass"], check=True, timeout=60)
    return time.perf_counter() - began


def stored_in(data: Path) -> Stored:
    """Looks into the file of a stopped service."""
    path = data / "greenroom.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        by_status = dict(connection.execute("SELECT status, COUNT(*) FROM comments GROUP BY status"))
        (integrity,) = connection.execute("PRAGMA quick_check").fetchone()
    size = sum(file.stat().st_size for file in data.glob("greenroom.sqlite*"))
    comments = sum(by_status.values())
    return Stored(comments, by_status.get("approved", 0), size / max(comments, 1), integrity)
