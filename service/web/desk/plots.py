"""The plots of the model page, each from the figures that the API tells, with the same numbers as rows beside. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from service.domain.intervals import Share
from service.domain.simulation import Figures
from service.web.desk.svg import (
    HATCH,
    RIGHT,
    WIDTH,
    Scale,
    across,
    axes,
    element,
    line,
    path,
    plot,
    swatch,
    upwards,
    words,
)

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROW = 34
Rows = list[tuple[str, ...]]
Layers = Sequence[tuple[str, str, Sequence[int]]]  # each: its name, its kind, how many in each range


class Drawn(NamedTuple):
    """A plot with its table: what it is called, a sentence about reading it, heads, and rows of cells."""

    title: str
    sentence: str
    picture: Markup
    heads: tuple[str, ...]
    rows: Rows
    legend: Sequence[tuple[Markup, str]] = ()


def histogram(figures: Figures, hold_at: float) -> Drawn:
    """How comments were scored, by what they turned out to be: one bar above another."""
    found = figures.histogram
    layers: Layers = (
        ("honest", "ham", found.ham),
        ("spam", "spam", found.spam),
        ("undecided", "none", found.published),
    )
    counts = list(zip(found.ham, found.spam, found.published, strict=True))
    most = max((sum(one) for one in counts), default=0)
    x, y = across(), upwards(0, max(most, 1))
    frame = axes(x, y, "Score", _steps(most), percent=False)
    pieces = [HATCH, frame, *_bars(found.edges, layers, x, y), hold_line(x, y, hold_at)]
    rows: Rows = [
        (f"{found.edges[i]:.2f} to {found.edges[i + 1]:.2f}", *[str(count) for count in one])
        for i, one in enumerate(counts)
        if any(one)
    ]
    return Drawn(
        "Scores by outcome",
        "Honest comments belong to the left, spam to the right. Undecided: published, and nobody objected.",
        plot("Scores by outcome", pieces, "histogram"),
        ("Score", "Honest", "Spam", "Undecided"),
        rows,
        [(swatch(_filled(kind, x=8, y=1, width=16, height=12)), name) for name, kind, _ in layers],
    )


def _steps(most: int) -> tuple[float, ...]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if most <= 5 * s), 1_000)
    return tuple(float(value) for value in range(0, most + 1, step))


def _bars(edges: Sequence[float], layers: Layers, x: Scale, y: Scale) -> list[Markup]:
    pieces = []
    for i in range(len(edges) - 1):
        below, left, right = 0, x.at(edges[i]) + 1, x.at(edges[i + 1]) - 1
        for _, kind, counts in layers:
            if counts[i]:
                top, bottom = y.at(below + counts[i]), y.at(below)
                box = {"x": left, "y": top, "width": round(right - left, 2), "height": round(bottom - top, 2)}
                pieces.append(_filled(kind, **box))
                below += counts[i]
    return pieces


def _filled(kind: str, **box: float) -> Markup:
    filling: dict[str, float | str] = {"fill": "url(#hatch)"} if kind == "spam" else {}
    return element("rect", "", class_=f"of-{kind}", **filling, **box)


def _lines(*named: tuple[str, str]) -> list[tuple[Markup, str]]:
    """What each line of a plot is: (class, words)."""
    return [(swatch(path([(0, 7), (34, 7)], f"curve {class_}")), name) for class_, name in named]


def hold_line(x: Scale, y: Scale, hold_at: float) -> Markup:
    """The line from which on comments are held; the page's script moves it."""
    at = x.at(hold_at)
    inner = line(at, y.end, at, y.start, "hold") + words(at + 5, y.end + 12, "held", "start", "hold-words")
    return element("g", inner, class_="hold-line", data_start=x.start, data_end=x.end, data_at=at)


def threshold_curve(figures: Figures, hold_at: float) -> Drawn:
    """Precision and recall against the score from which on comments are held."""
    x, y, points = across(), upwards(), figures.curve
    precise = [(x.at(p.threshold), y.at(p.precision)) for p in points if p.precision is not None]
    lines = [
        path(precise, "curve precision"),
        path([(x.at(p.threshold), y.at(p.recall)) for p in points], "curve recall"),
        path([(x.at(p.threshold), y.at(p.held_ham)) for p in points], "curve held"),
    ]
    pieces = [axes(x, y, "Hold from this score on", _QUARTERS), *lines, hold_line(x, y, hold_at)]
    rows: Rows = [
        (f"{p.threshold:.3f}", _percent(p.precision), _percent(p.recall), _percent(p.held_ham)) for p in _some(points)
    ]
    return Drawn(
        "Precision and recall",
        "The solid line is to be high, the dashed one, too; the dotted one low.",
        plot("Precision and recall", pieces, "curve"),
        ("Held from", "Of the held, spam", "Of spam, held", "Of honest, held"),
        rows,
        _lines(("precision", "of the held, spam"), ("recall", "of the spam, held"), ("held", "of the honest, held")),
    )


