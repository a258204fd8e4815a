"""Rewrite what the documents take from the code and the data: `python docs/build.py`.

A region between `<!-- generated: NAME -->` and `<!-- end -->` holds what REGIONS makes under that name. The rest of
a page is written by hand. `python docs/build.py --check` changes nothing and says which pages are stale.
"""
# ruff: noqa: INP001 - a script beside the pages, not a package

from __future__ import annotations

import csv
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from math import exp, nan
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any, Final

from familyflow import scenario
from familyflow.calibrate.evidence import past
from familyflow.calibrate.fit.parameters import NINETY, list_unknowns
from familyflow.calibrate.fit.targets import TARGETS
from familyflow.calibrate.trends import hierarchy
from familyflow.calibrate.trends.history import SERIES
from familyflow.economics.lines import lines_for
from familyflow.engine import structure
from familyflow.ground import paths
from familyflow.pathway import PATHWAY
from familyflow.pathway.effects import CARE_ENTRIES, STARTS, Whom
from familyflow.pathway.stages import CARE, HOME, LEFT, Kind
from familyflow.report import words
from familyflow.report.document import glossary
from familyflow.report.document import past as statements
from familyflow.results.claims import asked
from familyflow.results.measures import MEASURES
from familyflow.scenario import readings
from familyflow.scenario.schema import Cut
from familyflow.scenario.vocabulary import INCOME, MARGINS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from familyflow.calibrate.fit.parameters import Unknown
    from familyflow.calibrate.fit.targets import Target
    from familyflow.calibrate.trends.hierarchy import Hierarchy
    from familyflow.economics.lines import Line
    from familyflow.ground.quantity import Quantity
    from familyflow.pathway.drift import Factor
    from familyflow.pathway.effects import Effect
    from familyflow.pathway.stages import Exit, Stage
    from familyflow.scenario import Scenario
    from familyflow.scenario.readings import Row
    from familyflow.scenario.schema import Step

