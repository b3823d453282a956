"""The figures to reach, as ratios to the yardstick of the same run, and whether a finding reaches them."""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.footprint import Start
from benchmarks.rows import Finding

# The cheapest durable peer on the machine where the yardstick took 53 µs: 2,203 µs a POST.
_CHEAPEST_PEER = 2_203 / 53


class Goal(NamedTuple):
    """A bound on one figure of a row. `connections`: where it is judged."""

    row: str
    connections: tuple[int, ...]
    what: str
    value: Callable[[Finding], float]
    bound: float
    at_most: bool


GOALS: tuple[Goal, ...] = (
    Goal("post-plain", (16, 64), "processor at most 2.5 × bare", lambda f: f.cpu_ratio, 2.5, True),
    Goal("post-plain", (64,), "rate at least 0.4 × bare", lambda f: f.rate_ratio, 0.4, False),
    Goal(
        "post-plain",
        (16,),
        "at least 15 times less than any durable peer",
        lambda f: _CHEAPEST_PEER / f.cpu_ratio,
        15,
        False,
    ),
    Goal("post-markdown", (16, 64), "processor at most 4.5 × bare", lambda f: f.cpu_ratio, 4.5, True),
    Goal("get-thread", (16, 64), "rate at least 0.7 × bare", lambda f: f.rate_ratio, 0.7, False),
    Goal("get-304", (16, 64), "at least as fast as the thread: 0.7 × bare", lambda f: f.rate_ratio, 0.7, False),
    Goal("queue", (1,), "under 20 ms (p50)", lambda f: f.median.p50_ms, 20, True),
)


def judged(finding: Finding) -> list[str]:
    """A sentence for each goal that this finding is measured by."""
    wanted = [g for g in GOALS if g.row == finding.name and finding.connections in g.connections]
    return [f"{goal.what}: {_verdict(goal.value(finding), goal.bound, goal.at_most)}" for goal in wanted]


def judged_start(start: Start) -> tuple[str, str]:
    """The same of starting and of memory."""
    return _verdict(start.seconds, 1.0, True), _verdict(start.idle.rss, 120, True)


def _verdict(value: float, bound: float, at_most: bool) -> str:
    met = value <= bound if at_most else value >= bound
    return "met" if met else f"**missed** ({value:.2f}, {abs(value / bound - 1):.0%} off)"
