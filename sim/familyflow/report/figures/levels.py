"""Any monthly measure of a council, as fans over draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report.figures import style
from familyflow.report.figures.style import GREY, INK, Picture, styled
from familyflow.report.words import day
from familyflow.results.measures import NO_CHANGE
from familyflow.results.monthly import draws_in, ends, part
from familyflow.results.outcome import bands

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_COLUMNS: Final = 3
_HEIGHT: Final = 2.5


@styled
def levels(values: pd.Series, titles: Mapping[str, str]) -> Picture:
    """Draw a measure as fans, a panel a schedule, with the average under no change.

    `values` is named by its measure and indexed by schedule, draw and month.
    """
    quantiles, last = bands(values, ["schedule", "month"]), ends(values)
    months = quantiles.index.unique("month")
    figure, panels = style.small_multiples(len(titles), _COLUMNS, _HEIGHT)
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        style.fan(axes, part(quantiles, name), style.looks(titles)[name].colour)
        base = part(quantiles, NO_CHANGE)
        axes.plot(base.index, base["mean"], color=INK, linewidth=1, linestyle="--")
        style.head(axes, title, f"ends at {last[name]['mean']:,.0f} on average")
        style.year_axis(axes, months.min(), months.max())
    named = str(values.name).replace("_", " ").capitalize()
    heading = f"{named} to {day(months.max())}"
    style.finish(figure, heading, style.band_note(draws_in(values)), style.fan_key(GREY))
    said = "; ".join(f"{title}: {last[name]['mean']:,.1f} on average at the end" for name, title in titles.items())
    return Picture(str(values.name), heading, f"{said}.", figure)
