"""What was found, as one page of Markdown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.footprint import Start, Stored
from benchmarks.goals import judged, judged_start
from benchmarks.processes import Memory
from benchmarks.rows import Finding, Plan

_BUSY = 0.95  # of its core: from here on the load itself may have been the limit
_HEADS = ("what", "conn.", "/s", "× bare", "µs a request", "× bare", "±", "p50 / p95 / p99 ms", "cores", "goal")


class Posted(NamedTuple):
    """What the load was promised, beside what the stopped service had stored."""

    published: int  # answered 201
    held: int  # answered 202
    prepared: int  # stored before the load began
    stored: Stored
    memory: Memory  # after the load


class Results(NamedTuple):
    """All that one run found; None: not asked for."""

    machine: str
    plan: Plan
    findings: Sequence[Finding]
    start: Start | None
    posted: Posted | None
    others: float  # share of the two cores that went to other work meanwhile


def report(results: Results) -> str:
    """The whole page."""
    return "\n".join([*_preface(results), "", *_table(results.findings), "", *_footprint(results)]) + "\n"


def _preface(results: Results) -> Iterator[str]:
    plan = results.plan
    yield (
        f"Measured on {results.machine}. Server on one core, load on another; {plan.rounds} rounds of"
        f" {plan.seconds:g} s in which the yardstick and each row took turns; medians of the rounds and of the ratios"
        " within them (±: spread of the second). Latencies are those of a closed loop; cores: what server and load used"
        " of theirs."
    )
    if results.others > 0.02:
        yield (
            f"Other work took {results.others:.0%} of the two cores meanwhile: trust the ratios of processor time, not"
            " the rates; where a server had less than nine tenths of its core, its rate was not its own."
        )
    busy = {f"{f.what} ({f.connections})" for f in results.findings if f.median.load_share > _BUSY}
    if busy:
        yield f"The load was the limit, not the server, in: {', '.join(sorted(busy))}."


def _table(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield f"| {' | '.join(_HEADS)} |"
        yield "| --- " + "| ---: " * 8 + "| --- |"
        yield from map(_line, findings)


def _line(finding: Finding) -> str:
    m = finding.median
    cells = (
        finding.what,
        str(finding.connections),
        f"{m.rate:,.0f}",
        f"{finding.rate_ratio:.2f}",
        f"{m.cpu_us:,.0f}",
        f"{finding.cpu_ratio:.2f}",
        f"{finding.spread:.0%}",
        f"{m.p50_ms:.1f} / {m.p95_ms:.1f} / {m.p99_ms:.1f}",
        f"{m.server_share:.0%} / {m.load_share:.0%}",
        "; ".join(judged(finding)),
    )
    return f"| {' | '.join(cells)} |"


def _footprint(results: Results) -> Iterator[str]:
    lines = [*(_start(results.start) if results.start else ()), *(_posted(results.posted) if results.posted else ())]
    if lines:
        yield from ("| what | figure | goal |", "| --- | --- | --- |", *lines)


def _start(start: Start) -> Iterator[str]:
    soon, small = judged_start(start)
    share = start.interpreter / start.seconds
    took = f"{start.seconds:.2f} s ({share:.0%} of it the bare interpreter)"
    yield f"| from start to ready | {took} | under 1.0 s: {soon} |"
    yield f"| memory idle | {start.idle.rss:.0f} MiB (Pss {start.idle.pss:.0f}) | under 120 MB: {small} |"


def _posted(posted: Posted) -> Iterator[str]:
    stored, promised = posted.stored, posted.published + posted.held + posted.prepared
    kept = "met" if stored.comments == promised and stored.integrity == "ok" else "**missed**"
    share = posted.published / max(posted.published + posted.held, 1)
    yield f"| memory after {stored.comments:,} comments | {posted.memory.rss:.0f} MiB (Pss {posted.memory.pss:.0f}) | |"
    yield f"| on disk per 10,000 comments | {stored.bytes_each * 10_000 / 1e6:.1f} MB | |"
    yield f"| acknowledged / stored | {promised:,} / {stored.comments:,} | equal: {kept} |"
    yield f"| published at once (201) of what was posted | {share:.1%} | the model in service |"
