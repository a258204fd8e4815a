"""Pictures of money: what each rung of the ladder holds beside the cost, and what the answer hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from familyflow.report.figures import style
from familyflow.report.figures.messages import spread
from familyflow.report.figures.style import COLOURS, GREY, INK, Picture, styled
from familyflow.report.words import pounds, quoted
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from familyflow.results.outcome import Outcome

_MILLION: Final = 1e6
_COLUMNS: Final = 2
_THICK: Final = 0.62
_CASH: Final = COLOURS[0]
_NO_CASH: Final = "#8cc4e8"
_COST: Final = COLOURS[1]


@dataclass(frozen=True, slots=True)
class Rung:
    """A bar: its title, average and range in GBP, and whether it is cash, not cash, or cost."""

    title: str
    outcome: Outcome
    kind: str


CASH: Final = "cash to the council"
NO_CASH: Final = "not cash to the council"
COST: Final = "cost of the programme"
_COLOUR_OF: Final = ((CASH, _CASH), (NO_CASH, _NO_CASH), (COST, _COST))


@styled
def ladder(schedules: Mapping[str, Sequence[Rung]], prices_of: str) -> Picture:
    """Draw, a panel a schedule, the average of each rung and of the cost, with its range."""
    figure, panels = style.small_multiples(len(schedules), _COLUMNS, 2.4)
    colours = dict(_COLOUR_OF)
    for axes, (title, rungs) in zip(panels, schedules.items(), strict=True):
        _bars(axes, [(rung.title, rung.outcome, colours[rung.kind]) for rung in rungs])
        style.head(axes, title, beside=style.LABELS)
        axes.set_xlabel(f"£m, {prices_of} prices")
    heading = _message([_sums(rungs) for rungs in schedules.values()])
    key = [*(Patch(color=colour, label=kind) for kind, colour in _COLOUR_OF), _line()]
    style.finish(figure, heading, "Bars: average of draws. The rungs below cash are no money to spend.", key)
    said = " ".join(f"{title}: {'; '.join(map(_said, rungs))}." for title, rungs in schedules.items())
    return Picture("ladder", heading, said, figure)


def _sums(rungs: Sequence[Rung]) -> tuple[float, float]:
    """Return a schedule's average cash to the council, and its cost."""
    cash, cost = (sum(rung.outcome.mean for rung in rungs if rung.kind == kind) for kind in (CASH, COST))
    return cash, cost


def _message(sums: Sequence[tuple[float, float]]) -> str:
    """Say how much cash stands against how much cost, over the schedules."""
    cash, cost = zip(*sums, strict=True)
    said = f"Cash saved is {spread(cash, pounds)} on average"
    if max(cost) < 0:
        return f"{said}, and the programme costs {spread([-each for each in cost], pounds)} less than no change"
    return f"{said}, against a cost of {spread(cost, pounds)}"


def _bars(axes: Axes, rows: Sequence[tuple[str, Outcome, str]]) -> None:
    """Draw a bar and a range a row, the first on top."""
    for place, (_, outcome, colour) in enumerate(rows):
        axes.barh(place, outcome.mean / _MILLION, height=_THICK, color=colour)
        axes.plot([outcome.p5 / _MILLION, outcome.p95 / _MILLION], [place, place], color=INK, linewidth=1.4)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(rows)), [style.row_label(title) for title, _, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def _line() -> Line2D:
    """Return the entry of a key that explains a range."""
    return Line2D([], [], color=INK, linewidth=1.4, label=f"{RANGE}, 90% of draws")


def _said(rung: Rung) -> str:
    """Say what a bar shows."""
    found = rung.outcome
    return f"{rung.title} {pounds(found.mean)} ({RANGE}: {pounds(found.p5)} to {pounds(found.p95)})"


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one input moves the average answer (GBP): at its low end, at its high end."""

    title: str
    low: float
    high: float


@styled
def tornado(swings: Sequence[Swing], middle: float, answer: str) -> Picture:
    """Draw how far each input alone moves the average answer between the ends of its range, the widest on top."""
    figure, (axes,) = style.stacked([len(swings)])
    for place, swing in enumerate(swings):
        for end, colour in ((swing.low, _NO_CASH), (swing.high, _CASH)):
            axes.barh(place, (end - middle) / _MILLION, left=middle / _MILLION, height=_THICK, color=colour)
    axes.axvline(middle / _MILLION, color=INK, linewidth=1)
    axes.axvline(0, color=GREY, linewidth=1, linestyle="--")
    axes.set_yticks(range(len(swings)), [style.row_label(swing.title) for swing in swings])
    axes.set_ylim(len(swings) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    style.name_axis(axes, f"{answer}, £m")
    most = swings[0]
    moved = f"from {pounds(most.low)} at its low end to {pounds(most.high)} at its high end"
    heading = f"Of one input at a time, {quoted(most.title)} moves the answer most: {moved}"
    key = [
        Patch(color=_NO_CASH, label="input at the low end of its range"),
        Patch(color=_CASH, label="input at the high end"),
        Line2D([], [], color=INK, linewidth=1, label="average of draws, as stated"),
        Line2D([], [], color=GREY, linewidth=1, linestyle="--", label="nought"),
    ]
    style.finish(figure, heading, "Each bar moves one input and leaves the others; the average over draws moves.", key)
    said = "; ".join(f"{each.title}: {pounds(each.low)} to {pounds(each.high)}" for each in swings)
    return Picture("tornado", heading, f"{answer}, {pounds(middle)} as stated. {said}.", figure)
