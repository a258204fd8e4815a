"""The figures of a fit: what was published and forecast, how far targets are missed, prior against posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from familyflow.report.figures import style
from familyflow.report.figures.fan import STOCKS
from familyflow.report.figures.published import counted
from familyflow.report.figures.style import COLOURS, GREY, INK, LIGHT, PALE, Picture, styled
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from familyflow.scenario import Scenario

PUBLISHED: Final = "published"
FORECAST: Final = "forecast"
QUANTILES: Final = ("q05", "q25", "q50", "q75", "q95")
FAN: Final = ("measure", "year", "kind", *QUANTILES)
"""The columns of a frame of years: a row a measure, year and kind; a published figure stands in every quantile."""
_COLUMNS: Final = 3
_THIN: Final = 0.3
"""Inches for one of many rows."""
_USUAL: Final = 1.6448536269514722
"""Nine residuals in ten are no larger, in standard deviations, when all is as stated."""
_BLUE: Final = COLOURS[0]
_ORANGE: Final = COLOURS[1]
_KINDS: Final = (
    ("arrivals.", "Arrivals"),
    ("decision.", "Outcomes of decisions, shares"),
    ("plan.", "Ends of plans, shares"),
    ("pace.", "Pace of plans"),
    ("re", "Coming back"),
    ("care.", "Care: ways out and moves"),
    ("placement.", "First placements"),
)


def published(scenario: Scenario) -> pd.DataFrame:
    """Return the scenario's published history as a frame of years."""
    rows = [
        {"measure": point.measure, "year": point.date.year, "kind": PUBLISHED, **dict.fromkeys(QUANTILES, point.value)}
        for point in scenario.history
    ]
    return pd.DataFrame(rows, columns=list(FAN))


def levels(table: pd.DataFrame, measures: Sequence[str], keys: dict[str, str]) -> pd.DataFrame:
    """Return the fitted level of measures: index measure; fitted, p5, p95. `keys`: the target of each measure."""
    by_key = table.set_index("key")
    known = [measure for measure in measures if keys.get(measure) in by_key.index]
    rows = [by_key.loc[keys[measure], ["fitted", "p5", "p95"]] for measure in known]
    return pd.DataFrame(rows, index=known, columns=["fitted", "p5", "p95"]).astype(float)


