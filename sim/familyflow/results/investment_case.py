"""The investment case as tidy tables: appraisal, cash flow, ladder, sensitivity, value of information."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import product
from math import inf, isfinite
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.economics import after, case, ladder, sensitivity
from familyflow.economics import appraisal as appraisals
from familyflow.economics import bridge as bridges
from familyflow.economics.ladder import Rung
from familyflow.economics.lines import OVERHEAD, Kind
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.ground.files import writing
from familyflow.results import apart, information
from familyflow.results.measures import NO_CHANGE, UNIDENTIFIED, WHOLE
from familyflow.results.outcome import QUANTILES, Outcome
from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from familyflow.economics.after import Still, TenYears
    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.bridge import Bridge, Budget
    from familyflow.economics.case import Activity, Assumptions, Floats
    from familyflow.economics.ladder import Flows
    from familyflow.economics.sensitivity import Bar
    from familyflow.ground.quantity import Quantity
    from familyflow.results.information import Unknowns

AS_STATED: Final = "as stated"
CORRECTED: Final = "optimism bias corrected"
APPRAISAL: Final = ("schedule", "basis", "measure", "mean", "p5", "p50", "p95", "mc_error", "unit", "period")
"""Columns of appraisal.csv: p5 to p95 is the range of outcomes, mc_error the precision of the average."""
CASH_FLOW: Final = (
    "schedule",
    "basis",
    "financial_year",
    "from",
    "to",
    "item",
    "mean",
    "p5",
    "p50",
    "p95",
    "mc_error",
    "unit",
)
LADDER: Final = (
    *("schedule", "financial_year", "rung", "payer", "service", "line", "mean", "p5", "p50", "p95", "unit"),
    "note",
)
"""Columns of ladder.csv; the note says where no published figure identifies a line's sum."""
SENSITIVITY: Final = (
    "schedule",
    "input",
    "value",
    "low",
    "high",
    "unit",
    "status",
    "source",
    "npv_at_low_gbp",
    "npv_at_high_gbp",
    "swing_gbp",
    "error_gbp",
    "method",
)
MAP: Final = ("schedule", "input_x", "x", "input_y", "y", "npv_gbp")
PLANE: Final = ("schedule", "draw", "child_years_in_care_averted", "net_cost_gbp")
_POINTS: Final = 5
"""Points along each side of the map."""
GROUPS: Final = {
    "effects of the programme": ("effect.", "adult.", "harm."),
    "prices and pay": ("price.", "rate."),
    "staffing": ("staff.", "team.", "post."),
}
"""Groups of inputs, by how their ids begin; whatever is in none is the drift of demand without the programme."""
DRIFT: Final = "demand without the programme (drift)"
_DIGITS: Final = {"bridge": "%.2f", "after": "%.2f"}
"""How numbers of a table are written; in the bridge they add up to the penny."""
_HALF_A_PENNY: Final = 0.005
"""What is less than this is no pound on a rung, but what floating point leaves of a difference."""
_RATIOS: Final = {"benefit_cost": "pv_public", "cash_return": "pv_cash"}
"""Pounds back for a pound: ratios of averages, by what is divided by spending."""
_UNITS: Final = dict.fromkeys(_RATIOS, "ratio")
_REAL: Final = "gbp, real"
_NOMINAL: Final = "gbp, nominal"
_PRESENT: Final = "gbp, present value"


