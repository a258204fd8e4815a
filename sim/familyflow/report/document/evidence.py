"""What the numbers rest on: the claims and their answers, the evidence, the method, and how to do it again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from familyflow.ground.quantity import Status
from familyflow.ground.readings import TITLES
from familyflow.report.document.blocks import Bullets, Command, Paragraph, Section, Table
from familyflow.report.document.claims import DIRECTION, answer
from familyflow.report.words import draws, figure, promise
from familyflow.results.measures import PRECISION, RANGE
from familyflow.scenario.readings import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.ground.quantity import Quantity
    from familyflow.report.document.inputs import Material

STATUSES: Final = {
    Status.PUBLISHED: "read in a source",
    Status.DERIVED: "worked out from published figures; the note shows how",
    Status.ASSUMED: "a judgement, not verified by any source; the note gives the reason",
}
_GROUPS: Final = {
    "population": "Children in the area",
    "snapshot": "The start",
    "target": "Published rates that the model is fitted to",
    "harms": "Harms",
    "harm": "Harms",
    "area": "Areas",
    "team": "Teams",
    "staff": "Staff",
    "post": "Posts of the programme",
    "programme": "The programme",
    "income": "Grants and partners' money",
    "effect": "Effects",
    "adult": "Adult workers",
    "price": "Prices",
    "rate": "Prices",
    "case": "The investment case",
}
_METHOD: Final = (
    (
        "The model follows families and their children one by one through contact, referral, assessment, "
        "enquiry, plans and care, with the social workers and adult workers that teams have. It starts from the "
        "published counts of day 0, and its rates are fitted to the authority's published figures."
    ),
    (
        "Every schedule is run on the same families with the same luck as no change, so a difference is what "
        "the schedule does and nothing else. A programme that changes nothing saves exactly nothing."
    ),
    (
        "A draw takes one value of everything that is uncertain (rates, effects, prices) and its own luck. No "
        f"single run is an answer. The {RANGE} holds nine draws in ten; the {PRECISION} is what more draws "
        "would improve."
    ),
    (
        "A stated effect is the total on families offered the programme, in a team with the staff of the evidence's "
        "teams. Two things deliver it, adult workers who end harms and the team's practice, solved together so that "
        "they come to that total at the staff that this plan has; it grows over months. What is not claimed is held."
    ),
)
_LIMITS: Final = (
    "Effects are judgements for the most part, shrunk from studies of which many have no comparison group.",
    (
        "Under no change, rates start as they were fitted and drift by chance in each draw as far as councils' have, "
        "the same under every schedule. Posts of social workers follow demand in part, as councils' have. The charts "
        "show published counts beside it."
    ),
    "Nobody is born, moves away, or comes back after two years as the same family. Siblings' ages are independent.",
    "Recruitment takes time and always succeeds. Workers of a role are alike.",
    "Uncertain inputs vary independently of one another. Real ones do not.",
    "Staff time freed and what partners save is not cash to the council, and is never added to it.",
    "The tables and charts show simulated children. No record of a real child is in them or behind them.",
)


def claims(material: Material) -> Section:
    """Answer what the authority claimed."""
    table = material.findings.claims
    if table.empty:
        return Section("claims", "What was claimed", [Paragraph("The scenario has no claims to answer.")])
    headings = ("Schedule", "Due", "Change", RANGE.capitalize(), "Promise kept in", "Verdict", "Would need")
    groups = [
        (_promise(rows[0]), [[material.titles[row["schedule"]], *answer(row)] for row in rows])
        for rows in _by_claim(material)
    ]
    said = Paragraph(
        "A claim is supported when at least 80% of draws keep its promise, not supported when at most 20% do. "
        f"Would need: how many times the modelled change keeps the promise; none if it goes the other way. {DIRECTION} "
        "A claim that falls due after the last date simulated is not within the run, and counts as neither met nor not."
    )
    return Section("claims", "What was claimed", [said, Table("claims-table", "Claims and answers", headings, groups)])


def _by_claim(material: Material) -> Iterator[list[dict[str, Any]]]:
    """Return the answers to one claim after the other, in the order of the schedules."""
    table, order = material.findings.claims, list(material.titles)
    ranked = table.assign(rank=table["schedule"].map(order.index)).sort_values(["number", "rank"])
    for _, rows in ranked.groupby("number"):
        yield [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _promise(row: Mapping[str, Any]) -> str:
    """Write a claim and what it promises."""
    return f"{row['claim']} ({promise(row)})"


def counts(material: Material) -> Counter[Status]:
    """Count the scenario's numbers by how they are known."""
    return Counter(quantity.status for quantity in material.scenario.quantities.values())