def _some(points: Sequence[Any], most: int = 12) -> Sequence[Any]:
    return points[:: max(-(-len(points) // most), 1)]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def calibration(figures: Figures) -> Drawn:
    """What was said beside what was true: on the diagonal a score of 0.9 means nine in ten."""
    x, y = across(), upwards()
    found = [one for one in figures.calibration if one.count and one.mean_score is not None]
    pieces = [axes(x, y, "Score, on average", _QUARTERS), line(x.start, y.start, x.end, y.end, "axis dashed")]
    for one in found:
        at = x.at(one.mean_score or 0.0)
        pieces += [line(at, y.at(one.spam.low), at, y.at(one.spam.high), "whisker")]
        pieces += [element("circle", cx=at, cy=y.at(one.spam.share or 0.0), r=5, class_="dot")]
    rows: Rows = [
        (f"{one.low:.1f} to {one.high:.1f}", str(one.count), f"{one.mean_score:.3f}", _share(one.spam)) for one in found
    ]
    sentence = "On the diagonal, of comments scored 0.9 nine in ten are spam. The lines are 95 % intervals."
    heads = ("Score", "Comments", "On average", "Spam")
    return Drawn("Calibration", sentence, plot("Calibration", pieces, "calibration"), heads, rows)


def _share(found: Share) -> str:
    if found.share is None:
        return "none yet"
    return f"{found.count} of {found.of}: {found.share:.1%} ({found.low:.1%} to {found.high:.1%})"


def learning_curve(points: Sequence[dict[str, Any]]) -> Drawn | None:
    """What a model of the first so many labels says of those that came next; None before a full training."""
    told = [one for one in points if one["caught"] is not None]
    if len(told) < 2:
        return None
    x, y = across(0, max(one["labels"] for one in told)), upwards()
    caught = [(x.at(one["labels"]), y.at(one["caught"])) for one in told]
    held = [(x.at(one["labels"]), y.at(one["held_ham"])) for one in told if one["held_ham"] is not None]
    pieces = [axes(x, y, "Labels", _QUARTERS), path(caught, "curve precision"), path(held, "curve held")]
    rows: Rows = [(str(o["labels"]), str(o["tested"]), _percent(o["caught"]), _percent(o["held_ham"])) for o in points]
    sentence = "What a model of the first so many labels says of those that came next."
    heads = ("Labels", "Tested on", "Spam caught", "Honest held")
    legend = _lines(("precision", "of the spam, caught"), ("held", "of the honest, held"))
    return Drawn("Learning curve", sentence, plot("Learning curve", pieces, "learning"), heads, rows, legend)


def shares(title: str, sentence: str, named: Sequence[tuple[str, Share]], id_: str) -> Drawn:
    """Shares with their intervals, one below another."""
    x, height = Scale(0.0, 1.0, 190, WIDTH - RIGHT), 20 + _ROW * len(named) + 30
    pieces = [words(x.at(v), height - 8, f"{v:.0%}") for v in _QUARTERS]
    pieces += [line(x.at(v), 10, x.at(v), height - 24, "grid") for v in _QUARTERS]
    for i, (name, one) in enumerate(named):
        middle = 10 + _ROW * i + _ROW / 2
        pieces.append(words(180, middle + 4, name, "end"))
        if one.share is None:
            pieces.append(words(x.at(0.0) + 6, middle + 4, "none yet", "start"))
            continue
        pieces.append(line(x.at(one.low), middle, x.at(one.high), middle, "whisker"))
        pieces.append(element("circle", cx=x.at(one.share), cy=middle, r=5, class_="dot"))
    rows: Rows = [(name, _share(one)) for name, one in named]
    return Drawn(title, sentence, plot(title, pieces, id_, height), ("What", "Share, with its 95 % interval"), rows)