@dataclass(frozen=True, eq=False)
class Case:
    """A study's investment case: what is assumed, what was found, and the answers as stated and corrected."""

    assumptions: Assumptions
    activity: Activity
    samples: pd.DataFrame
    quantities: Mapping[str, Quantity]
    effects: tuple[str, ...]
    """The ids of the effects that this programme claims: those whose bars are estimated from the draws."""
    budget: Budget | None = None
    """What a document publishes that the programme costs, where it does."""

    @cached_property
    def flows(self) -> Flows:
        """Each line by rung, and the programme's cost."""
        return ladder.cash_flow(self.activity, self.assumptions)

    @cached_property
    def corrected_flows(self) -> Flows:
        """The flows with optimism bias corrected."""
        return ladder.corrected(self.flows, self.assumptions)

    @cached_property
    def appraisal(self) -> Appraisal:
        """The appraisal as stated."""
        return appraisals.appraise(self.activity, self.flows, self.assumptions)

    @cached_property
    def cautious(self) -> Appraisal:
        """The appraisal with optimism bias corrected."""
        return appraisals.appraise(self.activity, self.corrected_flows, self.assumptions)

    @cached_property
    def appraisal_table(self) -> pd.DataFrame:
        """The appraisal of every schedule on both bases: columns as APPRAISAL."""
        pairs = ((AS_STATED, self.appraisal), (CORRECTED, self.cautious))
        rows = [row for basis, found in pairs for row in _appraisal_rows(self.activity, found, basis)]
        return pd.DataFrame(rows, columns=list(APPRAISAL)).fillna({"period": WHOLE})

    @cached_property
    def cash_flow_table(self) -> pd.DataFrame:
        """The cash flow of every schedule and financial year on both bases: columns as CASH_FLOW."""
        pairs = ((AS_STATED, self.flows, self.appraisal), (CORRECTED, self.corrected_flows, self.cautious))
        rows = [row for basis, flows, found in pairs for row in _flow_rows(self, flows, found, basis)]
        return pd.DataFrame(rows, columns=list(CASH_FLOW))

    @cached_property
    def ladder_table(self) -> pd.DataFrame:
        """Each rung by payer, service and line, by year and over all of them: columns as LADDER."""
        return pd.DataFrame(list(_ladder_rows(self.activity, self.flows, self.assumptions)), columns=list(LADDER))

    @cached_property
    def bars(self) -> list[Bar]:
        """The bars of the tornado: money recalculated, the effects of the programme by regression over draws."""
        regressed = sensitivity.regressed(self._samples, self.quantities, self.effects, self.appraisal)
        return [*sensitivity.one_way(self.activity, self.assumptions), *regressed]

    @property
    def sensitivity_table(self) -> pd.DataFrame:
        """The tornado of every schedule, the widest bar first: columns as SENSITIVITY."""
        rows = [row for bar in self.bars for row in _bar_rows(self.activity, bar)]
        table = pd.DataFrame(rows, columns=list(SENSITIVITY))
        order = {name: rank for rank, name in enumerate(self.activity.schedules)}
        ranked = table.assign(rank=table["schedule"].map(order))
        return ranked.sort_values(["rank", "swing_gbp"], ascending=[True, False], kind="stable", ignore_index=True)[
            list(SENSITIVITY)
        ]

    @cached_property
    def unknowns(self) -> Unknowns:
        """What not knowing is worth, by group of inputs."""
        names = groups_of([str(name) for name in self.samples.columns if name != "draw"])
        return information.unknowns(self.appraisal.npv, self._samples, names)

    @cached_property
    def information_table(self) -> pd.DataFrame:
        """What not knowing is worth: columns as in `worth_knowing`; gaps where the draws cannot tell."""
        return pd.DataFrame(list(information.rows(self.unknowns)), columns=list(information.COLUMNS))

    @cached_property
    def map_table(self) -> pd.DataFrame:
        """Present value over the two inputs of money that matter most, a point a row: columns as MAP."""
        exact = [bar for bar in self.bars if bar.method == sensitivity.RECALCULATED]
        widest = sorted(exact, key=lambda bar: -float(bar.swing.max()))[:2]
        rows = _map_rows(self.activity, self.assumptions, [bar.name for bar in widest]) if len(widest) > 1 else ()
        return pd.DataFrame(list(rows), columns=list(MAP))

    @cached_property
    def plane_table(self) -> pd.DataFrame:
        """The cost-effectiveness plane, a draw a row: columns as PLANE."""
        rows = [
            {"schedule": name, "draw": draw, "child_years_in_care_averted": averted, "net_cost_gbp": cost}
            for name, every, costs in sensitivity.plane(self.activity, self.appraisal)
            if name != NO_CHANGE
            for draw, averted, cost in zip(self.activity.draws, every, costs, strict=True)
        ]
        return pd.DataFrame(rows, columns=list(PLANE))

    @cached_property
    def bridge(self) -> Bridge | None:
        """The steps from programme cost to the published budget, where there is one."""
        if self.budget is None:
            return None
        return bridges.bridge(self.activity, self.flows, self.assumptions, self.budget, self._overheads)

    @property
    def _overheads(self) -> Floats:
        """Each draw's overhead over salary and on-costs."""
        if OVERHEAD in self._samples:
            return self._samples[OVERHEAD].to_numpy(dtype=np.float64)
        stated = self.assumptions.quantities.get(OVERHEAD)
        return np.full(len(self.activity.draws), stated.value if stated else 0.0)

    @cached_property
    def bridge_table(self) -> pd.DataFrame | None:
        """The bridge of every schedule, a row a step and price base: columns as `apart.BRIDGE`."""
        if self.budget is None or self.bridge is None:
            return None
        return apart.bridge_table(self.bridge, self.budget, self.activity, self.assumptions.price_year)

    @cached_property
    def still(self) -> Still:
        """Children still out of care at the end; in no total."""
        return after.still_out(self.activity, self.assumptions)

    @cached_property
    def long_view(self) -> TenYears:
        """Ten years from the run's start, the last whole year carried forward as stated; in no total."""
        return after.ten_years(self.activity, self.flows, self.assumptions, self._kept.value)

    @cached_property
    def long_view_fading(self) -> TenYears:
        """Ten years with as little of a saving left each year as the range of that share has."""
        return after.ten_years(self.activity, self.flows, self.assumptions, self._kept.low)

    @property
    def _kept(self) -> Quantity:
        return self.assumptions.quantities[case.SAVING_KEPT]

    @cached_property
    def afterwards(self) -> dict[str, Floats]:
        """The amounts (D, S) after the run, by item."""
        return apart.amounts(self.still, self.long_view, self.long_view_fading)

    @property
    def after_titles(self) -> dict[str, str]:
        """What those amounts are called."""
        return apart.after_titles(self._kept.low)

    @cached_property
    def after_table(self) -> pd.DataFrame:
        """The amounts after the run of every schedule: columns as `apart.AFTER`."""
        return apart.after_table(self.afterwards, self.after_titles, self.activity)

    @property
    def _samples(self) -> pd.DataFrame:
        return sensitivity.draws_of(self.samples, self.activity.draws)

    def save(self, folder: Path) -> None:
        """Write every table into a folder; Problem when it cannot be."""
        tables = {
            "appraisal": self.appraisal_table,
            "cashflow": self.cash_flow_table,
            "ladder": self.ladder_table,
            "sensitivity": self.sensitivity_table,
            "information": self.information_table,
            "map": self.map_table,
            "plane": self.plane_table,
            "after": self.after_table,
            "bridge": self.bridge_table,
        }
        for name, table in tables.items():
            if table is None:
                continue
            with writing(folder / f"{name}.csv") as path:
                table.to_csv(path, index=False, lineterminator="\n", float_format=_DIGITS.get(name, "%.6g"))