FOLDER: Final = Path(__file__).parent
REGION: Final = re.compile(r"(<!-- generated: ([a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)
STATUSES: Final = ("published", "derived", "assumed")
GROUPS: Final = {
    "parameters_harms": ("harm",),
    "parameters_adult_work": ("adult",),
    "parameters_effects": ("effect",),
    "parameters_families": ("family", "age"),
    "parameters_front_door": ("contact", "referral", "early_help"),
    "parameters_assessment": ("assessment", "section47", "cp"),
    "parameters_court": ("pre_proceedings", "proceedings"),
    "parameters_splits": ("decision", "plan", "prior"),
    "parameters_return": ("rereferral", "recontact", "recontact_12m"),
    "parameters_care": ("care",),
    "parameters_staff": ("staff",),
    "parameters_prices": ("price", "rate"),
    "parameters_case": ("case",),
}
"""The shared parameters by region: ids are put together by their first part."""
NOT_READ: Final = (
    "assessment.days",
    "case.correction.grade_1",
    "case.correction.grade_2",
    "care.reentry_12m",
    "care.voluntary_share",
    "early_help.declined_share",
    "effect.police_callouts",
    "effect.cp_starts",
    "proceedings.children_per_case",
    *(f"adult.{role}.concurrent" for role in ("conference_coordinator", "intensive_family_worker")),
    *(
        f"staff.recruitment_weeks.{role}"
        for role in (
            *("access_worker", "conference_coordinator", "intensive_family_worker"),
            *("prevention_worker", "senior_practitioner", "team_manager"),
        )
    ),
)
"""Shared parameters, or the beginnings of their ids, that no run of a shipped scenario and no price reads.

A test lives a run to see. Roles that no shipped programme brings are among them: a council's own may.
"""
TRIAL: Final = "2026-11-30-sfpc-trial"
"""The prediction of the national trial, by its date."""


# ---------------------------------------------------------------- pages


def main(arguments: Sequence[str]) -> int:
    """Rewrite the stale pages, or with --check only name them; 1 when a checked page is stale."""
    stale = {page: text for page in pages() if (text := rewritten(page.read_text(encoding="utf-8"))) != read(page)}
    for page, text in stale.items():
        if "--check" not in arguments:
            page.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{page.relative_to(FOLDER)}\n")
    return int(bool(stale) and "--check" in arguments)


def pages() -> list[Path]:
    """List the pages that may hold generated regions."""
    return sorted(FOLDER.rglob("*.md"))


def read(page: Path) -> str:
    """Read a page."""
    return page.read_text(encoding="utf-8")


def rewritten(text: str) -> str:
    """Give a page's text with every region made anew. Errors: KeyError for a region that nothing makes."""
    return REGION.sub(lambda found: f"{found[1]}{REGIONS[found[2]]()}\n{found[3]}", text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(names: Iterable[str]) -> str:
    """Write names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


# ---------------------------------------------------------------- the pathway


def pathway_diagram() -> str:
    """Draw the pathway: decisions as rounded boxes, plans as boxes, improvements as dotted arrows."""
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"  {source.name}([{source.name} arrives]) --> {_node(source.to)}" for source in PATHWAY.sources]
    lines += [f"  {stage.name}{_box(stage)}" for stage in PATHWAY.stages if not stage.in_care]
    lines += ["  care[in care, each child by placement]", "  left([permanence elsewhere, or 18])"]
    lines += [f"  {start} {arrow}|{names}| {end}" for (start, arrow, end), names in _arrows().items()]
    return "\n".join([*lines, "```"])


def _arrows() -> dict[tuple[str, str, str], str]:
    """Give the names of exits by (from, arrow, to); placements are one place, and moves between them are left out."""
    arrows: dict[tuple[str, str, str], list[str]] = {}
    for stage in PATHWAY.stages:
        for leads in stage.exits:
            start, end = _node(stage.name), "cin" if leads.to == HOME else _node(leads.to)
            names = arrows.setdefault((start, "-.->" if leads.improves else "-->", end), [])
            if leads.name not in names and start != end:
                names.append(leads.name)
    return {arrow: ", ".join(names).replace("_", " ") for arrow, names in arrows.items() if names}


def _node(name: str) -> str:
    """Name a place in the diagram: every placement is care."""
    return CARE if name in {stage.name for stage in PATHWAY.placements} else name


def _box(stage: Stage) -> str:
    return f"({stage.title})" if stage.kind is Kind.DECISION else f"[{stage.title}]"


def pathway_table() -> str:
    """Tabulate every exit of every stage; an exit of several placements has one row."""
    headings = ("stage", "kind", "exit", "leads to", "improves", "harms act by", "ages")
    at_home = [_exit_row(f"`{s.name}`", s, leads) for s in PATHWAY.stages if not s.in_care for leads in s.exits]
    return table(headings, at_home + [_exit_row(_placements(leads), s, leads) for s, leads in _ways_from_care()])


def _ways_from_care() -> list[tuple[Stage, Exit]]:
    """Give each different exit from care once, with the first placement that has it."""
    every = [(stage, leads) for stage in PATHWAY.placements for leads in stage.exits]
    return [pair for i, pair in enumerate(every) if pair[1] not in [leads for _, leads in every[:i]]]


def _placements(leads: Exit) -> str:
    """Name the placements that have an exit."""
    having = [stage.name for stage in PATHWAY.placements if leads in stage.exits]
    return "every placement" if len(having) == len(PATHWAY.placements) else code(having)


def _exit_row(name: str, stage: Stage, leads: Exit) -> tuple[str, ...]:
    low, high = leads.ages
    ages = f"{low:g} to {high:g}" if stage.in_care else ""
    improves = "yes" if leads.improves else ""
    return (name, stage.kind.value, f"`{leads.name}`", _place(leads), improves, _risk(leads), ages)


def _place(leads: Exit) -> str:
    words = {HOME: "home (`cin`)", LEFT: "out of the model", CARE: "care, a first placement"}
    return words.get(leads.to, f"`{leads.to}`")


def _risk(leads: Exit) -> str:
    return f"`{leads.risk}`{', divided' if leads.improves else ''}" if leads.risk else ""


def stages_table() -> str:
    """Tabulate the stages: group, who is needed, what is offered, what is counted."""
    headings = ("stage", "title", "group (one spell)", "worker priority", "statutory limit", "programmes", "counts")
    return table(headings, [_stage_row(stage) for stage in PATHWAY.stages])


def _stage_row(stage: Stage) -> tuple[str, ...]:
    worker = "no worker needed" if stage.priority is None else str(stage.priority)
    limit = f"{stage.limit:g} working days" if stage.limit else ""
    offered = "offered" if stage.offers else ""
    return (f"`{stage.name}`", stage.title, f"`{stage.group}`", worker, limit, offered, code(stage.counts))


def programmes_table() -> str:
    """Tabulate the programmes and services."""
    headings = ("programme or service", "worker", "works on", "ratio", "offered at", "also outside")
    rows = [
        (
            f"`{each.name}`",
            f"`{each.role}`",
            f"`{each.harm}`" if each.harm else code(each.exits),
            f"`{each.ratio}`" if each.ratio else "ends the harm",
            code(each.stages) or "where work on harms is",
            "yes" if each.outside else "no",
        )
        for each in PATHWAY.programmes
    ]
    return table(headings, rows)


_OUTCOMES: Final = {
    CARE_ENTRIES: "entries to care",
    "cp": "days on a CP plan",
    "cin": "days on a CIN plan",
    f"cp{STARTS}": "CP plans started",
    "": "the share of a decision",
}


def effects_table() -> str:
    """Tabulate the effects."""
    headings = (
        "effect",
        "total ratio",
        "acts on",
        "whose",
        "profile",
        "ratio of",
    )
    return table(headings, [_effect_row(each) for each in PATHWAY.effects])


def _effect_row(each: Effect) -> tuple[str, ...]:
    of = "a duration: the hazard is divided" if each.inverse else "the hazard or the odds"
    if each.whom is Whom.OFFERED:
        of = _OUTCOMES[each.outcome]
    if each.times or each.staff:
        of = "the time to a decision" if each.times else "a live team's own rate, once ramped up"
    on = code((*each.exits, *each.times)) or f"`{each.staff}`"
    whose = "the team's staff" if each.staff else f"families: {each.whom.value}"
    return (f"`{each.name}`", f"`{each.ratio}`", on, whose, each.profile.value, of)


def readings_table() -> str:
    """Tabulate what each reading of the evidence says of each effect."""
    headings = ("effect", "reading", "ratio", "90% range", "of", "design", "year", "source", "status")
    return table(headings, [_reading_row(row) for row in readings.rows()])


def _reading_row(row: Row) -> tuple[object, ...]:
    of = "families offered" if row.level == readings.FAMILIES else "all of the council's"
    said = row.quantity
    numbers = (f"{said.value:g}", _range(said.low, said.high))
    return (f"`{row.effect}`", row.reading, *numbers, of, row.design, said.year, f"`{said.source}`", str(said.status))


def synthesis_table() -> str:
    """Tabulate the weights, discounts and reaches of the central reading."""
    with paths.shipped("calibration", "synthesis.csv").open(encoding="utf-8", newline="") as file:
        return table(("id", "value", "note"), [(code([r["id"]]), r["value"], r["note"]) for r in csv.DictReader(file)])


def drift_table() -> str:
    """Tabulate what drifts."""
    headings = ("factor", "moves", "multiplies the hazards or odds of", "and the arrivals of")
    rows = ((f"`{each.name}`", each.title, _drifting(each), code(each.sources)) for each in PATHWAY.drift)
    return table(headings, rows)


def _drifting(factor: Factor) -> str:
    """Name a factor's exits; those that every placement has, once."""
    everywhere = {e.name: [f"{s.name}.{e.name}" for s in PATHWAY.placements] for _, e in _ways_from_care()}
    shared = [name for name, paths in everywhere.items() if set(paths) <= set(factor.exits)]
    own = [path for path in factor.exits if path.rpartition(".")[2] not in shared]
    return ", ".join(part for part in (code(own), f"{code(shared)} of every placement" if shared else "") if part)


# ---------------------------------------------------------------- numbers


@cache
def scenarios() -> dict[str, Scenario]:
    """Load every shipped scenario, by name."""
    return {name: scenario.load(name) for name in paths.names("scenarios", ".toml")}


@cache
def shared() -> list[dict[str, str]]:
    """Read the shared parameters, in the file's order."""
    with paths.shipped("calibration", "parameters.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parameters_of(region: str) -> str:
    """Tabulate the shared parameters of one region."""
    rows = [row for row in shared() if row["id"].split(".")[0] in GROUPS[region]]
    headings = ("id", "value", "90% range", "unit", "year", "source", "status")
    return table(headings, [_parameter_row(row) for row in rows])


def _parameter_row(row: Mapping[str, str]) -> tuple[str, ...]:
    bounds = _range(float(row["low"]), float(row["high"]))
    value = f"{float(row['value']):g}"
    return (f"`{row['id']}`", value, bounds, row["unit"], row["year"], f"`{row['source']}`", row["status"])


def _range(low: float, high: float) -> str:
    return "exact" if low == high else f"{low:g} to {high:g}"


def not_read() -> str:
    """List the shared parameters that are carried and not used, with what they are for."""
    rows = [row for row in shared() if row["id"].startswith(NOT_READ)]
    return table(("id", "value", "note"), [(f"`{row['id']}`", f"{float(row['value']):g}", row["note"]) for row in rows])


def _quantities(name: str, ids: Iterable[str]) -> str:
    """Tabulate some quantities side by side, a column a scenario."""
    every = scenarios()
    headings = (name, *(f"{each} ({found.start})" for each, found in every.items()))
    return table(headings, [(f"`{key}`", *(_stated(found, key) for found in every.values())) for key in ids])


def _stated(found: Scenario, key: str) -> str:
    """Write a scenario's value of a quantity, with its range and status."""
    if key not in found.quantities:
        return "not given"
    given = found.quantities[key]
    return f"{given.value:g} ({_range(given.low, given.high)}), {given.status}"


def scenario_snapshot() -> str:
    """Tabulate population and snapshot."""
    stocks = ("children_on_cin", "children_on_cp", "children_in_care")
    return _quantities("number", ("population.children", *(f"snapshot.{each}" for each in stocks)))


def scenario_targets() -> str:
    """Tabulate the scenarios' targets."""
    return _quantities("target", _own("target."))


def scenario_harms() -> str:
    """Tabulate the prevalence of harms."""
    return _quantities("share of families", [f"harms.{each}" for each in MARGINS])


def scenario_overrides() -> str:
    """Tabulate the shared parameters that a scenario gives its own value."""
    given = {row["id"]: (float(row["value"]), float(row["low"]), float(row["high"])) for row in shared()}
    every = [found.quantities for found in scenarios().values()]
    return _quantities("parameter", [key for key in given if any(_numbers(each[key]) != given[key] for each in every)])


def _numbers(given: Quantity) -> tuple[float, float, float]:
    return given.value, given.low, given.high


def _own(prefix: str) -> list[str]:
    """List the quantities of any scenario that begin with a prefix, in the order of the first that has them."""
    return list(
        dict.fromkeys(key for each in scenarios().values() for key in each.quantities if key.startswith(prefix))
    )


def scenario_teams() -> str:
    """Tabulate each scenario's teams on day 0."""
    headings = ("scenario", "team", "areas on day 0", "stage groups", "held by", "establishment (posts, FTE)")
    return table(headings, [row for name, each in scenarios().items() for row in _team_rows(name, each)])


def _team_rows(name: str, found: Scenario) -> Iterator[tuple[str, ...]]:
    for team in found.teams.values():
        holder = (team.worker or "nobody: it holds no cases").replace("_", " ")
        posts = _stated(found, team.establishment) if team.establishment else "none"
        areas = ", ".join(team.areas) or "none: a schedule opens it"
        yield name, team.title, areas, ", ".join(team.stages), holder, posts


def scenario_posts() -> str:
    """Tabulate the programme's posts."""
    return _quantities("posts (FTE): in each live team, or shared by all", _own("post."))


def scenario_schedules() -> str:
    """Tabulate every schedule's steps."""
    headings = ("scenario", "schedule", "title", "steps")
    every = [(name, each) for name, found in scenarios().items() for each in found.schedules.values()]
    rows = [(name, f"`{each.name}`", each.title, "; ".join(map(_step, each.steps)) or "none") for name, each in every]
    return table(headings, rows)


def _step(step: Step) -> str:
    """Write a step in a few words."""
    if isinstance(step, Cut):
        return f"{step.date} cut {step.team or 'shared posts'}: {step.role.replace('_', ' ')} to {step.to:g}"
    about = step.income if step.action == "income" else step.team
    return f"{step.date} {step.action.replace('_', ' ')} {about}"


def scenario_income() -> str:
    """Tabulate what money schedules bring from outside."""
    headings = ("scenario", "income", "title", "who pays it", "total, GBP", "year", "status", "over, years")
    return table(headings, [row for name, each in scenarios().items() for row in _income_rows(name, each)])


def _income_rows(name: str, found: Scenario) -> Iterator[tuple[str, ...]]:
    steps = [step for each in found.schedules.values() for step in each.steps]
    for key, funding in found.income.items():
        total = found.quantities[f"{INCOME}{key}"]
        years = sorted({f"{step.years:g}" for step in steps if step.action == "income" and step.income == key})
        span = "exact" if total.low == total.high else f"{total.low:,.0f} to {total.high:,.0f}"
        much = f"{total.value:,.0f} ({span})"
        yield name, f"`{key}`", funding.title, funding.payer, much, total.year, str(total.status), ", ".join(years)


def money_terms() -> str:
    """Tabulate what each money figure is called and means."""
    rows = [(each.title, code([each.name]), each.means) for each in glossary.terms()]
    return table(("figure", "in files", "what it is"), rows)


def scenario_claims() -> str:
    """Tabulate the claims that the authorities made."""
    headings = ("scenario", "claim", "measure", "promised, by when and against what")
    every = [(name, claim) for name, found in scenarios().items() for claim in found.claims]
    rows = [(name, c.text, f"`{c.measure}`", words.promise({**asked(c), "by": c.by})) for name, c in every]
    return table(headings, rows)


# ---------------------------------------------------------------- the fit, money and results


def targets_table() -> str:
    """Tabulate what is fitted and what is only shown, and what each is compared with in a simulation."""
    headings = ("target", "meaning", "fitted", "compared with, in the simulation")
    return table(headings, [_target_row(each) for each in TARGETS])


def _target_row(each: Target) -> tuple[str, ...]:
    seen = " / ".join(f"`{name.removesuffix('=')}`" for name in each.simulated)
    return (f"`{each.key}`", each.title, "no, held out" if each.held_out else "yes", seen or "not counted")


def unknowns_table() -> str:
    """Tabulate the unknowns by their first part, with how far their priors reach in one scenario."""
    name, found = next(iter(scenarios().items()))
    unknowns = list_unknowns(structure.build(PATHWAY, found.central()), found.quantities)
    kinds = Counter(each.name.split(".")[0] for each in unknowns)
    rows = [
        (f"`{kind}`", count, *_reaches([u for u in unknowns if u.name.split(".")[0] == kind]))
        for kind, count in kinds.items()
    ]
    headings = ("kind", "unknowns", f"low end over the middle ({name})", "high end over the middle")
    return table(headings, [*rows, ("all", len(unknowns), "", "")])


def _reaches(unknowns: Sequence[Unknown]) -> Iterator[str]:
    """Write between what the ends of priors' 90% ranges lie, as ratios to their middles."""
    for sign in (-1, 1):
        ends = [exp(each.log(sign * NINETY / 2) - each.log(0.0)) for each in unknowns]
        low, high = f"{min(ends):.2g}", f"{max(ends):.2g}"
        yield low if low == high else f"{low} to {high}"


def cost_lines() -> str:
    """Tabulate what costs money, who pays and what a fall is worth."""
    ids = [key for each in scenarios().values() for key in each.quantities]
    payers = {name: payer for each in scenarios().values() for name, payer in each.payers().items()}
    headings = ("line", "counts", "price", "kind", "payer")
    lines = lines_for(dict.fromkeys(ids), payers)
    return table(headings, [(f"`{x.name}`", f"`{x.measure}`", _price(x), x.kind.value, x.payer) for x in lines])


def _price(line: Line) -> str:
    """Write a line's price with what it is multiplied by and raised by."""
    return " x ".join(
        [f"`{line.price}`", *(f"`{each}`" for each in line.times), *(f"(1 + `{each}`)" for each in line.uplifts)]
    )


def measures_table() -> str:
    """Tabulate the summary's measures."""
    better = {1: "more", -1: "less", 0: "neither"}
    rows = [(f"`{each.name}`", each.title, each.unit, better[each.better]) for each in MEASURES]
    return table(("measure", "in the printed table", "unit", "better is"), rows)


def drift_numbers() -> str:
    """Tabulate how each series moves, from the shipped hierarchy."""
    found = hierarchy.shipped()
    ahead = range(found.spread.shape[1])
    headings = ("series", *hierarchy.UNITS, "shared", "growth", *(f"spread, {h + 1} ahead" for h in ahead))
    rows = [
        (each.title, *(f"{getattr(found.dynamics[i], name):.3g}" for name in hierarchy.UNITS), *_last(found, i))
        for i, each in enumerate(SERIES)
    ]
    return table(headings, rows)


def _last(found: Hierarchy, i: int) -> Iterator[str]:
    yield from (f"{found.shared[i]:.3g}", f"{found.growth[i]:.3g}", *(f"{each:.3g}" for each in found.spread[i]))


# ---------------------------------------------------------------- the evidence


def status_counts() -> str:
    """Count the numbers of each scenario by status, its own and the shared ones apart."""
    ids = {row["id"] for row in shared()}
    headings = ("scenario", "numbers", *STATUSES)
    return table(headings, [row for name, found in scenarios().items() for row in _status_rows(name, found, ids)])


def _status_rows(name: str, found: Scenario, ids: set[str]) -> Iterator[tuple[object, ...]]:
    for whose, wanted in (("of its own", False), ("shared, as it has them", True)):
        given = [each for key, each in found.quantities.items() if (key in ids) is wanted]
        yield name, whose, *_counts(each.status.value for each in given)
    yield name, f"all {len(found.quantities)}", *_counts(each.status.value for each in found.quantities.values())


def _counts(statuses: Iterable[str]) -> list[int]:
    found = Counter(statuses)
    return [found[status] for status in STATUSES]


def status_by_kind() -> str:
    """Count the shared parameters by the first part of their id and by status."""
    kinds = dict.fromkeys(row["id"].split(".")[0] for row in shared())
    headings = ("ids that begin with", *STATUSES)
    rows = [
        (f"`{kind}`", *_counts(row["status"] for row in shared() if row["id"].split(".")[0] == kind)) for kind in kinds
    ]
    return table(headings, rows)


def sources_table() -> str:
    """Tabulate the shared sources, with how many numbers of the product rest on each."""
    with paths.shipped("calibration", "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    used = Counter(row["source"] for row in shared())
    used.update(
        each.source
        for found in scenarios().values()
        for key, each in found.quantities.items()
        if key in _stated_by(found)
    )
    headings = ("key", "title", "publisher", "year", "licence", "numbers")
    return table(
        headings,
        [
            (f"`{row['key']}`", row["title"], row["publisher"], row["year"], row["licence"], used[row["key"]])
            for row in rows
        ],
    )


def _stated_by(found: Scenario) -> set[str]:
    """Give the ids that a scenario states itself."""
    given = {row["id"]: (float(row["value"]), float(row["low"]), float(row["high"])) for row in shared()}
    return {key for key, each in found.quantities.items() if given.get(key) != _numbers(each)}


# ---------------------------------------------------------------- the five programmes, as they came out


@cache
def outcomes(name: str) -> tuple[dict[str, str], ...]:
    """Read a table that docs/programmes.py left behind."""
    with (FOLDER / "programmes" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _of(name: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in outcomes(name) if all(row[key] == value for key, value in wanted.items())]


HEADLINES: Final = {
    "care_entries_averted": ("care entries averted", 1.0),
    "children_in_care_end": ("in care at the end", 1.0),
    "caseload_mean": ("children a social worker", 1.0),
    "worker_changes_per_child_year": ("changes of worker a child-year", 1.0),
    "programme_cost_gbp": ("cost, GBP m", 1e6),
    "gross_saving_gbp": ("gross saving, GBP m", 1e6),
    "net_saving_gbp": ("net, GBP m", 1e6),
}
"""Summary measures on the page, their headings, and what they are divided by."""
TELLING: Final = {
    "swindon": ("as_published", "as_happened"),
    "somerset": ("as_published", "all_at_once"),
    "durham": ("as_published", "all_at_once"),
    "thurrock": ("as_published", "nothing_displaced"),
    "bradford": ("as_published", "same_key_workers"),
}
"""The schedules under which the page answers claims; the table that it is made of has them all."""
HOLDERS: Final = {
    None: "front door",
    "family_key_worker": "early-help teams (key workers)",
    "social_worker": "social work teams (social workers)",
}
SINCE: Final = {
    "swindon": "2018-03-31",
    "somerset": "2018-03-31",
    "durham": "2015-03-31",
    "thurrock": "2013-03-31",
    "bradford": "2018-03-31",
}
"""From when the page shows what was published."""
SOMERSET: Final = {
    "returns_home": "children who go home from care",
    "returns_home_per_100_child_years": "the same, for each 100 child-years in care",
    "agency_social_workers": "agency social workers (FTE)",
    "agency_premium": "agency premium, GBP m",
    "completed_share": "programmes completed, of those started",
    "post_psychologist": "psychologists, GBP m",
    "partner_NHS": "costs of the NHS, GBP m",
    "partner_criminal justice": "costs of criminal justice, GBP m",
    "partner_police": "costs of the police, GBP m",
    "partner_courts, legal aid and Cafcass": "costs of courts, legal aid and Cafcass, GBP m",
}
THURROCK: Final = {
    "key_workers_in_post": "key workers in post (FTE), last year",
    "children_in_early_help": "children in early help, last year",
    "children_waiting_early_help": "of them waiting for a key worker, last year",
    "key_worker_cost": "spent on key workers, GBP m, five years",
}
BRADFORD: Final = {
    "caseload": "children a social worker",
    "children_open": "children open to social work",
    "children_on_cin": "children on CIN plans",
    "children_on_cp": "children on CP plans",
    "children_in_care": "children in care",
    "referrals": "referrals in the year",
    "assessments": "assessments in the year",
    "section47s": "section 47 enquiries in the year",
    "children_in_early_help": "children in early help",
    "key_worker_caseload": "children in early help a key worker",
    "worker_changes_hubs": "children whose worker changed in the year, hubs",
    "worker_changes_social_work": "the same, social work",
}
DURHAM: Final = {
    "as_published": "cases stay",
    "easington_transfer": "cases move",
    "without_easington": "no Easington",
}
TRANSFER: Final = {
    "highest_caseload": "children a social worker, most loaded of the three",
    "lowest_caseload": "the same, least loaded",
    "worker_changes": "children whose worker changed",
    "children_unallocated": "children without a worker, on average",
}
EASINGTON: Final = ("easington", "peterlee", "seaham")
SHOWN: Final = ("2015Q3", "2018Q4")
"""The first and last quarter of Durham's caseloads on the page."""
LEVEL: Final = 0.15
"""Teams are level when the caseload of each is within this share of their mean."""
ASSUMED: Final = "the plan"
"""What a table calls the schedule of the document, dated by it or by us."""
PASTS: Final = ("swindon", "durham", "bradford")
"""The programmes of which the page checks statements about the past."""
PROGRAMMES_SHOWN: Final = ("swindon", "somerset", "durham", "thurrock", "bradford")
KEY_PART: Final = re.compile(r"[^.\[\]]+")
"""One part of a key such as `teams.north` or `claims[0]`."""
SHARED_FILE: Final = "calibration/parameters.csv"
DAY_0: Final = "day 0"
"""Where a published count lies that the run begins with."""
SECTION: Final = "report: "
"""What stands before the name of a section of the report, where it is one that answers."""


def programmes_origin() -> str:
    """Say from which runs the page's numbers are."""
    headings = ("scenario", "from", "to", "draws", "seed", "version", "scenario digest", "code digest")
    names = ("title", "start", "end", "draws", "seed", "version")
    rows = [(*(r[name] for name in names), f"`{r['digest'][:10]}`", f"`{r['code'][:10]}`") for r in outcomes("origin")]
    return table(headings, rows)


def _modelled(scenario_name: str) -> str:
    """Tabulate what stands for the programme: areas, teams, posts, effects, money, schedules, and what is assumed."""
    found = scenarios()[scenario_name]
    programme = found.programme
    rows = (
        ("areas", "; ".join(area.title for area in found.areas.values())),
        *_teams_by_work(found),
        *_earlier_posts(found),
        ("posts in each live team", _posts(found, programme.roles)),
        ("posts shared by all", _posts(found, programme.shared_roles)),
        ("effects claimed", code(programme.effects) or "none"),
        ("paid by", "new money" if programme.new_money else "moving existing budget"),
        ("schedules", "; ".join(each.title for each in found.schedules.values())),
        ("assumed, of all", "; ".join(_assumed(found))),
    )
    return table(("part", "in the model"), rows)


def _teams_by_work(found: Scenario) -> Iterator[tuple[str, str]]:
    """Name the teams of each kind, with the establishment of those that hold cases."""
    for worker, kind in HOLDERS.items():
        teams = [team for team in found.teams.values() if team.worker == worker]
        named = (f"{team.title}{_establishment(found, team.establishment)}" for team in teams)
        yield kind, "; ".join(named) or "none"


def _earlier_posts(found: Scenario) -> Iterator[tuple[str, str]]:
    """Name the other posts that teams have on day 0, where any have some, and those that the plan keeps of them."""
    kept = {(step.team, step.role): step.to for step in found.schedules["as_published"].steps if step.action == "cut"}
    for team in found.teams.values():
        named = [(role, found.quantities[f"team.{team.name}.post.{role}"]) for role in team.roles]
        posts = (f"{role.replace('_', ' ')} {each.value:g} ({each.status})" for role, each in named)
        later = (f"{role.replace('_', ' ')} {kept.get((team.name, role), each.value):g}" for role, each in named)
        if named:
            yield f"other posts: {team.title}", f"on day 0 {'; '.join(posts)}. Kept: {'; '.join(later)}"


def _establishment(found: Scenario, key: str | None) -> str:
    return f" ({found.quantities[key].value:g})" if key else ""


def _posts(found: Scenario, roles: Iterable[str]) -> str:
    posts = ((role.replace("_", " "), found.quantities[f"post.{role}"]) for role in roles)
    return "; ".join(f"{role} {each.value:g} ({each.status})" for role, each in posts) or "none"


def _assumed(found: Scenario) -> Iterator[str]:
    """Say how many numbers of each kind are assumed."""
    roles = (*found.programme.roles, *found.programme.shared_roles)
    ratios = {each.ratio for each in PATHWAY.effects if each.name in found.programme.effects}
    ratios |= {each.ratio for each in PATHWAY.programmes if each.ratio and each.role in roles}
    kinds = {
        "areas' shares": [each for key, each in found.quantities.items() if key.startswith("area.")],
        "establishments": [each for key, each in found.quantities.items() if key.startswith("team.")],
        "posts": [each for key, each in found.quantities.items() if key.startswith("post.")],
        "sizes of effects and services": [found.quantities[key] for key in sorted(ratios)],
    }
    for kind, numbers in kinds.items():
        yield f"{kind} {sum(each.status == 'assumed' for each in numbers)} of {len(numbers)}"


def _headlines(scenario: str) -> str:
    """Tabulate a programme's schedules: average and range of outcomes."""
    rows = _of("headlines", scenario=scenario)
    titles = {row["schedule"]: row["title"] for row in rows}
    schedules = [(name, titles[name]) for name in scenarios()[scenario].schedules]
    found = {(row["schedule"], row["measure"]): row for row in rows}
    lines = [
        (title, *(_outcome(found.get((name, measure)), scale) for measure, (_, scale) in HEADLINES.items()), repaid)
        for name, title in schedules
        for repaid in [_share(found[name, "net_saving_gbp"]["probability_better"])]
    ]
    return table(("schedule", *(heading for heading, _ in HEADLINES.values()), "saves more than it costs in"), lines)


def _outcome(row: Mapping[str, str] | None, scale: float = 1.0) -> str:
    """Write an average with its range of outcomes."""
    if row is None or not row["mean"]:
        return "-"
    mean, low, high = (float(row[key]) / scale for key in ("mean", "p5", "p95"))
    return f"{_short(mean)} ({_short(low)} to {_short(high)})"


def _changed(row: Mapping[str, str]) -> str:
    """Write an average change with its range of outcomes."""
    return _outcome({**row, "mean": row["change"]})


def _share(text: str) -> str:
    return f"{float(text):.0%}" if text else "-"


def _short(value: float) -> str:
    """Write a number with three figures at most."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004
    return "0" if float(text) == 0 else text


def _claims(scenario: str) -> str:
    """Tabulate how each claim is answered, under the schedules that tell most."""
    telling = TELLING[scenario]
    rows = [row for row in _of("claims", scenario=scenario) if row["schedule"] in telling]
    rows.sort(key=lambda row: (int(row["number"]), telling.index(row["schedule"])))
    titles = {row["schedule"]: row["title"] for row in _of("headlines", scenario=scenario)}
    headings = ("claim", "promised", "schedule", "due", "change (range of outcomes)", "met in", "verdict", "would need")
    firsts = [row["number"] != last["number"] for row, last in zip(rows, [{"number": ""}, *rows], strict=False)]
    lines = [
        (*(_promise(row) if first else ("", "")), titles[row["schedule"]], *_answer(row))
        for row, first in zip(rows, firsts, strict=True)
    ]
    return table(headings, lines)


def _promise(row: Mapping[str, str]) -> tuple[str, str]:
    """Write what was promised, by when and against what."""
    numbers = {key: float(row[key] or nan) for key in ("promised", "margin", "within_years", "base")}
    truths = {key: row[key] == "True" for key in ("date_given", "question")}
    return row["claim"], words.promise({**row, **numbers, **truths})


def _answer(row: Mapping[str, str]) -> tuple[str, ...]:
    """Write how a claim is answered under one schedule."""
    due = words.due(row)
    if not row["mean"]:
        return due, "-", "-", row["verdict"], "-"
    change, low, high = (f"{float(row[key]):+.1%}" for key in ("mean", "p5", "p95"))
    need = f"x {float(row['multiple']):.1f}" if row["multiple"] else "-"
    return due, f"{change} ({low} to {high})", _share(row["probability_met"]), row["verdict"], need


def _past(scenario: str) -> str:
    """Tabulate what published figures say of a scenario's statements about the past."""
    return table(statements.HEADINGS, list(statements.rows(past.answers(scenarios()[scenario]))))


def _history(scenario: str) -> str:
    """Tabulate what was published beside what the run has, under no change and the assumed plan."""
    rows = _of("history", scenario=scenario)
    found = {(row["date"], row["measure"], row["schedule"]): row for row in rows}
    stocks = ("children_on_cp", "children_in_care")
    named = [stock.replace("_", " ") for stock in stocks]
    columns = ("published", "lies", "no change", ASSUMED)
    headings = ("date", *(f"{name}: {what}" for name in named for what in columns))
    dates = sorted({row["date"] for row in rows if row["date"] >= SINCE[scenario]})
    lines = [(day, *(cell for stock in stocks for cell in _then(found, day, stock))) for day in dates]
    return f"{table(headings, lines)}\n\n{_placed(_of('history', scenario=scenario, schedule='no_change'))}"


def _placed(rows: Iterable[Mapping[str, str]]) -> str:
    """Count where the published counts lie that fall within the run."""
    places = Counter(side_of_range(row) for row in rows if row["mean"])
    after = sum(places.values()) - places[DAY_0]
    where = f"{places['inside']} inside, {places['below']} below and {places['above']} above"
    return (
        f"Published counts within the run, after day 0: {after}, of which {where} the range of outcomes of no change."
    )


def _then(found: Mapping[tuple[str, str, str], Mapping[str, str]], day: str, stock: str) -> Iterator[str]:
    """Write what was published on a day, where that lies, and what the run has then."""
    before = found.get((day, stock, "no_change"))
    yield f"{float(before['published']):.0f}" if before else "-"
    yield side_of_range(before) if before and before["mean"] else "-"
    yield _outcome(before)
    yield _outcome(found.get((day, stock, "as_published")))


def side_of_range(row: Mapping[str, str]) -> str:
    """Say whether a published count lies in the range of outcomes of no change."""
    published, low, high = (float(row[key]) for key in ("published", "p5", "p95"))
    if low == high:
        return DAY_0
    return "below" if published < low else "above" if published > high else "inside"


def _elements(name: str) -> str:
    """Tabulate a council's document element by element: how each is modelled, where, how answered, or why it is out."""
    headings = ("kind", "the document", "in the model", "file and keys", "answered by", "what is out, and why")
    raw = tomllib.loads(paths.shipped("scenarios", f"{name}.toml").read_text(encoding="utf-8"))
    verdicts = {row["claim"]: row["verdict"] for row in _of("claims", scenario=name, schedule="as_published")}
    rows = [
        (
            row["kind"],
            row["document"],
            row["modelled"] or "-",
            with_files(name, raw, row["keys"].split()) or "-",
            "; ".join(_answered_by(row, raw, verdicts)) or "-",
            row["out"] or "-",
        )
        for row in elements(name)
    ]
    return table(headings, rows)


def elements(name: str) -> tuple[dict[str, str], ...]:
    """Read what a council's document holds, element by element."""
    return outcomes(f"elements/{name}")


def with_files(name: str, raw: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Write keys with the file that holds them."""
    own = [key for key in keys if states(raw, key)]
    files = {f"scenarios/{name}.toml": own, SHARED_FILE: [key for key in keys if key not in own]}
    return "; ".join(f"`{file}`: {code(held)}" for file, held in files.items() if held)


def states(raw: Mapping[str, Any], key: str) -> bool:
    """Say whether a scenario's file states a key such as `teams.north`, `claims[0]`, or the id of a parameter."""
    found: object = raw
    for part in KEY_PART.findall(key):
        if part not in (parts := _parts(found)):
            return key in raw.get("parameters", {})
        found = parts[part]
    return True


def _parts(given: object) -> Mapping[str, Any]:
    """Give what a table or a list holds, by name: tables in a list by their place, words as themselves."""
    if isinstance(given, list):
        return {each if isinstance(each, str) else str(place): each for place, each in enumerate(given)}
    return given if isinstance(given, dict) else {}


def _answered_by(row: Mapping[str, str], raw: Mapping[str, Any], verdicts: Mapping[str, str]) -> Iterator[str]:
    """Write the outputs that answer an element, with the verdict under the plan where it is a claim."""
    for each in filter(None, row["answered"].split("; ")):
        yield f"[the report](report.md), *{each.removeprefix(SECTION)}*" if each.startswith(SECTION) else f"`{each}`"
    if row["kind"] == "claim":
        texts = (claim["text"] for i, claim in enumerate(raw["claims"]) if f"claims[{i}]" in row["keys"].split())
        yield from (f"{verdicts.get(text, 'not run yet')} ({ASSUMED})" for text in texts)


def somerset_parts() -> str:
    """Tabulate what Somerset hopes for beside its claims."""
    return _changes("somerset_parts", {"as_published": "published order", "all_at_once": "all at once"}, SOMERSET)


def thurrock_displaced() -> str:
    """Tabulate what pays for the lots, and who waits for it."""
    return _changes("thurrock_displaced", {"as_published": ASSUMED, "nothing_displaced": "nothing displaced"}, THURROCK)


def bradford_year_on() -> str:
    """Tabulate what the committee asked for, twelve months after the hubs opened."""
    shown = {"as_published": "as published", "same_key_workers": "same key workers"}
    return _changes("bradford_year_on", shown, BRADFORD)


def _changes(name: str, schedules: Mapping[str, str], measures: Mapping[str, str]) -> str:
    """Tabulate measures with their level under no change, and the change under some schedules."""
    found = {(row["schedule"], row["measure"]): row for row in outcomes(name)}
    headings = ("measure", "no change", *(f"change, {title}" for title in schedules.values()))
    rows = [
        (title, _short(float(found["no_change", key]["mean"])), *(_changed(found[each, key]) for each in schedules))
        for key, title in measures.items()
    ]
    return table(headings, rows)


def durham_caseloads() -> str:
    """Tabulate the caseloads of the three teams around Easington by quarter, by what becomes of existing cases."""
    found = {(r["schedule"], r["team"], r["quarter"]): r for r in outcomes("durham_caseloads")}
    quarters = sorted({q for s, _, q in found if s == "as_published" and SHOWN[0] <= q <= SHOWN[1]})
    headings = ("quarter", *(f"{team.title()}: {what}" for what in DURHAM.values() for team in EASINGTON))
    cells = [[_outcome(found.get((s, team, q))) for s in DURHAM for team in EASINGTON] for q in quarters]
    return table(headings, [(quarter, *row) for quarter, row in zip(quarters, cells, strict=True)])


def durham_levels() -> str:
    """Tabulate how long the three teams take to level: their averages, and draw by draw."""
    headings = (
        "schedule",
        "Easington opens",
        "averages level in",
        "first level in a draw after, months",
        "month ends level, 1st year",
        "2nd year",
    )
    return table(headings, [_level_row(row) for row in outcomes("durham_levels")])


def _level_row(row: Mapping[str, str]) -> tuple[str, ...]:
    """Write how long the three teams take to level under one schedule."""
    middle, low, high = (f"{float(row[key]):.0f}" for key in ("first_p50", "first_p5", "first_p95"))
    ever = f"{middle} ({low} to {high}), in {_share(row['ever'])} of draws"
    return (
        row["title"],
        row["opens"],
        _averages_level(row["schedule"]),
        ever,
        _share(row["year_1"]),
        _share(row["year_2"]),
    )


def _averages_level(schedule: str) -> str:
    """Give the first and last quarter in which each team's average caseload is near the mean of the three."""
    teams: dict[str, list[float]] = {}
    for row in _of("durham_caseloads", schedule=schedule):
        teams.setdefault(row["quarter"], []).append(float(row["mean"]))
    level = sorted(quarter for quarter, loads in teams.items() if len(loads) == len(EASINGTON) and _is_level(loads))
    return f"{level[0]} to {level[-1]}, {len(level)} quarters" if level else "never in the run"


def _is_level(loads: Sequence[float]) -> bool:
    return max(abs(load - mean(loads)) for load in loads) <= LEVEL * mean(loads)


def durham_transfer() -> str:
    """Tabulate what the three teams met in the year after Easington opens, by what becomes of existing cases."""
    found = {(row["schedule"], row["measure"]): row for row in outcomes("durham_transfer")}
    rows = [(title, *(_outcome(found[each, key]) for each in DURHAM)) for key, title in TRANSFER.items()]
    return table(("in the first year", *DURHAM.values()), rows)


def thurrock_services() -> str:
    """Tabulate what the lots and the teams started a year, and with whom."""
    headings = ("service", "early-help families a year", "CIN or CP families a year", "share CIN or CP")
    rows = _of("thurrock_services", schedule="as_published")
    return table(headings, [_service(row) for row in rows])


def _service(row: Mapping[str, str]) -> tuple[str, ...]:
    early, plans = (f"{float(row[key]):.0f}" for key in ("early_help", "cin_or_cp"))
    return row["service"].replace("_", " "), early, plans, _share(row["share_cin_or_cp"])


# ---------------------------------------------------------------- predictions


def trial_prediction() -> str:
    """Tabulate the registered ranges of the national trial, and the model's row while it is to come."""
    headings = ("row", "measure", "5%", "10%", "middle", "90%", "95%", "registered")
    return table(headings, [_predicted(row) for row in _registered(TRIAL)])


def _registered(name: str) -> list[dict[str, str]]:
    """Read a table of a dated prediction."""
    return list(csv.DictReader((FOLDER / "predictions" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def _predicted(row: Mapping[str, str]) -> tuple[str, ...]:
    measure = f"{row['measure'].replace('_', ' ')}{'' if row['unit'] == 'ratio' else ', ' + row['unit']}"
    numbers = (row[share] or "to come" for share in ("p05", "p10", "p50", "p90", "p95"))
    return (row["row"], measure, *numbers, row["registered"] or "not yet")


def trial_parts() -> str:
    """Tabulate the lines of evidence behind the ranges."""
    headings = ("part", "weight", "risk ratio", "90% range", "status", "what it is")
    return table(headings, [_part(row) for row in _registered(f"{TRIAL}-parts")])


def _part(row: Mapping[str, str]) -> tuple[str, ...]:
    middle, sd = float(row["log_mean"]), float(row["log_sd"])
    low, high = (exp(middle + step * NINETY / 2 * sd) for step in (-1, 1))
    shown = f"{exp(middle):.2f}", f"{low:.2f} to {high:.2f}"
    return (row["part"].replace("_", " "), f"{float(row['weight']):.2f}", *shown, row["status"], row["note"])


def _programme(make: Callable[[str], str], scenario: str) -> Callable[[], str]:
    """Make the maker of one region about one programme."""
    return lambda: make(scenario)


def _region(name: str) -> Callable[[], str]:
    """Make the maker of one region of shared parameters."""
    return lambda: parameters_of(name)


REGIONS: Final[Mapping[str, Callable[[], str]]] = {
    **{name: _region(name) for name in GROUPS},
    **{f"headlines_{name}": _programme(_headlines, name) for name in PROGRAMMES_SHOWN},
    **{f"claims_{name}": _programme(_claims, name) for name in PROGRAMMES_SHOWN},
    **{f"modelled_{name}": _programme(_modelled, name) for name in PROGRAMMES_SHOWN},
    **{f"past_{name}": _programme(_past, name) for name in PASTS},
    **{f"history_{name}": _programme(_history, name) for name in SINCE},
    **{f"elements_{name}": _programme(_elements, name) for name in PROGRAMMES_SHOWN},
    **{
        make.__name__: make
        for make in (
            pathway_diagram,
            pathway_table,
            stages_table,
            programmes_table,
            effects_table,
            readings_table,
            synthesis_table,
            drift_table,
            not_read,
            scenario_snapshot,
            scenario_targets,
            scenario_harms,
            scenario_overrides,
            scenario_teams,
            scenario_posts,
            scenario_schedules,
            money_terms,
            scenario_income,
            scenario_claims,
            targets_table,
            unknowns_table,
            cost_lines,
            drift_numbers,
            measures_table,
            status_counts,
            status_by_kind,
            sources_table,
            programmes_origin,
            durham_caseloads,
            durham_levels,
            durham_transfer,
            somerset_parts,
            thurrock_displaced,
            thurrock_services,
            bradford_year_on,
            trial_prediction,
            trial_parts,
        )
    },
}
"""What makes each region, by its name."""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
