"""A fit on one page: what was published and what the fit makes of it, what is known and what is not."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.report.figures import fit
from familyflow.report.figures.fit import FORECAST, PUBLISHED, words
from familyflow.report.html.elements import element, table
from familyflow.report.html.frame import Frame, Part, picture_of, whole
from familyflow.results.measures import PRECISION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from familyflow.calibrate.fit.diagnostics import Account
    from familyflow.report.figures.style import Picture
    from familyflow.report.html.elements import Html

TARGET_OF: Final = {
    "children_on_cin": "snapshot.children_on_cin",
    "children_on_cp": "snapshot.children_on_cp",
    "children_in_care": "snapshot.children_in_care",
    "referrals": "target.referrals",
    "assessments": "target.assessments",
    "section47s": "target.section47s",
    "cp_starts": "target.cp_starts",
    "care_entries": "target.care_starts",
}
"""The target that a measure of the published history is fitted to."""
_FEW: Final = 0.1
"""Numbers below this are written to three figures."""
_MET: Final = ("met", "NOT MET with the others", "held out, agrees", "held out, differs")


def pictures(account: Account, forecast: pd.DataFrame | None = None) -> list[Picture]:
    """Draw the figures of a fit; `forecast` is a frame of years with rows of kind forecast."""
    drawn = [fit.residuals(account.table), fit.prior_posterior(account.unknowns)]
    years = _years(account, forecast)
    if years.empty:
        return drawn
    measures = list(dict.fromkeys(years["measure"]))
    fitted = fit.levels(account.table, measures, TARGET_OF)
    ahead = ", fitted and forecast" if forecast is not None else " and fitted"
    title = f"{account.scenario.authority}: published{ahead}"
    return [fit.history(years, fitted, account.scenario.start.year, title), *drawn]


def _years(account: Account, forecast: pd.DataFrame | None) -> pd.DataFrame:
    """Return the published history, or a forecast's frame, which holds the history it was made from."""
    return fit.published(account.scenario) if forecast is None else forecast


def page(account: Account, drawn: Sequence[Picture], forecast: pd.DataFrame | None = None) -> str:
    """Return the page; the same account gives the same page. `drawn` as `pictures` gives them."""
    scenario = account.scenario
    by_name = {picture.name: picture for picture in drawn}
    frame = Frame(
        title=f"{scenario.authority}: how well the model fits",
        lead=[_lead(account)],
        main="results",
        skip="Skip to the results",
        last=f"Made by familyflow {__version__} from the scenario {scenario.name}.",
    )
    return whole(frame, [Part(*each) for each in _sections(account, by_name, forecast)])


def _lead(account: Account) -> str:
    """Say in a sentence how well the figures are met."""
    counts = account.table["status"].value_counts()
    met, missed = int(counts.get(_MET[0], 0)), int(counts.get(_MET[1], 0))
    held_out = int(sum(counts.get(status, 0) for status in _MET[2:]))
    informed = int((account.unknowns["says"] == "informed").sum())
    return (
        f"{len(account.unknowns)} unknowns are fitted to {met + missed} published figures. {met} are met within 5% or "
        f"their range, {missed} are not; {held_out} held out. The figures inform {informed} unknowns; the others keep "
        f"their prior."
    )


def _sections(
    account: Account, drawn: dict[str, Picture], forecast: pd.DataFrame | None
) -> Iterator[tuple[str, str, Sequence[Html]]]:
    """Return the name, heading and content of each section."""
    yield "summary", "What to know first", [element("ul", *(element("li", each) for each in _summary(account)))]
    if "history" in drawn:
        years = _history_table(_years(account, forecast))
        yield "history", "Published and fitted", [picture_of(drawn["history"]), years]
    yield "targets", "Every published figure", [picture_of(drawn["residuals"]), _targets(account), _reading(account)]
    yield "simulation", "What simulation adds", _simulation(account)
    yield "unknowns", "Prior and posterior", [picture_of(drawn["prior_posterior"]), *_unknowns(account)]
    yield "tension", "What pulls against each other", _tension(account)
    yield "held-out", "What was held out", _held_out(account)


def _summary(account: Account) -> list[str]:
    """Say how large the misfit is, and what the notes say."""
    total, count, chance = account.misfit
    first = (
        f"The misfit of all figures and priors together is {total:.0f}; about {count} is usual. "
        f"Chance alone gives more in {chance:.0%} of cases."
    )
    return [first, *account.notes]


def _history_table(years: pd.DataFrame) -> Html:
    """Tabulate what the figure of years shows."""
    ahead = bool((years["kind"] == FORECAST).any())
    headings = ("Measure and year", "Published") + (("Forecast, median", "5%", "95%") if ahead else ())
    groups = [
        (words(str(measure)), [_year(year, of_it)[: len(headings)] for year, of_it in rows.groupby("year")])
        for measure, rows in years.groupby("measure", sort=False)
    ]
    return table(
        "history-table", "Published and forecast, by year" if ahead else "Published, by year", headings, groups
    )


def _year(year: object, rows: pd.DataFrame) -> list[str]:
    """Write what was published of one year, and what was forecast."""
    published = rows.loc[rows["kind"] == PUBLISHED, "q50"]
    ahead = rows.loc[rows["kind"] != PUBLISHED, ["q50", "q05", "q95"]]
    known = number(published.iloc[0]) if len(published) else ""
    return [str(year), known, *(map(number, ahead.iloc[0]) if len(ahead) else ("", "", ""))]