def brings_money(case: Case) -> bool:
    """Return whether some schedule of the scenario brings money from outside."""
    return any(line.kind == Kind.INCOME for line in case.assumptions.lines)


def stands(case: Case) -> str:
    """Name the schedule whose answer stands for the run: the first that the scenario lists after no change, its plan.

    It is chosen before any draw, so that no luck of draws chooses it. One that changes the council's cash in no draw,
    as it begins after the end, stands only where all are so.
    """
    names, npv = case.activity.schedules, case.appraisal.npv
    others = [s for s, name in enumerate(names) if name != NO_CHANGE]
    return names[next((s for s in others if npv[:, s].any()), others[0])]


def groups_of(names: Sequence[str]) -> dict[str, list[str]]:
    """Sort inputs into groups; those that luck does not touch are in none, nor is income, on which no answer hangs."""
    uncertain = [name for name in names if not name.startswith((case.CASE, "snapshot.", INCOME))]
    found = {group: [name for name in uncertain if name.startswith(begins)] for group, begins in GROUPS.items()}
    taken = {name for members in found.values() for name in members}
    return {**found, DRIFT: [name for name in uncertain if name not in taken]}


def _appraisal_rows(activity: Activity, found: Appraisal, basis: str) -> Iterator[dict[str, object]]:
    """Return the rows of one basis."""
    for s, schedule in enumerate(activity.schedules):
        head = {"schedule": schedule, "basis": basis}
        for name in ("npv", "npv_public", "pv_cash", "pv_public", "pv_spending", "benefit_cost", "cash_return"):
            spread = Outcome.over(getattr(found, name)[:, s]).row()
            if name in _RATIOS:
                above = getattr(found, _RATIOS[name])[:, s]
                spread["mean"] = appraisals.for_a_pound(above, found.pv_spending[:, s])
            yield {**head, "measure": name, **spread, "unit": _UNITS.get(name, _PRESENT)}
        for name in ("run_rate", "run_rate_public"):
            alone = {"unit": _REAL, "period": activity.years[found.last_year]}
            yield {**head, "measure": name, **Outcome.over(getattr(found, name)[:, s]).row(), **alone}
        yield {**head, "measure": "peak_funding", **Outcome.over(found.peak[:, s]).row(), "unit": _NOMINAL}
        years = payback_years(activity, found)[:, s]
        yield {**head, "measure": "payback", **_ordered(years), "unit": "years from the start"}
        yield from _probabilities(head, found, s)


