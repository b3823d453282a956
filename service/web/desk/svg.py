"""Draws plots as SVG, by hand: an element is text, escaped where it is put together. What is plotted: plots.py. Pure.

Colours come from the style sheet by class; nothing is told by colour alone, and each plot has its table beside it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 14, 48


class Scale(NamedTuple):
    """From values to places along an axis."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where this value stands; what is outside stands at the edge."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return round(self.start + (self.end - self.start) * min(max(share, 0.0), 1.0), 2)


def across(low: float = 0.0, high: float = 1.0) -> Scale:
    """The horizontal axis of a plot."""
    return Scale(low, high, LEFT, WIDTH - RIGHT)


def upwards(low: float = 0.0, high: float = 1.0) -> Scale:
    """The vertical axis of a plot."""
    return Scale(low, high, HEIGHT - BOTTOM, TOP)


def element(name: str, inner: Markup | str = "", **attributes: float | str) -> Markup:
    """One element; an underscore in a name stands for a hyphen, one at its end for nothing."""
    told = Markup(" ").join(
        Markup('{}="{}"').format(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    return Markup("<{0} {1}>{2}</{0}>").format(Markup(name), told, escape(inner))  # noqa: S704 - names are ours


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def words(x: float, y: float, text: str, anchor: str = "middle", class_: str = "") -> Markup:
    """A line of text."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def path(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """A line through these places."""
    return element("polyline", points=" ".join(f"{x},{y}" for x, y in points), class_=class_)


def axes(x: Scale, y: Scale, below: str, beside: Sequence[float], percent: bool = True) -> Markup:
    """The frame of a plot: ticks from 0 to 1 along the bottom, those given beside, words below."""
    bottom, pieces = y.start, [line(x.start, y.start, x.end, y.start, "axis")]
    for value in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        place = x.low + (x.high - x.low) * value
        pieces += [line(x.at(place), bottom, x.at(place), bottom + 4, "axis")]
        pieces += [words(x.at(place), bottom + 19, _number(place))]
    for value in beside:
        pieces += [line(x.start, y.at(value), x.end, y.at(value), "grid")]
        pieces += [words(x.start - 6, y.at(value) + 4, f"{value:.0%}" if percent else f"{value:g}", "end")]
    pieces.append(words((x.start + x.end) / 2, bottom + 42, below))
    return together(pieces)


def _number(value: float) -> str:
    return f"{value:g}" if value < 10 else f"{value:,.0f}"


def together(pieces: Iterable[Markup]) -> Markup:
    """Pieces one after another."""
    return Markup("").join(pieces)


def plot(title: str, pieces: Iterable[Markup], id_: str, height: int = HEIGHT) -> Markup:
    """The picture, with its name for those who do not see it."""
    return element(
        "svg",
        element("title", title) + together(pieces),
        viewBox=f"0 0 {WIDTH} {height}",
        class_="plot",
        role="img",
        aria_label=title,
        id=id_,
    )


def swatch(inner: Markup) -> Markup:
    """A piece of a plot as its legend shows it, 34 by 14."""
    return element("svg", inner, viewBox="0 0 34 14", class_="plot swatch", aria_hidden="true")


# Lines for what is spam: told from what is not without colour. For one plot of a page: ids are the page's.
HATCH = element(
    "defs",
    element(
        "pattern",
        element("rect", width=6, height=6, class_="hatch-ground") + line(0, 0, 0, 6, "hatch"),
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    ),
)
