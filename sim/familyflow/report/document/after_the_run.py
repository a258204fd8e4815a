"""What comes after the run, apart from every total: children still out of care, and a view of ten years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.after import YEARS
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.report.document.money import over_draws
from familyflow.report.words import capital, day, number, span
from familyflow.results.apart import is_simulated
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from familyflow.report.document.inputs import Material

AFTER: Final = "After the run: in no total"


def after_the_run(material: Material) -> Section:
    """Show what the horizon cuts off, apart."""
    return Section("after", AFTER, [*map(Paragraph, _said(material)), after_table(material)])


def _said(material: Material) -> Iterator[str]:
    """Say what is supposed, and that neither view is in any total nor to be added to the other."""
    stay = material.case.still.stay
    if not np.isnan(stay).all():
        yield (
            f"Children still out of care on {day(material.end)} are valued as if the programme stopped there: nobody "
            f"else is kept out, none of them comes in later, and each would stay {np.nanmean(stay):.1f} years, as "
            "children in care do on average in the run under no change. The value is that of their placements, cash or "
            "not."
        )
    yield from _ten_years(material)
    yield "The two suppose different things. Neither is in any other figure, and they are not to be added up."


def _ten_years(material: Material) -> Iterator[str]:
    """Say what the ten years are made of."""
    found = material.case
    if is_simulated(found.long_view):
        yield f"The {YEARS} years are simulated; nothing is carried forward."
        return
    kept, year = found.assumptions.quantities[case.SAVING_KEPT], found.activity.years[found.appraisal.last_year]
    lower = f"; below also at {kept.low:.0%}" if kept.low < kept.value else ""
    yield (
        f"The {YEARS} years are a projection: the run, and then the costs and savings of {year} alone for "
        f"{found.long_view.carried:.1f} years more, as if the programme went on, with {kept.value:.0%} of a year's "
        f"saving left in the next (case.saving_kept, {kept.status.value}{lower}). A schedule that is still growing in "
        f"{year} is carried on as it was then. To simulate them: "
        f"familyflow run {material.scenario.name} --years {YEARS}."
    )


def after_table(material: Material) -> Table:
    """Tabulate both views of each schedule."""
    titles, amounts = material.case.after_titles, material.case.afterwards
    groups = [
        (title, [[titles[item], *_shown(each[:, material.place(name)])] for item, each in amounts.items()])
        for name, title in material.others.items()
    ]
    caption = f"Present values in {material.scenario.price_year} prices, £m: in no total"
    return Table("after-table", caption, ["Schedule and figure", "Average", capital(RANGE)], groups)


def _shown(values: NDArray[np.float64]) -> list[str]:
    """Write an average and its range."""
    found = over_draws(values)
    band = span(found["p5"], found["p95"], "gbp") if found["p5"] < found["p95"] else ""
    return [number(found["mean"], "gbp"), band]
