"""What the service takes: time to start, memory, bytes on disk; and whether all that it acknowledged is there."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import Cores
from benchmarks.processes import Memory, Server
from service.storage.engines import is_postgres
from service.storage.tables import reading

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


def stored_in(where: str, sites: Sequence[str]) -> Stored:
    """Looks into the database of a stopped service, for the comments of these sites."""
    names = ", ".join(f"'{site}'" for site in sites)
    with reading(where) as source:
        rows = source.ask(f"SELECT status, COUNT(*) FROM comments WHERE site_id IN ({names}) GROUP BY status")
        ((every,),) = source.ask("SELECT COUNT(*) FROM comments")
        postgres = is_postgres(where)
        integrity = "ok" if postgres else source.ask("PRAGMA quick_check")[0][0]
        size = source.ask("SELECT pg_database_size(current_database())")[0][0] if postgres else _file_size(where)
    by_status = dict(rows)
    return Stored(sum(by_status.values()), by_status.get("approved", 0), size / max(every, 1), integrity)


def _file_size(where: str) -> int:
    path = Path(where)
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