def standing(material: Material) -> str:
    """Say in a sentence how many of the numbers are published, derived and assumed."""
    found = counts(material)
    total = sum(found.values())
    said = ", ".join(f"{found[status]} {status}" for status in Status)
    return f"Of {total} numbers that the run rests on, {said}; the answer cannot be surer than what goes in."


def status_table(material: Material) -> Table:
    """Count the scenario's numbers by status."""
    found = counts(material)
    rows = [[status.capitalize(), str(found[status]), meaning] for status, meaning in STATUSES.items()]
    return Table("status-table", "Numbers by status", ("Status", "Numbers", "Meaning"), [("", rows)], frozenset({2}))


def evidence(material: Material) -> Section:
    """List every number of the scenario with its range, unit, year, source and status, and count them by status."""
    headings = ("Number", "Value", "Range (90%)", "Unit", "Year", "Status", "Source and note")
    register = Table(
        "evidence-table",
        "Every number of the scenario",
        headings,
        [(title, [_entry(material, *each) for each in entries]) for title, entries in _grouped(material).items()],
        frozenset({6}),
    )
    said = Paragraph("A number that is assumed is not verified by any source, and is marked so.")
    return Section(
        "evidence", "Evidence register", [Paragraph(standing(material)), said, status_table(material), register]
    )


def _grouped(material: Material) -> dict[str, list[tuple[str, Quantity]]]:
    """Put the scenario's numbers in groups, in the order of the groups, the others last."""
    every: dict[str, list[tuple[str, Quantity]]] = {}
    for key, quantity in material.scenario.quantities.items():
        every.setdefault(_GROUPS.get(key.partition(".")[0], "The pathway"), []).append((key, quantity))
    order = [*dict.fromkeys(_GROUPS.values()), "The pathway"]
    return {title: every[title] for title in order if title in every}


def _entry(material: Material, key: str, quantity: Quantity) -> list[str]:
    """Write one number of the register."""
    fixed = quantity.low == quantity.high
    source = material.scenario.sources.get(quantity.source, quantity.source)
    return [
        key,
        figure(quantity.value),
        "fixed" if fixed else f"{figure(quantity.low)} to {figure(quantity.high)}",
        quantity.unit,
        quantity.year,
        "ASSUMED" if quantity.status is Status.ASSUMED else str(quantity.status),
        f"{source}\n{quantity.note}" if quantity.note else source,
    ]


def method(material: Material) -> Section:
    """Say how the numbers come about, and what a reader should hold against them."""
    limits = [*_LIMITS, standing(material)]
    return Section("method", "Method and limits", [*map(Paragraph, _METHOD), Paragraph("Limits:"), Bullets(limits)])


def again(material: Material) -> Section:
    """Say how to make the same numbers again: command, versions, digests."""
    plan, manifest = material.plan, material.manifest
    packages = manifest.get("packages")
    known = packages if isinstance(packages, dict) else {}
    rows = [
        ["familyflow", str(manifest["version"])],
        ["Commit", str(manifest.get("commit") or "not known: not run from a checkout")],
        ["Seed", str(plan.seed)],
        ["Draws", f"{plan.draws:,}"],
        ["Reading of the evidence", TITLES[plan.scenario.reading]],
        ["Set for this run", ", ".join(plan.scenario.settings) or "nothing"],
        ["SHA-256 of the scenario and its tables", str(manifest["digest"])],
        ["SHA-256 of the code that decides the numbers", str(manifest["code"])],
        *([name, str(version)] for name, version in known.items()),
    ]
    said = Paragraph(
        "The command below gives the same numbers, byte for byte, on any machine with the same version and scenario, "
        "however many processes it uses."
    )
    table = Table("again-table", "What was run", ("What", "Which"), [("", rows)], frozenset({1}))
    return Section("again", "How to reproduce it", [said, Command(command(material)), table])


def command(material: Material) -> str:
    """Return the command line that runs the same study."""
    plan, scenario = material.plan, material.scenario
    shown = (
        ""
        if set(plan.schedules) == set(scenario.schedules)
        else "".join(f" --schedule {name}" for name in material.others)
    )
    least = f" --suppress {material.least}" if material.least else ""
    asked = f"--draws {plan.draws} --years {plan.years} --seed {plan.seed}{shown}{least}"
    return " ".join([f"familyflow run {scenario.name} {asked}", *arguments(scenario)])


def drawn(material: Material) -> str:
    """Say how many draws there were."""
    return draws(material.plan.draws)