def _probabilities(head: Mapping[str, object], found: Appraisal, s: int) -> Iterator[dict[str, object]]:
    """Return the rows that are one number, not a spread."""
    numbers = {
        "probability_paid_back": (float(found.paid[:, s].mean()), "share"),
        "probability_of_regret": (float(appraisals.probability_of_regret(found)[s]), "share"),
        "regret": (float(appraisals.regret(found)[s]), _PRESENT),
    }
    for name, (value, unit) in numbers.items():
        yield {**head, "measure": name, "mean": value, "unit": unit}


def payback_years(activity: Activity, found: Appraisal) -> Floats:
    """Return the years (D, S) from the first day of the case to the payback; infinite where it is not reached."""
    days = (found.payback - np.datetime64(activity.spans[0][0])) / np.timedelta64(1, "D")
    return np.where(found.paid, days / DAYS_PER_YEAR, inf)


def _ordered(years: Floats) -> dict[str, float]:
    """Return quantiles of years of which some are infinite; one that is not reached is a gap, and so is a mean."""
    ranked = np.sort(years)
    last, hundredths = len(ranked) - 1, {name: round(100 * share) for name, share in QUANTILES.items()}
    found = {name: ranked[min(last, len(ranked) * each // 100)] for name, each in hundredths.items()}
    return {name: float(value) if isfinite(value) else float("nan") for name, value in found.items()}


def payback_dates(activity: Activity, found: Appraisal) -> list[date | None]:
    """Return each schedule's median payback: the day by which half of all draws are paid back, or None."""
    middle = [_ordered(column)["p50"] for column in payback_years(activity, found).T]
    first = activity.spans[0][0]
    return [first + timedelta(days=round(years * DAYS_PER_YEAR)) if isfinite(years) else None for years in middle]


def _flow_rows(case: Case, flows: Flows, found: Appraisal, basis: str) -> Iterator[dict[str, object]]:
    """Return the rows of one basis."""
    activity = case.activity
    rungs = {str(rung): (values, _REAL) for rung, values in appraisals.by_rung(flows).items()}
    spending = flows.cost.sum(axis=-1)
    items = {
        **rungs,
        "programme cost": (spending, _REAL),
        "grant": (np.broadcast_to(flows.grant, spending.shape), _REAL),
        "net cash": (flows.cash - flows.spending, _REAL),
        "budget impact": (found.budget, _NOMINAL),
        "change from the year before": (found.change, _NOMINAL),
        "cumulative": (found.cumulative, _NOMINAL),
        **(_with_income(flows) if brings_money(case) else {}),
    }
    likely = appraisals.probability_of_saving(found)
    for s, schedule in enumerate(activity.schedules):
        for y, (year, (first, last)) in enumerate(zip(activity.years, activity.spans, strict=True)):
            head = {"schedule": schedule, "basis": basis, "financial_year": year, "from": first, "to": last}
            for item, (values, unit) in items.items():
                yield {**head, "item": item, **Outcome.over(values[:, s, y]).row(), "unit": unit}
            yield {**head, "item": "probability of a net saving so far", "mean": likely[s, y], "unit": "share"}


def _with_income(flows: Flows) -> dict[str, tuple[Floats, str]]:
    """Return what only a scenario has in which some schedule brings money from outside."""
    after = flows.cash - flows.spending + flows.income
    return {"grants and partners' money": (flows.income, _REAL), "net cash after grants": (after, _REAL)}


def _ladder_rows(activity: Activity, flows: Flows, a: Assumptions) -> Iterator[dict[str, object]]:
    """Return a row a schedule, year, rung and line that has anything on that rung."""
    for s, schedule in enumerate(activity.schedules):
        if schedule == NO_CHANGE:
            continue
        for rung in Rung:
            for column, line in enumerate(a.lines):
                values = flows.rungs[rung][:, s, :, column]
                if (np.abs(values) >= _HALF_A_PENNY).any():
                    note = "" if line.identified else UNIDENTIFIED
                    whose = {"payer": line.payer, "service": line.service, "line": line.name, "note": note}
                    head = {"rung": str(rung), **whose}
                    yield from _ladder_years({"schedule": schedule, **head, "unit": _REAL}, activity, values)


def _ladder_years(head: dict[str, object], activity: Activity, values: Floats) -> Iterator[dict[str, object]]:
    """Return the rows of one line on one rung: all years, then each."""
    for year, amounts in ((WHOLE, values.sum(axis=1)), *zip(activity.years, values.T, strict=True)):
        yield {**head, "financial_year": year, **Outcome.over(amounts).row()}


def _bar_rows(activity: Activity, bar: Bar) -> Iterator[dict[str, object]]:
    """Return one bar's rows, for every schedule but no change."""
    of_input = {
        "input": bar.name,
        "value": bar.quantity.value,
        "low": bar.quantity.low,
        "high": bar.quantity.high,
        "unit": bar.quantity.unit,
        "status": str(bar.quantity.status),
        "source": bar.quantity.source,
        "method": bar.method,
    }
    columns = zip(activity.schedules, bar.low, bar.high, bar.swing, bar.error, strict=True)
    for schedule, low, high, swing, error in columns:
        if schedule != NO_CHANGE:
            ends = {"npv_at_low_gbp": low, "npv_at_high_gbp": high, "swing_gbp": swing, "error_gbp": error}
            yield {"schedule": schedule, **of_input, **ends}


def _map_rows(activity: Activity, a: Assumptions, names: Sequence[str]) -> Iterator[dict[str, object]]:
    """Return a row a schedule and point of the map of two inputs."""
    first, second = names
    xs, ys, npv = sensitivity.two_way(activity, a, first, second, _POINTS)
    for s, schedule in enumerate(activity.schedules):
        if schedule != NO_CHANGE:
            for (i, x), (j, y) in product(enumerate(xs), enumerate(ys)):
                at = {"input_x": first, "x": x, "input_y": second, "y": y}
                yield {"schedule": schedule, **at, "npv_gbp": npv[i, j, s]}
