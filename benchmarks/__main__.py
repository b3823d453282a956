"""python -m benchmarks: starts the service and its yardstick on one core, asks from another, prints what it found."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.profile import profile
from benchmarks.report import report
from benchmarks.rows import Plan
from benchmarks.stage import NAMES, Stage, run, stage

_CONNECTIONS = (1, 16, 64)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement (3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the rows take turns (3, at least 2)")
    parser.add_argument("--connections", type=int, nargs="+", default=_CONNECTIONS, metavar="N", help="1 16 64")
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite", help="sqlite, or postgres")
    parser.add_argument("--comments", type=int, default=0, metavar="N", help="of others there before (0)")
    parser.add_argument("--profile", action="store_true", help="only tell where the time of a POST goes, by thread")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the page to this file")
    return parser.parse_args()


async def _measured(place: Stage, plan: Plan, names: Sequence[str]) -> str:
    return report(await run(place, plan, names))


def main() -> None:
    """Measures what was asked for."""
    wanted = _arguments()
    plan = Plan(wanted.seconds, max(wanted.rounds, 2), wanted.connections)
    with stage(wanted.engine, wanted.comments) as place:
        asked = profile(place, plan) if wanted.profile else _measured(place, plan, wanted.only)
        page = uvloop.run(asked)
    print(page, end="")
    if wanted.write:
        wanted.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
