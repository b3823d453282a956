"""What a part of the evaluation hands over: tables and curves, printed as Markdown or drawn on a page elsewhere."""

from collections.abc import Sequence
from typing import NamedTuple


class Curve(NamedTuple):
    """One line of a plot: what it shows, and its points."""

    name: str
    points: tuple[tuple[float, float], ...]


class Plot(NamedTuple):
    """Curves over one axis; y from 0 to 1."""

    across: str
    up: str
    curves: tuple[Curve, ...]


class Table(NamedTuple):
    """A title, what was done in a sentence or two, a head, rows of cells that are ready to print, and a plot."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plot: Plot | None = None


def markdown(table: Table) -> str:
    """The table for a terminal and for docs."""
    lines = [f"### {table.title}", "", table.about, "", _line(table.head), _line(["---"] * len(table.head))]
    return "\n".join([*lines, *map(_line, table.rows), ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def mean(values: Sequence[float]) -> float:
    """The plain mean; values must not be empty."""
    return sum(values) / len(values)
