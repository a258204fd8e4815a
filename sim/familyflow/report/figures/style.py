"""How every figure looks and is saved: colours that the colour-blind tell apart, the same bytes each time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, wraps
from io import BytesIO
from itertools import cycle
from math import isnan
from textwrap import wrap
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, ParamSpec, TypeAlias

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib import style as styles
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from familyflow.report.words import draws
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Given = ParamSpec("Given")
Dash: TypeAlias = "Literal['-'] | tuple[float, Sequence[float]]"
INK: Final = "#222222"
GREY: Final = "#767676"
PALE: Final = "#d9d9d9"
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#7A5C00", "#3B3BB3", "#56B4E9", "#E69F00")
"""One for each schedule after no change; from the palettes of Okabe and Ito and of Tol."""
LIGHT: Final = 0.22
BANDS: Final = (("p5", "p95", LIGHT), ("p25", "p75", 0.38))
"""Lower and upper quantile of each band, and how dark it is."""
ZOOMED: Final = "The vertical axis does not start at nought."
_LOOSE: Final = 0.9
"""How far down a zoomed axis reaches, as a share of the lowest number shown."""
WIDTH: Final = 9.0
"""Inches: so wide that a page 960 pixels wide and a paper 17 cm wide still show letters that can be read."""
PAIRED: Final = (1.9, 1.15)
"""Inches of a panel, and of the one beneath that belongs to it."""
_FRAME: Final = 1.3
"""Inches for title, key and note."""
_GAP: Final = 0.55
"""Inches between panels."""
_DIGITS: Final = 9
"""Decimals of a panel's place, as a share of the figure."""
_EDGE: Final = 0.2
"""Inches that stay free beside a title, a note and a key."""
_TITLE: Final = 13.0
_HEAD: Final = 9.5
_NOTE: Final = 8.5
_KEY: Final = 9.0
"""Sizes of letters, in points: a figure's title, a panel's, a note, a key."""
_HANDLE: Final = 4.9
"""What a key's entry takes beside its words, in heights of letters."""
_POINTS: Final = 72
"""Points in an inch."""
_MOST_COLUMNS: Final = 4
_ROOM: Final = 0.08
"""How much of what is shown stays free above and below it."""
_PANEL_HEAD: Final = 0.5
"""Inches above the rows of a panel, for its title."""
_ROW: Final = 0.45
"""Inches for a row."""
_LABEL: Final = 38
"""Letters beside a row."""
LABELS: Final = 2.7
"""Inches that they take."""
_LONG: Final = pd.Timedelta(days=6 * 366)


class Look(NamedTuple):
    """How a schedule's line is drawn."""

    colour: str
    dash: Dash


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn figure, the name of its files, its title and, in words, what it shows.

    `note` is what is to be said beside it, if anything.
    """

    name: str
    title: str
    description: str
    figure: Figure
    note: str = ""


def house_style() -> AbstractContextManager[None]:
    """Set matplotlib to the house style for a while, whatever the reader's own settings."""
    chosen = {
        "axes.axisbelow": True,
        "axes.edgecolor": GREY,
        "axes.grid": True,
        "axes.labelcolor": INK,
        "axes.labelsize": 9,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": _HEAD,
        "font.family": ["DejaVu Sans", "sans-serif"],
        "font.size": 9,
        "grid.color": "#ececec",
        "legend.fontsize": _KEY,
        "legend.frameon": False,
        "savefig.dpi": 144,
        "svg.fonttype": "none",
        "svg.hashsalt": "familyflow",
        "text.color": INK,
        "text.parse_math": False,
        "xtick.color": GREY,
        "xtick.labelcolor": INK,
        "xtick.labelsize": 8.5,
        "ytick.color": GREY,
        "ytick.labelcolor": INK,
        "ytick.labelsize": 8.5,
    }
    return styles.context(["default", chosen])


def styled(draw: Callable[Given, Picture]) -> Callable[Given, Picture]:
    """Let a function draw its picture in the house style."""

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Picture:
        """Draw in the house style."""
        with house_style():
            return draw(*args, **kwargs)

    return drawn


