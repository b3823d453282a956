"""Sets the stage: a folder, a blog, the service on one core and its yardstick beside it; and clears it away again."""

import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.blog import HELD, OPEN, Blog, environment, fill, make_blog
from benchmarks.databases import places
from benchmarks.footprint import measure_start, stored_in
from benchmarks.large import fill as fill_large
from benchmarks.large import size_of
from benchmarks.machine import Cores, described
from benchmarks.processes import Server
from benchmarks.report import Posted, Results
from benchmarks.rows import Family, Finding, Plan, Servers, Sizes, families, measure, sizes_of

FAMILIES = ("post", "get", "counts", "queue")
NAMES = (*FAMILIES, "start")
_APPROVED_BEFORE = 100


class Stage:
    """What one run of the benchmarks works with."""

    def __init__(self, folder: Path, cores: Cores, where: str, described: str) -> None:
        self.folder, self.cores, self.where, self.described = folder, cores, where, described
        self._environment = environment(folder / "data", where)
        self.blog: Blog = make_blog(self._environment)

    def service(self) -> Server:
        """Starts the service."""
        return Server(self.cores, ["service", "serve"], self._environment, self.folder / "log")

    def bare(self, sizes: Sizes) -> Server:
        """Starts the yardstick."""
        return Server(self.cores, ["benchmarks.bare", *map(str, sorted(set(sizes)))], {}, self.folder / "log")


@contextmanager
def stage(engine: str, comments: int) -> Iterator[Stage]:
    """A stage in a folder that goes away with it, on this engine, with so many comments of others there before."""
    cores = Cores()
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="greenroom-bench-"))
        with cores.for_server():  # a server of databases shares the core of the service
            place = next(stack.enter_context(closing(places(engine, Path(name)))))
        if comments:
            fill_large(place.large, size_of(comments))
        stack.enter_context(cores.for_load())
        yield Stage(Path(name), cores, place.large, f"{place.name}, {comments:,} comments of others in it")


async def run(place: Stage, plan: Plan, names: Sequence[str]) -> Results:
    """Everything that was asked for, and how much else went on meanwhile."""
    machine = f"{described(place.folder)}; {place.described}"
    meter = _Meter(place.cores)
    findings, posted = await _measure_rates(place, plan, names)
    others = meter.others()
    start = measure_start(place.cores, place.service) if "start" in names else None
    return Results(machine, plan, findings, start, posted, others)


async def _measure_rates(place: Stage, plan: Plan, names: Sequence[str]) -> tuple[list[Finding], Posted | None]:
    if not set(names) & set(FAMILIES):
        return [], None
    seen: dict[str, Counter[int]] = {}
    with ExitStack() as running:
        ours = _until_left(running, place.service())
        ours.wait_until_ready()
        prepared = fill(ours, place.blog)
        sizes = sizes_of(ours, place.blog)
        servers = Servers(ours, _until_left(running, place.bare(sizes)))
        found = await _measure_all(families(servers, place.blog, sizes), plan, names, seen)
        memory = ours.memory()
    stored = stored_in(place.where, (OPEN, HELD))
    answers = sum((of_row for name, of_row in seen.items() if name.startswith("post")), Counter[int]())
    if stored.approved != answers[201] + _APPROVED_BEFORE:
        raise RuntimeError(f"{stored.approved} comments are published, {answers[201] + _APPROVED_BEFORE} were told so")
    return found, Posted(answers[201], answers[202], prepared, stored, memory) if "post" in names else None


async def _measure_all(
    every: Sequence[Family], plan: Plan, names: Sequence[str], seen: dict[str, Counter[int]]
) -> list[Finding]:
    found: list[Finding] = []
    for family in every:
        if family.name in names:
            found += await measure(family, plan, seen)
    return found


def _until_left(running: ExitStack, server: Server) -> Server:
    running.callback(server.stop)
    return server


class _Meter:
    """Tells what share of the two cores went to neither us nor our servers."""

    def __init__(self, cores: Cores) -> None:
        self._cores = cores
        self._began, self._busy, self._own = time.perf_counter(), cores.busy_seconds(), _own_seconds()

    def others(self) -> float:
        """To be asked when the servers have ended: only then does the system count their time as ours."""
        busy, own = self._cores.busy_seconds() - self._busy, _own_seconds() - self._own
        return max(busy - own, 0.0) / (2 * (time.perf_counter() - self._began))


def _own_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
