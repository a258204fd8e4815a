"""How every figure looks and is saved: colours that the colour-blind tell apart, the same bytes each time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from itertools import cycle
from textwrap import wrap
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, ParamSpec, TypeAlias

import pandas as pd
from matplotlib import dates
from matplotlib import style as styles
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from familyflow.report.measures import RANGE
from familyflow.report.words import draws

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
_LOOSE: Final = 0.7
"""How far down a zoomed axis reaches, as a share of the lowest number shown."""
_FRAME: Final = 1.1
"""Inches for title, key and note."""
_NARROWEST: Final = 10.5
"""Inches that a title and a note need."""
_WIDE: Final = 12.0
"""Inches at which a key has room for four columns."""
_LETTERS: Final = 13.0
"""Letters of a panel's title in an inch."""
_GAP: Final = 0.4
"""Inches between panels."""
_PANEL_HEAD: Final = 0.5
"""Inches above the rows of a panel, for its title."""
_ROW: Final = 0.45
"""Inches for a row."""
_LABEL: Final = 38
"""Letters beside a row."""
_LONG: Final = pd.Timedelta(days=9 * 366)


class Look(NamedTuple):
    """How a schedule's line is drawn."""

    colour: str
    dash: Dash


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn figure, the name of its files, its title and, in words, what it shows."""

    name: str
    title: str
    description: str
    figure: Figure


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
        "axes.titlesize": 10,
        "font.family": ["DejaVu Sans", "sans-serif"],
        "font.size": 9,
        "grid.color": "#ececec",
        "legend.fontsize": 9,
        "legend.frameon": False,
        "savefig.dpi": 144,
        "svg.fonttype": "none",
        "svg.hashsalt": "familyflow",
        "text.color": INK,
        "text.parse_math": False,
        "xtick.color": GREY,
        "xtick.labelcolor": INK,
        "xtick.labelsize": 8,
        "ytick.color": GREY,
        "ytick.labelcolor": INK,
        "ytick.labelsize": 8,
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


def small_multiples(panels: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels with shared axes, each of a size in inches; spare places stay empty."""
    columns = min(columns, panels)
    figure, rows = matrix(-(-panels // columns), columns, size, sharey="all")
    grid = [axes for row in rows for axes in row]
    for spare in grid[panels:]:
        spare.set_visible(False)
    for axes in grid[panels - columns : panels]:
        axes.xaxis.set_tick_params(labelbottom=True)
    return figure, grid[:panels]


def matrix(
    rows: int, columns: int, size: tuple[float, float], sharey: Literal["none", "all", "row"] = "row"
) -> tuple[Figure, list[list[Axes]]]:
    """Make a figure of rows and columns of panels with one horizontal axis, each of a size in inches."""
    width = max(size[0] * columns, _NARROWEST)
    figure = Figure(figsize=(width, size[1] * rows + _FRAME), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, sharex=True, sharey=sharey, squeeze=False)
    return figure, [list(row) for row in grid]


def stacked(rows: Sequence[int], row: float = _ROW) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels below each other with one horizontal axis, each as high as it has rows, in inches."""
    heights = [_PANEL_HEAD + row * count for count in rows]
    figure = Figure(figsize=(_NARROWEST, sum(heights) + _FRAME), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(rows), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
    return figure, [axes for (axes,) in grid]


def row_label(title: str) -> str:
    """Break a title so that it fits beside a row."""
    return "\n".join(wrap(title, _LABEL))


def finish(figure: Figure, title: str, note: str, handles: Iterable[Artist]) -> None:
    """Set a title above a figure; a note and one key for all panels below it."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    columns = 4 if figure.get_figwidth() >= _WIDE else 3
    below = figure.legend(handles=list(handles), loc="outside lower left", ncols=columns, title=note)
    below.set_alignment("left")
    below.get_title().set(fontsize=8.5, color="#555555")


def head(axes: Axes, title: str, *findings: str) -> None:
    """Set a panel's title, broken so that it stays above its panel, and below it what is found there."""
    figure, grid = axes.get_figure(root=True), axes.get_gridspec()
    columns = grid.ncols if grid is not None else 1
    inches = figure.get_figwidth() if figure is not None else _NARROWEST
    width = int(_LETTERS * (inches / columns - _GAP))
    axes.set_title("\n".join(line for text in (title, *findings) for line in wrap(text, width)))


def label_rows(panels: Sequence[Axes], label: str) -> None:
    """Label the vertical axis of the panels that stand first in their row; thousands are separated."""
    for axes in panels:
        axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter("{x:,g}")
        place = axes.get_subplotspec()
        if place is not None and place.is_first_col():
            axes.set_ylabel(label)


def zoom(axes: Axes, lowest: float) -> None:
    """Let a vertical axis end somewhat below the lowest number shown rather than at nought."""
    axes.set_ylim(bottom=_LOOSE * lowest)


def place(when: date) -> float:
    """Give the place of a date on a horizontal axis."""
    return float(dates.date2num(when))  # type: ignore[no-untyped-call]


def year_axis(axes: Axes, first: date, last: date) -> None:
    """Mark years along the horizontal axis."""
    every = 2 if pd.Timestamp(last) - pd.Timestamp(first) > _LONG else 1
    axes.set_xlim(place(first), place(last))
    axes.xaxis.set_major_locator(dates.YearLocator(every))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y"))  # type: ignore[no-untyped-call]


def month_axis(axes: Axes, first: date, last: date) -> None:
    """Mark every third month along the horizontal axis."""
    quarterly = dates.MonthLocator(bymonth=(1, 4, 7, 10))  # type: ignore[no-untyped-call]
    axes.set_xlim(place(first), place(last))
    axes.xaxis.set_major_locator(quarterly)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(quarterly))  # type: ignore[no-untyped-call]


def fan(axes: Axes, bands: pd.DataFrame, colour: str) -> None:
    """Draw a median line within its 50% and 90% bands: dates as index, p5 to p95 as columns."""
    for low, high, alpha in BANDS:
        axes.fill_between(bands.index, bands[low], bands[high], color=colour, alpha=alpha, linewidth=0)
    axes.plot(bands.index, bands["p50"], color=colour, linewidth=1.8)


def fan_key(colour: str) -> Iterator[Artist]:
    """Give the entries of a key that explain a fan."""
    yield Line2D([], [], color=colour, linewidth=1.8, label="median of draws")
    yield from band_key(colour)


def band_key(colour: str) -> Iterator[Artist]:
    """Give the entries of a key that explain a fan's bands."""
    yield Patch(color=colour, alpha=0.55, linewidth=0, label=f"{RANGE}, 50% of draws")
    yield Patch(color=colour, alpha=LIGHT, linewidth=0, label=f"{RANGE}, 90% of draws")


def band_note(count: int, more: str = "") -> str:
    """Say of how many draws the bands are made."""
    if count == 1:
        return f"One draw: no {RANGE} can be shown. {more}".strip()
    return f"Bands: {RANGE} over {draws(count)}, inputs and chance together. {more}".strip()


def looks(schedules: Iterable[str]) -> dict[str, Look]:
    """Give each schedule its colour and dash, the first (no change) in grey; past eight they repeat."""
    dashes: tuple[Dash, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)))
    rest = cycle(Look(colour, dash) for colour, dash in zip(COLOURS, cycle(dashes), strict=False))
    return {name: next(rest) if rank else Look(GREY, "-") for rank, name in enumerate(schedules)}


def png(picture: Picture) -> bytes:
    """Give a picture as a PNG; the same picture gives the same bytes."""
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
        picture.figure.set_layout_engine("none")
        picture.figure.savefig(svg, metadata={**about, "Date": None, "Creator": None})
    return png, svg