def small_multiples(panels: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels with shared axes, each of a height in inches; spare places stay empty."""
    columns = min(columns, panels)
    figure, rows = matrix(-(-panels // columns), columns, height, sharey="all")
    grid = [axes for row in rows for axes in row]
    for spare in grid[panels:]:
        spare.set_visible(False)
    for axes in grid[panels - columns : panels]:
        axes.xaxis.set_tick_params(labelbottom=True)
    return figure, grid[:panels]


def matrix(
    rows: int, columns: int, height: float, sharey: Literal["none", "all", "row"] = "row"
) -> tuple[Figure, list[list[Axes]]]:
    """Make a figure of rows and columns of panels with one horizontal axis, each of a height in inches."""
    figure = _blank(height * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=sharey, squeeze=False)
    return figure, [list(row) for row in grid]


def pairs(panels: int, columns: int) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Make a figure of panels, each with its own vertical axis and with another one beneath it."""
    columns = min(columns, panels)
    rows = -(-panels // columns)
    figure = _blank((sum(PAIRED) + _PANEL_HEAD) * rows)
    ratios = {"height_ratios": [*PAIRED] * rows}
    grid = figure.subplots(2 * rows, columns, sharex=True, sharey="none", squeeze=False, gridspec_kw=ratios)
    made = [(grid[2 * row, column], grid[2 * row + 1, column]) for row in range(rows) for column in range(columns)]
    for pair in made[panels:]:
        for spare in pair:
            spare.set_visible(False)
    for _, beneath in made[:panels]:
        beneath.xaxis.set_tick_params(labelbottom=True)
    return figure, made[:panels]


def bands_of(titles: Iterable[str], columns: int, height: float) -> tuple[Figure, list[list[Axes]]]:
    """Make a figure of rows of panels, each row under a title of its own; panels of a column share no axis."""
    named = list(titles)
    figure = _blank((height + _PANEL_HEAD) * len(named))
    parts = figure.subfigures(len(named), 1, squeeze=False)[:, 0]
    for part, title in zip(parts, named, strict=True):
        part.suptitle(broken(title, _HEAD + 0.5, bold=True), x=_EDGE / 2 / WIDTH, ha="left", fontsize=_HEAD + 0.5)
    return figure, [list(part.subplots(1, columns, squeeze=False)[0]) for part in parts]


def stacked(rows: Sequence[int], row: float = _ROW) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels below each other with one horizontal axis, each as high as it has rows, in inches."""
    heights = [_PANEL_HEAD + row * count for count in rows]
    figure = _blank(sum(heights))
    grid = figure.subplots(len(rows), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
    return figure, [axes for (axes,) in grid]


def _blank(height: float) -> Figure:
    """Make a figure without panels, so many inches high without its title and key."""
    figure = Figure(figsize=(WIDTH, height + _FRAME), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def row_label(title: str) -> str:
    """Break a title so that it fits beside a row."""
    return "\n".join(wrap(title, _LABEL))


def broken(text: str, size: float, room: float = WIDTH - _EDGE, *, bold: bool = False) -> str:
    """Break a text of a size in points into lines no wider than some inches."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _inches(longer, size, bold=bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _inches(text: str, size: float, *, bold: bool = False) -> float:
    """Measure how wide a text is."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = _ruler().get_text_width_height_descent(text, font, ismath=False)  # type: ignore[no-untyped-call]
    return float(width) / _POINTS


@cache
def _ruler() -> RendererAgg:
    """Return what measures texts, in points."""
    return RendererAgg(1, 1, _POINTS)  # type: ignore[no-untyped-call]


def finish(figure: Figure, title: str, note: str, handles: Iterable[Artist]) -> None:
    """Set a title above a figure; a note and one key for all panels below it, none of them wider than the figure."""
    heading = broken(title, _TITLE, bold=True)
    figure.suptitle(heading, x=_EDGE / 2 / WIDTH, ha="left", fontsize=_TITLE, fontweight="bold")
    entries = list(handles)
    for entry in entries:
        entry.set_label(broken(str(entry.get_label()), _KEY, WIDTH - _EDGE - _HANDLE * _KEY / _POINTS))
    below = figure.legend(
        handles=entries, loc="outside lower left", ncols=_key_columns(entries), title=broken(note, _NOTE)
    )
    below.set_alignment("left")
    below.get_title().set(fontsize=_NOTE, color="#555555")


def _key_columns(entries: Sequence[Artist]) -> int:
    """Return how many columns a key has room for, its entries one below the other in each."""
    widths = [
        _HANDLE * _KEY / _POINTS + max(_inches(line, _KEY) for line in str(entry.get_label()).split("\n"))
        for entry in entries
    ]
    for columns in range(min(_MOST_COLUMNS, len(widths)), 1, -1):
        parts = np.array_split(np.array(widths), columns)
        if sum(float(part.max()) for part in parts) <= WIDTH - _EDGE:
            return columns
    return 1


def head(axes: Axes, title: str, *findings: str, beside: float = 0.0) -> None:
    """Set a panel's title, broken so that it stays above its panel, and below it what is found there.

    `beside`: inches that labels take beside the first panel of a row.
    """
    grid = axes.get_gridspec()
    room = (WIDTH - beside) / (grid.ncols if grid is not None else 1) - _GAP
    axes.set_title("\n".join(broken(text, _HEAD, room) for text in (title, *findings)))


def name_axis(axes: Axes, name: str) -> None:
    """Name a horizontal axis that labels stand beside, broken so that it stays within the figure."""
    axes.set_xlabel(broken(name, _KEY, WIDTH - LABELS - 2 * _GAP))


def label_rows(panels: Sequence[Axes], label: str) -> None:
    """Label the vertical axis of the panels that stand first in their row; thousands are separated."""
    for axes in panels:
        count_axis(axes)
        place = axes.get_subplotspec()
        if place is not None and place.is_first_col():
            axes.set_ylabel(label)


def count_axis(axes: Axes, ticks: int = 6) -> None:
    """Mark a vertical axis at round numbers, thousands separated."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter("{x:,g}")


def fit(axes: Axes, values: Iterable[float], least: float = 0.0) -> None:
    """Let a vertical axis show some values with a little room, and no less than a span."""
    known = [value for value in values if not isnan(value)]
    if known:
        middle, half = (max(known) + min(known)) / 2, max((max(known) - min(known)) * (1 + 2 * _ROOM), least) / 2
        axes.set_ylim(middle - half, middle + half)


def zoom(axes: Axes, lowest: float) -> None:
    """Let a vertical axis end somewhat below the lowest number shown rather than at nought."""
    axes.set_ylim(bottom=_LOOSE * lowest)


def place(when: date) -> float:
    """Return the place of a date on a horizontal axis."""
    return float(dates.date2num(when))  # type: ignore[no-untyped-call]


def year_axis(axes: Axes, first: date, last: date) -> None:
    """Mark years along the horizontal axis."""
    every = 2 if pd.Timestamp(last) - pd.Timestamp(first) > _LONG else 1
    axes.set_xlim(place(first), place(last))
    axes.xaxis.set_major_locator(dates.YearLocator(every))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y"))  # type: ignore[no-untyped-call]


def month_axis(axes: Axes, first: date, last: date) -> None:
    """Mark every sixth month along the horizontal axis."""
    half_yearly = dates.MonthLocator(bymonth=(1, 7))  # type: ignore[no-untyped-call]
    axes.set_xlim(place(first), place(last))
    axes.xaxis.set_major_locator(half_yearly)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(half_yearly))  # type: ignore[no-untyped-call]


def fan(axes: Axes, bands: pd.DataFrame, colour: str) -> None:
    """Draw an average within its 50% and 90% bands: dates as index, mean and p5 to p95 as columns."""
    for low, high, alpha in BANDS:
        axes.fill_between(bands.index, bands[low], bands[high], color=colour, alpha=alpha, linewidth=0)
    axes.plot(bands.index, bands["mean"], color=colour, linewidth=1.8)


def fan_key(colour: str) -> Iterator[Artist]:
    """Return the entries of a key that explain a fan."""
    yield Line2D([], [], color=colour, linewidth=1.8, label="average of draws")
    yield from band_key(colour)


def band_key(colour: str) -> Iterator[Artist]:
    """Return the entries of a key that explain a fan's bands."""
    yield Patch(color=colour, alpha=0.55, linewidth=0, label=f"{RANGE}, 50% of draws")
    yield Patch(color=colour, alpha=LIGHT, linewidth=0, label=f"{RANGE}, 90% of draws")


def band_note(count: int, more: str = "") -> str:
    """Say of how many draws the bands are made."""
    if count == 1:
        return f"One draw: no {RANGE} can be shown. {more}".strip()
    return f"Bands: {RANGE} over {draws(count)}, inputs and chance together. {more}".strip()


def looks(schedules: Iterable[str]) -> dict[str, Look]:
    """Return each schedule its colour and dash, the first (no change) in grey; past eight they repeat."""
    dashes: tuple[Dash, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)))
    rest = cycle(Look(colour, dash) for colour, dash in zip(COLOURS, cycle(dashes), strict=False))
    return {name: next(rest) if rank else Look(GREY, "-") for rank, name in enumerate(schedules)}


def png(picture: Picture) -> bytes:
    """Return a picture as a PNG; the same picture gives the same bytes."""
    buffer = BytesIO()
    with house_style():
        picture.figure.savefig(buffer, format="png", metadata={"Title": picture.title, "Software": None})
    return buffer.getvalue()


def save(picture: Picture, folder: Path) -> tuple[Path, Path]:
    """Write a picture as PNG and SVG into a folder that exists; the same picture gives the same bytes."""
    png, svg = folder / f"{picture.name}.png", folder / f"{picture.name}.svg"
    about = {"Title": picture.title, "Description": picture.description}
    with house_style():
        picture.figure.savefig(png, metadata={**about, "Software": None})
        _settle(picture.figure)
        picture.figure.savefig(svg, metadata={**about, "Date": None, "Creator": None})
    return png, svg


def _settle(figure: Figure) -> None:
    """Keep panels where the layout put them, without last digits, which hang on where in memory it was solved."""
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(each, _DIGITS) for each in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))


@dataclass(frozen=True, slots=True)
class Image:
    """A drawn picture as a PNG, its title, in words what it shows, and what is to be said beside it, if anything."""

    name: str
    title: str
    description: str
    png: bytes
    note: str = ""
