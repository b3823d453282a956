"""The evaluation as one HTML page that needs nothing else: tables, and plots drawn as SVG."""

from collections.abc import Sequence
from html import escape

from service.spam.assessing.tables import Curve, Plot, Table

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 560, 260, 48, 40, 12
_COLOURS = ("#1b6e53", "#b5482a", "#33518c", "#8a6d1f", "#6b3f86", "#4a4a4a", "#2a8f8f", "#a03a62")
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #d8d8d8;padding:.3rem .7rem;text-align:left;white-space:nowrap}
svg{max-width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:#333}
@media (prefers-color-scheme:dark){body{color:#e4e4e4;background:#161616}th,td{border-color:#444}text{fill:#ccc}}
"""


def write(title: str, tables: Sequence[Table]) -> str:
    """The whole page."""
    parts = "\n".join(_section(table) for table in tables)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><h1>{escape(title)}</h1>\n{parts}\n</body></html>\n"
    )


def _section(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    plot = draw(table.plot) if table.plot else ""
    return (
        f"<section><h2>{escape(table.title)}</h2><p>{escape(table.about)}</p>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>\n{plot}</section>"
    )


def draw(plot: Plot) -> str:
    """A plot as SVG; x is spread evenly between the least and the most."""
    places = [x for curve in plot.curves for x, _y in curve.points]
    low, high = min(places), max(places)
    wide = (high - low) or 1.0
    height = _HEIGHT + 18 * len(plot.curves)

    def at(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (x - low) / wide * (_WIDTH - _LEFT - 16)
        return across, _TOP + (1.0 - min(max(y, 0.0), 1.0)) * (_HEIGHT - _BOTTOM - _TOP)

    lines = "".join(_grid(at(low, y), y) for y in (0.0, 0.25, 0.5, 0.75, 1.0))
    marks = "".join(
        f'<text x="{at(x, 0)[0]:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{x:g}</text>'
        for x in sorted(set(places))
    )
    curves = "".join(
        _curve(curve, [at(*point) for point in curve.points], number) for number, curve in enumerate(plot.curves)
    )
    label = f"{plot.up} by {plot.across}: {', '.join(curve.name for curve in plot.curves)}"
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}">'
        f'{lines}{marks}<text x="{_LEFT}" y="{_HEIGHT - 6}">{escape(plot.up)} by {escape(plot.across)}</text>'
        f"{curves}</svg>"
    )


def _grid(start: tuple[float, float], y: float) -> str:
    x, height = start
    return (
        f'<path d="M{x:.1f} {height:.1f}H{_WIDTH - 16}" stroke="#8886" fill="none"/>'
        f'<text x="{x - 6:.1f}" y="{height + 4:.1f}" text-anchor="end">{y:g}</text>'
    )


def _curve(curve: Curve, points: Sequence[tuple[float, float]], number: int) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    below = _HEIGHT + 14 + 18 * number
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<path d="M{_LEFT} {below - 4}h24" stroke="{colour}" stroke-width="3"/>'
        f'<text x="{_LEFT + 32}" y="{below}">{escape(curve.name)}</text>'
    )