def _targets(account: Account) -> Html:
    """Tabulate every target."""
    headings = (
        "Figure",
        "Published",
        "Its range",
        "Fitted",
        "Range of the fit, 90% of draws",
        "Off",
        "Status",
        "Source",
    )
    rows = [
        [
            row["target"],
            number(row["published"]),
            span(row["low"], row["high"]),
            number(row["fitted"]),
            span(row["p5"], row["p95"]),
            signed(row["residual"]),
            row["status"],
            row["source"],
        ]
        for _, row in account.table.iterrows()
    ]
    return table("targets-table", "Published and fitted figures", headings, [("", rows)])


def _reading(account: Account) -> Html:
    """Say how the table of targets is read."""
    return element(
        "p",
        "Off: fitted less published, in standard deviations of what was published; each side of its stated range is "
        "taken as that of a normal distribution of the logarithm, for a share of the logarithm of its odds. Range of "
        "the fit: over "
        f"{account.draws} draws of the posterior.",
    )


def _simulation(account: Account) -> list[Html]:
    """Tabulate what simulation comes to, before and after the correction."""
    headings = (
        "Figure",
        "Published",
        "Balance",
        "Fitted",
        "Simulated before",
        "Simulated after",
        PRECISION.capitalize(),
    )
    known = account.table[account.table["simulated"].notna()]
    rows = [
        [
            row["target"],
            *(number(row[name]) for name in ("published", "balance", "fitted", "simulated_before", "simulated")),
            f"±{number(row['mc_error'])}",
        ]
        for _, row in known.iterrows()
    ]
    said = (
        "The balance leaves out waits for workers and children's own ages. What simulation adds to it, as far as that "
        "is more than chance, is taken off what the balance is asked for: the fitted figure is the balance's with that "
        "added."
    )
    return [element("p", said), table("simulation-table", "Balance and simulation", headings, [("", rows)])]


def _unknowns(account: Account) -> list[Html]:
    """Tabulate every unknown, the informed ones first."""
    headings = ("Unknown", "Prior", "Its 90%", "Posterior median", "Its 90%", "Spread, prior", "Posterior", "Shrinkage")
    groups = [
        (heading, [_unknown(row) for _, row in rows.iterrows()])
        for heading, says in (("Informed by the figures", "informed"), ("Keeps its prior", "keeps its prior"))
        if not (rows := account.unknowns[account.unknowns["says"] == says]).empty
    ]
    said = (
        "Spread: standard deviation of the logarithm. Shrinkage: the share of the prior's variance that the figures "
        "take away, 100% where they say all, 0% where they say nothing. An unknown below 10% keeps its prior."
    )
    return [element("p", said), table("unknowns-table", "Unknowns, prior and posterior", headings, groups)]


def _unknown(row: pd.Series) -> list[str]:
    """Write one unknown."""
    return [
        f"{row['unknown']} ({row['unit']})",
        number(row["value"]),
        span(row["prior_p5"], row["prior_p95"]),
        number(row["p50"]),
        span(row["p5"], row["p95"]),
        f"{row['prior_sd']:.2f}",
        f"{row['posterior_sd']:.2f}",
        f"{max(row['shrinkage'], 0.0):.0%}",
    ]


def _tension(account: Account) -> list[Html]:
    """Tabulate the pairs that pull apart, in words."""
    if account.tension.empty:
        return [element("p", "No figure pulls markedly against another, or against a prior.")]
    headings = ("Pair", "In words", "Pull")
    rows = [
        [f"{row['one']} / {row['other']}", said(row), f"{row['pull']:.1f}"] for _, row in account.tension.iterrows()
    ]
    how = (
        "Two figures, or a figure and a prior, pull against each other when leaving out either lets the fit come "
        "closer to the other. Pull: by how much, in squared standard deviations, both ways together."
    )
    return [element("p", how), table("tension-table", "Strongest first", headings, [("", rows)])]


def said(row: pd.Series) -> str:
    """Say of a pair how far each is off, and how far it would be without the other."""
    return (
        f"{row['one']} is fitted {_off(row['one_off'])}; without the other it would be {_off(row['one_without'])}.\n"
        f"{row['other']} is {_off(row['other_off'])}; without the one it would be {_off(row['other_without'])}."
    )


def _off(deviations: float) -> str:
    """Write how far something is off."""
    text = f"{abs(deviations):.1f}"
    return "just right" if text == "0.0" else f"{text} sd too {'high' if deviations > 0 else 'low'}"


def _held_out(account: Account) -> list[Html]:
    """Say which figures were held out, and whether the fit agrees with them."""
    rows = account.table[account.table["status"].str.startswith("held out")]
    if rows.empty:
        return [element("p", "Nothing was held out.")]
    return [
        element(
            "p",
            f"{row['target'].capitalize()}: published {number(row['published'])} ({span(row['low'], row['high'])}), "
            f"the fit gives {number(row['fitted'])}: {row['status'].partition(', ')[2]}. It pulls nothing.",
        )
        for _, row in rows.iterrows()
    ]


def number(value: float) -> str:
    """Write a number to four figures at most, thousands separated; nothing for a gap."""
    if isnan(value):
        return ""
    if abs(value) >= 1000:  # noqa: PLR2004 - four figures
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < _FEW else f"{value:.4g}"


def signed(value: float) -> str:
    """Write deviations with their sign; nothing for a gap."""
    return "" if isnan(value) else f"{value:+.1f}"


def span(low: float, high: float) -> str:
    """Write a range; one number where it is exact."""
    return number(low) if low == high else f"{number(low)} to {number(high)}"
