"""Where the processor time of a POST goes: by thread, as the system counts it, without any profiler's own weight."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from benchmarks import texts, traffic
from benchmarks.blog import API
from benchmarks.load import put_load_on
from benchmarks.processes import Server
from benchmarks.rows import Plan
from benchmarks.stage import Stage

_LEAST_US = 0.5


async def profile(place: Stage, plan: Plan) -> str:
    """A line for each number of connections and kind of text."""
    server = place.service()
    try:
        server.wait_until_ready()
        return "\n".join([line async for line in _lines(server, place, plan)]) + "\n"
    finally:
        server.stop()


async def _lines(server: Server, place: Stage, plan: Plan) -> AsyncIterator[str]:
    for connections in plan.connections:
        for write in (texts.plain, texts.marked, texts.doubted):
            requests = traffic.comments(f"{API}/comments", place.blog.tokens, write)
            before = _thread_seconds(server.pid)
            measured = await put_load_on(server, requests, connections, plan.seconds)
            answers = sum(measured.statuses.values())
            shares = "; ".join(_shares(before, _thread_seconds(server.pid), answers))
            yield f"POST {write.__name__}, {connections} connections, {measured.rate:,.0f}/s: {shares}"


def _shares(before: dict[int, float], after: dict[int, float], answers: int) -> Iterator[str]:
    """µs a request of each thread that did anything; the first is the event loop, in the order of their making."""
    for number, (thread, seconds) in enumerate(sorted(after.items())):
        spent = (seconds - before.get(thread, 0.0)) / answers * 1e6
        if spent >= _LEAST_US:
            yield f"{'event loop' if number == 0 else f'thread {number}'} {spent:.0f} µs"


def _thread_seconds(pid: int) -> dict[int, float]:
    """Processor time of each thread so far (schedstat counts nanoseconds)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(task.name): int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9 for task in tasks}