@styled
def history(years: pd.DataFrame, fitted: pd.DataFrame, base: int, title: str) -> Picture:
    """Draw what was published, the fitted level and the forecast, a panel a measure.

    `years` is a frame of years (FAN); `fitted` as in `levels`; `base`: the year that the fit is of.
    """
    measures = list(dict.fromkeys(years["measure"]))
    columns = min(_COLUMNS, len(measures))
    figure, rows = style.matrix(-(-len(measures) // columns), columns, 2.6, sharey="none")
    panels = [axes for row in rows for axes in row]
    for axes, measure in zip(panels, measures, strict=False):
        _years(axes, years[years["measure"] == measure], base)
        if measure in fitted.index:
            _level(axes, fitted.loc[measure])
        style.head(axes, words(measure), *filter(None, [_left(years[years["measure"] == measure])]))
        axes.xaxis.set_tick_params(labelbottom=True)
    for spare in panels[len(measures) :]:
        spare.set_visible(False)
    forecast, title = (years["kind"] == FORECAST).any(), _history_title(years, fitted, base, title)
    note = f"Fitted: the level around which the model stays under no change; it is fitted to figures of about {base}."
    style.finish(figure, title, note, list(_history_key(forecast=bool(forecast))))
    return Picture("history", title, _history_said(years, fitted, measures), figure)


def _history_title(years: pd.DataFrame, fitted: pd.DataFrame, base: int, title: str) -> str:
    """Add to a title for how many measures the fitted range holds what was published for the base year."""
    then = years[(years["kind"] == PUBLISHED) & (years["year"] == base)].set_index("measure")["q50"]
    known = fitted.loc[[measure for measure in fitted.index if measure in then.index]]
    if known.empty:
        return title
    held = int(then[known.index].between(known["p5"], known["p95"]).sum())
    return f"{title}; the fitted range holds the figure of {base} for {held} of {len(known)} measures"


def _left(rows: pd.DataFrame) -> str:
    """Say how many of one measure's published figures leave the forecast's range of outcomes for their years."""
    past = rows[rows["kind"] == PUBLISHED].set_index("year")["q50"]
    ahead = rows[rows["kind"] == FORECAST].set_index("year")[["q05", "q95"]]
    both = ahead.join(past, how="inner").to_numpy(dtype=float)
    known = [(float(value), float(low), float(high)) for low, high, value in both]
    return counted(known, "published then", "forecasts")


def _years(axes: Axes, rows: pd.DataFrame, base: int) -> None:
    """Draw one measure's published figures and forecast."""
    past = rows[rows["kind"] == PUBLISHED].sort_values("year")
    ahead = rows[rows["kind"] == FORECAST].sort_values("year")
    if not ahead.empty:
        for low, high, alpha in (("q05", "q95", LIGHT), ("q25", "q75", 0.38)):
            axes.fill_between(ahead["year"], ahead[low], ahead[high], color=_BLUE, alpha=alpha, linewidth=0)
        axes.plot(ahead["year"], ahead["q50"], color=_BLUE, linewidth=1.8)
    axes.plot(past["year"], past["q50"], "o", color=INK, markersize=4)
    axes.axvline(base, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_ylim(bottom=0, top=1.15 * float(rows[["q50", "q95"]].max().max()))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.yaxis.set_major_formatter("{x:,g}")


def _level(axes: Axes, fitted: pd.Series) -> None:
    """Draw a fitted level across a panel."""
    axes.axhspan(fitted["p5"], fitted["p95"], color=_ORANGE, alpha=LIGHT, linewidth=0)
    axes.axhline(fitted["fitted"], color=_ORANGE, linewidth=1.4)


def _history_key(*, forecast: bool) -> Iterator[Line2D | Patch]:
    yield Line2D([], [], color=INK, marker="o", markersize=4, linestyle="", label="published")
    yield Line2D([], [], color=_ORANGE, linewidth=1.4, label="fitted level")
    yield Patch(color=_ORANGE, alpha=LIGHT, linewidth=0, label="its range over 90% of draws")
    if forecast:
        yield Line2D([], [], color=_BLUE, linewidth=1.8, label="median of forecasts")
        yield Patch(color=_BLUE, alpha=LIGHT, linewidth=0, label=f"{RANGE}, 90% and 50% of forecasts")


def _history_said(years: pd.DataFrame, fitted: pd.DataFrame, measures: Sequence[str]) -> str:
    """Say in words what is drawn."""
    said, fits = [], fitted["fitted"].to_dict()
    for measure in measures:
        past = years[(years["measure"] == measure) & (years["kind"] == PUBLISHED)].sort_values("year")
        level = f", fitted {fits[measure]:,.0f}" if measure in fits else ""
        if not past.empty:
            first, last = past.iloc[0], past.iloc[-1]
            run = f"{first['q50']:,.0f} in {first['year']} to {last['q50']:,.0f} in {last['year']}"
            said.append(f"{words(measure)}: published {run}{level}.")
    return " ".join(said)


def words(name: str) -> str:
    """Write a measure's name in words."""
    if name in STOCKS:
        return STOCKS[name]
    return name.replace("_", " ").capitalize().replace("Cp ", "CP ").replace("Cin ", "CIN ")


@styled
def residuals(table: pd.DataFrame) -> Picture:
    """Draw how far each fitted target is off what was published, in standard deviations of that."""
    rows = table[table["residual"].notna()]
    figure, (axes,) = style.stacked([len(rows)], _THIN)
    places = range(len(rows), 0, -1)
    axes.axvspan(-_USUAL, _USUAL, color=PALE, alpha=0.5, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.hlines(list(places), 0, rows["residual"], color=_BLUE, linewidth=2.5, alpha=0.6)
    axes.plot(rows["residual"], list(places), "o", color=_BLUE, markersize=6)
    axes.set_yticks(list(places), [style.row_label(title) for title in rows["target"]])
    axes.set_ylim(0.4, len(rows) + 0.6)
    reach = max(2.5, 1.1 * float(rows["residual"].abs().max()))
    axes.set_xlim(-reach, reach)
    style.name_axis(axes, "fitted less published, in standard deviations of what was published")
    within = int((rows["residual"].abs() <= _USUAL).sum())
    title = (
        f"{within} of {len(rows)} fitted figures lie within {_USUAL:.1f} standard deviations of what was published; "
        "nine in ten do when all is as stated"
    )
    key = [Patch(color=PALE, alpha=0.5, linewidth=0, label="nine in ten lie within, when all is as stated")]
    style.finish(figure, title, "", key)
    said = "; ".join(f"{name!s} {off:+.1f}" for name, off in zip(rows["target"], rows["residual"], strict=True))
    return Picture("residuals", title, f"In standard deviations: {said}.", figure)


@styled
def prior_posterior(unknowns: pd.DataFrame) -> Picture:
    """Draw each unknown's prior and posterior, as multiples of the prior's central value."""
    groups = [(title, unknowns[unknowns["unknown"].str.startswith(start)]) for start, title in _KINDS]
    groups = [(title, rows) for title, rows in groups if not rows.empty]
    figure, panels = style.stacked([len(rows) for _, rows in groups], _THIN)
    for axes, (title, rows) in zip(panels, groups, strict=True):
        _bars(axes, rows)
        style.head(axes, title, beside=style.LABELS)
    style.name_axis(panels[-1], "times the prior's central value")
    informed = int((unknowns["says"] == "informed").sum())
    title = f"The published figures inform {informed} of {len(unknowns)} unknowns; the others keep their prior"
    key = [
        Line2D([], [], color=PALE, linewidth=7, label="prior, 90%"),
        Line2D([], [], color=_BLUE, linewidth=2.5, marker="o", label="posterior, 90% and median"),
        Line2D([], [], color=GREY, linewidth=2.5, marker="o", label="posterior that keeps its prior"),
    ]
    style.finish(figure, title, "", key)
    kept = ", ".join(unknowns.loc[unknowns["says"] != "informed", "unknown"])
    return Picture("prior_posterior", title, f"Unknowns that keep their prior: {kept or 'none'}.", figure)


def _bars(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw a panel's priors and posteriors on a scale of ratios."""
    for place, (_, row) in zip(range(len(rows), 0, -1), rows.iterrows(), strict=True):
        colour = _BLUE if row["says"] == "informed" else GREY
        ends = np.array([row["prior_p5"], row["prior_p95"], row["p5"], row["p95"], row["p50"]]) / row["value"]
        axes.plot(ends[:2], [place, place], color=PALE, linewidth=7, solid_capstyle="butt")
        axes.plot(ends[2:4], [place, place], color=colour, linewidth=2.5)
        axes.plot(ends[4], place, "o", color=colour, markersize=5)
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    axes.minorticks_off()
    axes.set_yticks(list(range(len(rows), 0, -1)), list(rows["unknown"]))
    axes.set_ylim(0.4, len(rows) + 0.6)
