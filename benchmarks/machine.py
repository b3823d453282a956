"""The machine: which core is whose, what kind of machine it is, and how busy others kept it. No names, no paths."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Cores:
    """One core for the server, another for the load. On a machine with a single core both share it."""

    def __init__(self) -> None:
        self._allowed = os.sched_getaffinity(0)
        self.load, self.server = min(self._allowed), max(self._allowed)

    @contextmanager
    def for_server(self) -> Iterator[None]:
        """What is started within runs on the server's core: a child inherits the affinity of who starts it."""
        os.sched_setaffinity(0, {self.server})
        try:
            yield
        finally:
            os.sched_setaffinity(0, {self.load})

    @contextmanager
    def for_load(self) -> Iterator[None]:
        """This process keeps to the load's core."""
        os.sched_setaffinity(0, {self.load})
        try:
            yield
        finally:
            os.sched_setaffinity(0, self._allowed)

    def busy_seconds(self) -> float:
        """Time that the two cores have not been idle, whoever used it."""
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
        wanted = {f"cpu{core}" for core in (self.load, self.server)}
        rows = [line.split() for line in lines if line.split()[0] in wanted]
        # user nice system idle iowait irq softirq steal: all but idle and iowait
        return sum(sum(map(int, [*row[1:4], *row[6:9]])) for row in rows) / TICKS


def described(folder: Path) -> str:
    """The machine in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, {platform.system()}; Python"
        f" {platform.python_version()}, SQLite {sqlite3.sqlite_version}, aiohttp {version('aiohttp')},"
        f" uvloop {version('uvloop')}; fdatasync of 4 KiB takes {sync_ms(folder):.2f} ms (median)"
    )


def sync_ms(folder: Path, times: int = 100) -> float:
    """What it costs to make 4 KiB durable where the database lies: the floor under every single write."""
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        taken = [_one_sync(file.fileno()) for _ in range(times)]
    path.unlink()
    return statistics.median(taken) * 1000


def _one_sync(handle: int) -> float:
    os.write(handle, bytes(4096))
    began = time.perf_counter()
    os.fdatasync(handle)
    return time.perf_counter() - began
