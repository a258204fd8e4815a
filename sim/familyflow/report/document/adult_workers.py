"""Adult workers as readers are told of them: staffing against the evidence's, who sees parents, and how soon.

Words follow numbers: nothing is said of waits or of workers that the plan or the draws do not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.engine import dose
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import REFERENCE
from familyflow.pathway.people import SIZES
from familyflow.report.document.blocks import Bullets, Paragraph, Section, Table
from familyflow.report.words import number
from familyflow.results.adult_workers import IN_TEAM, OUTSIDE, Staffing, is_dosed, staffing
from familyflow.results.measures import NO_CHANGE
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material
    from familyflow.scenario import Scenario


_LONGER: Final = 1.0
"""Days by which a wait must be longer than today to be told."""


_EACH: Final = 4
"""Teams that are spoken of one by one; more are spoken of together."""


_EXAMPLE: Final = 0.85
"""The effect by whose example a dose is told."""


_SHORT: Final = 0.995
"""A dose below this is told as short of the evidence's staffing."""


def shortfalls(scenario: Scenario) -> list[str]:
    """Say which teams have fewer adult workers than the evidence's teams had, and what is left of an effect."""
    if scenario.programme.null or not is_dosed(scenario):
        return []
    short = [row for row in staffing(scenario) if row.dose < _SHORT]
    if len(short) > _EACH:
        return [_short(f"{len(short)} teams together", short)]
    return [_short(row.title, [row]) for row in short]


def _short(who: str, rows: list[Staffing]) -> str:
    """Say how far one team, or several together, fall short of the evidence's staffing."""
    children, posts, wanted = (sum(getattr(row, name) for row in rows) for name in ("children", "posts", "reference"))
    dosed = sum(row.dose * row.children for row in rows) / children
    power = sum(row.power * row.children for row in rows) / children
    return (
        f"{who}: {posts:.1f} adult workers for {children:,.0f} children on plans, where the teams that the evidence is "
        f"about would have {wanted:.1f} of four roles. At that dose, {number(dosed, 'share')}, a stated effect of "
        f"{_EXAMPLE:.2f} is {_EXAMPLE**power:.2f}."
    )


def crowded(scenario: Scenario) -> list[str]:
    """Say which teams have places for fewer parents than there are families on plans with a harm."""
    if scenario.programme.null or not is_dosed(scenario):
        return []
    values = scenario.central()
    size = sum(k * values[f"family.size.{k}"] for k in SIZES)
    short = []
    for name, plan in dose.by_team(scenario, values, PATHWAY).items():
        places = sum(plan.fte.get(role, 0.0) * values[f"adult.{role}.concurrent"] for role in REFERENCE)
        harmed = values["harms.any"] if KINDS[0] in scenario.teams[name].kinds else 1.0
        families = plan.children / size * harmed
        if 0 < places < families:
            short.append((scenario.teams[name].title, places, families))
    if len(short) > _EACH:
        short = [(f"{len(short)} teams together", sum(row[1] for row in short), sum(row[2] for row in short))]
    return [
        f"{who}: places for {places:,.0f} parents, and {families:,.0f} families on plans with a harm: the others wait "
        "for outside services, as today."
        for who, places, families in short
    ]


def wait_rows(table: pd.DataFrame, schedule: str) -> Iterator[list[str]]:
    """Write one schedule's waits: role, days and parents in the team, days and parents outside, share in the team."""
    for role in dict.fromkeys(table["role"]):
        own, out = (_row(table, schedule, role, where) for where in (IN_TEAM, OUTSIDE))
        total = own["seen"] + out["seen"]
        if total:
            cells = [cell for each in (own, out) for cell in _cells(each)]
            yield [role.replace("_", " "), *cells, number(own["seen"] / total, "share")]


def _row(table: pd.DataFrame, schedule: str, role: str, where: str) -> dict[str, float]:
    """Return one row's numbers; nobody seen where there is none."""
    keys = (table["schedule"] == schedule) & (table["role"] == role) & (table["where"] == where)
    found = table.loc[keys, ["mean", "seen"]]
    return {str(k): float(v) for k, v in found.iloc[0].items()} if len(found) else {"mean": 0.0, "seen": 0.0}


def _cells(row: Mapping[str, float]) -> list[str]:
    """Write the days and the parents of one kind of place."""
    return [number(row["mean"], "days"), f"{row['seen']:,.0f}"] if row["seen"] else ["-", "0"]


def compared(table: pd.DataFrame, titles: Mapping[str, str]) -> Iterator[str]:
    """Say of each schedule how long parents wait for a first appointment, against no change: as the draws have it."""
    before = _overall(table, NO_CHANGE)
    for name, title in titles.items():
        if name == NO_CHANGE or before is None:
            continue
        after = _overall(table, name)
        if after is None:
            continue
        change = after - before
        said = "as long" if abs(change) < _LONGER else f"{abs(change):.0f} days {'longer' if change > 0 else 'less'}"
        yield (
            f"{title}: parents wait {after:.0f} days on average for a first appointment, {said} "
            f"{'as' if abs(change) < _LONGER else 'than'} under no change."
        )


def _overall(table: pd.DataFrame, schedule: str) -> float | None:
    """Return the mean days that all parents of a schedule wait; None where nobody is seen."""
    rows = table[table["schedule"] == schedule]
    if rows.empty or not rows["seen"].sum():
        return None
    return float((rows["mean"] * rows["seen"]).sum() / rows["seen"].sum())


def section(material: Material) -> Section:
    """Show how teams are staffed against the evidence's teams, and who sees parents and how soon."""
    found, scenario = material.findings, material.scenario
    said = [*shortfalls(scenario), *crowded(scenario), *compared(found.waits, material.titles), *found.unmet]
    blocks: list[Block] = [Paragraph(_DOSE), Bullets(said)] if said else [Paragraph(_DOSE)]
    if is_dosed(scenario) and (rows := [_staffed(row) for row in staffing(scenario)]):
        blocks.append(Table("staffing-table", _STAFFING, _STAFFED, [("", rows)]))
    groups = [(title, list(wait_rows(found.waits, name))) for name, title in material.titles.items()]
    blocks.append(Table("waits-table", _WAITS, _WAITED, [(title, each) for title, each in groups if each]))
    return Section("adult-workers", "Adult workers: staffing and waits", blocks)


def _staffed(row: Staffing) -> list[str]:
    """Write a team's row: children, posts, the evidence's posts, dose, and what that leaves of an effect, in logs."""
    counts = [f"{row.children:,.0f}", f"{row.posts:.1f}", f"{row.reference:.1f}"]
    return [row.title, *counts, number(row.dose, "share"), number(row.power, "share")]


_DOSE: Final = (
    "A stated effect is of teams with the staff of the evidence's teams. A team with part of that staff delivers part "
    "of the effect; the share that needs no adult worker stays. A parent is seen by the team's own worker where a "
    "place is free, and outside where that appointment comes first."
)


_STAFFING: Final = "Adult workers of each team that some schedule takes live, at central values"


_STAFFED: Final = (
    "Team",
    "Children on plans",
    "Adult workers",
    "The evidence's staffing",
    "Dose",
    "Of a stated effect",
)


_WAITS: Final = "Days from taking up an offer to the first appointment, and parents seen: averages over draws"


_WAITED: Final = ("Role", "Days, in the team", "Parents", "Days, outside", "Parents", "Seen in the team")
