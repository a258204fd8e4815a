"""The text of a scenario for a council: its baseline, a default programme and schedules, ready to be run and edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, fsum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.calibrate.baseline.council import baseline
from familyflow.calibrate.baseline.estimates import rounded
from familyflow.calibrate.evidence import councils
from familyflow.engine import dose
from familyflow.ground import evidence
from familyflow.ground.files import plain_words, writing
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status
from familyflow.pathway.adult_work import SUPERVISOR
from familyflow.scenario import load, tables, writer
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.calibrate.baseline.council import Baseline
    from familyflow.calibrate.baseline.staffing import Team
    from familyflow.calibrate.evidence.councils import Evidence

YEARS: Final = 5
EFFECTS: Final = ("care_entry", "cp_plan_length", "cin_plan_length", "cp_plan_entry", "training_dip")
"""What Family Safeguarding claims to change, as in the shipped scenarios of Swindon and Somerset."""
STAGES: Final = ("cin", "cp")
_NOTICE: Final = timedelta(weeks=26)
"""Time to recruit and train before the first team goes live."""
_QUARTER: Final = 3
_FEW: Final = 4
_LEAST_POST: Final = 0.1
_TENTHS: Final = 10
"""Posts are written in tenths."""
_LICENCE: Final = "Contains public sector information licensed under the Open Government Licence v3.0."


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario file that was written: where, its title and day 0, and what of it is borrowed."""

    path: Path
    title: str
    start: date
    says: str


def write(council: str, *, start: date | None = None, out: Path | None = None, force: bool = False) -> Made:
    """Write a council's scenario file, checked; Problem for an unknown council, a day out of reach, a file in the way.

    The file is `out`, or the council's name in this folder. It is written whole or not at all.
    """
    known = councils.read()
    place = councils.find(known, council)
    path = out or Path(f"{short_name(place.name)}.toml")
    if path.exists() and not force:
        raise Problem(f"{path}: is there already: give another --out, or --force to write over it")
    base = baseline(known, place, start)
    with plain_words(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as temporary:
        temporary.write_text(text(known, base), encoding="utf-8", newline="")
        made = load(temporary)
    return Made(path, made.title, made.start, _borrowed(base))


def short_name(council: str) -> str:
    """Return a scenario's name, in small letters, for a council."""
    return re.sub(r"[^a-z0-9]+", "_", council.casefold()).strip("_")


def text(known: Evidence, base: Baseline) -> str:
    """Write the scenario file of a baseline."""
    sections = (
        _head(known, base),
        _children(base),
        _areas(base),
        _staff(base),
        *(_team(team) for team in base.staffing.teams),
        _programme(known, base),
        *_schedules(base),
        _claims(),
        writer.table(
            "parameters", ["# The council's own times, in place of England's.", *writer.quantities(base.parameters)]
        ),
        *_history(base),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def _head(known: Evidence, base: Baseline) -> list[str]:
    """Write what the file is, what of it is borrowed, and whose scenario it is."""
    council = base.place.name
    made = (
        f"{council}: a baseline from published figures, with a programme to edit. Made by familyflow {__version__} new."
    )
    used = f"Evidence: councils.csv and releases.csv, SHA-256 {evidence.digest()[:16]}; last year {known.last}."
    meaning = (
        "Each number has its 90% range, source, year and status: published, derived (the note shows how) or assumed. "
        "A range adds chance, rounding, moves from year to year and the error of definition "
        "(calibration/estimation.csv). Areas, teams, posts and dates are defaults: put your own in. `familyflow check` "
        "says what does not fit; `familyflow calibrate` how well the model reproduces the figures."
    )
    return [
        *writer.comment(made),
        "#",
        *writer.comment(meaning),
        "#",
        *writer.comment(_borrowed(base)),
        "#",
        *writer.comment(used),
        *writer.comment(_LICENCE),
        "",
        writer.assignment("schema", "1"),
        writer.assignment("name", writer.text(short_name(council))),
        writer.assignment("title", writer.text(f"{council}: integrated adult workers")),
        writer.assignment("authority", writer.text(council)),
        writer.assignment("start", base.start.isoformat()),
        writer.assignment("years", str(YEARS)),
        writer.assignment("price_year", writer.text(_price_year())),
    ]


def _borrowed(base: Baseline) -> str:
    """Name what the council does not publish."""
    given = {**base.snapshot, **base.targets, **base.harms, **base.staffing.staff, **base.parameters}
    names = [key for key, each in given.items() if each.note.startswith("Not published for")]
    if not names:
        return "Nothing is borrowed from other councils."
    return f"Borrowed from other councils, with the spread between them as range: {', '.join(names)}."


def _price_year() -> str:
    """Return the last year to which prices can be brought."""
    return tables.last_price_year()


def _children(base: Baseline) -> list[str]:
    """Write who lives there, who is open on day 0, what flows, and the harms."""
    return [
        *writer.table("population", [writer.quantity("children", base.population)]),
        *writer.table("snapshot", writer.quantities(base.snapshot)),
        *writer.table("targets", writer.quantities(base.targets)),
        *writer.table("harms", writer.quantities(base.harms)),
    ]


def _areas(base: Baseline) -> list[str]:
    """Write the areas."""
    return [
        line
        for name, (title, share) in base.staffing.areas.items()
        for line in writer.table(
            f"areas.{name}", [writer.assignment("title", writer.text(title)), writer.quantity("share", share)]
        )
    ]


def _staff(base: Baseline) -> list[str]:
    """Write the workforce, and how the teams below got theirs."""
    return ["", *writer.comment(base.staffing.says), *writer.table("staff", writer.quantities(base.staffing.staff))]


def _team(team: Team) -> list[str]:
    """Write one team."""
    return writer.table(
        f"teams.{team.name}",
        [
            writer.assignment("title", writer.text(team.title)),
            writer.assignment("areas", writer.names(team.areas)),
            writer.assignment("stages", writer.names(team.stages)),
            writer.quantity("social_workers", team.social_workers),
        ],
    )


def _programme(known: Evidence, base: Baseline) -> list[str]:
    """Write the default programme: in each locality the adult workers of the teams that the evidence is about."""
    return [
        "",
        *writer.comment(
            "The default programme is Family Safeguarding with the adult workers of the teams that the evidence is "
            "about, for the children on plans here. What it changes is named by effect, sized in "
            "calibration/parameters.csv. For none at all: null = true."
        ),
        *writer.table(
            "programme",
            [
                writer.assignment(
                    "title", writer.text("Integrated adult workers (Family Safeguarding, Hertfordshire model)")
                ),
                writer.assignment("null", "false"),
                writer.assignment("stages", writer.names(STAGES)),
                writer.assignment("effects", writer.names(EFFECTS)),
            ],
        ),
        *writer.table("programme.posts", writer.quantities(_posts(base))),
        *writer.table("programme.shared_posts", [writer.quantity(SUPERVISOR, _supervisor(known, base))]),
    ]


def _posts(base: Baseline) -> dict[str, Quantity]:
    """Return each locality's adult workers: the staffing at which the evidence's effects are stated, rounded up."""
    shared = tables.parameters(tables.sources())
    every = base.snapshot["children_on_cin"].value + base.snapshot["children_on_cp"].value
    share = max(share.value for _, share in base.staffing.areas.values())
    children = every * share
    wanted = dose.reference({name: each.value for name, each in shared.items()}, children)
    total = fsum(wanted.values())
    place = f"A locality has {every:,.0f} x {share:g} = {children:,.0f}"
    return {role: _post(shared[dose.POSTS], fte, fte / total, place) for role, fte in wanted.items()}


def _post(reference: Quantity, fte: float, part: float, place: str) -> Quantity:
    """Return the posts of a role; they are what is planned, so the uncertainty is the reference's and not theirs."""
    value = max(round(ceil(round(fte * _TENTHS, 6)) / _TENTHS, 1), _LEAST_POST)
    note = (
        f"The teams that the evidence is about have {reference.value:g} adult workers ({reference.low:g} to "
        f"{reference.high:g}) for 100 children on CIN and CP plans, {part:g} of them in this role. {place}: {fte:.2f}, "
        "rounded up. No range, as it is what is planned: put in your own."
    )
    return Quantity(value, value, value, "fte", reference.year, reference.source, Status.ASSUMED, note)


def _supervisor(known: Evidence, base: Baseline) -> Quantity:
    """Return the psychologists of all localities: Hertfordshire's for a team; the high end is for all families."""
    each, size = known.estimates[f"hertfordshire.{SUPERVISOR}"], known.estimates["hertfordshire.social_workers"]
    workers, harmed = sum(team.social_workers.value for team in base.staffing.localities), base.harms["any"].value
    teams = workers / size.value * harmed
    value = max(rounded(teams * each.value, "fte"), _LEAST_POST)
    low = min(round(teams * each.low, 2), value)
    high = max(round(teams * each.high / harmed, 2), value)
    note = (
        f"Hertfordshire's standard team of {size.value:g} social workers has {each.value:g} ({each.low:g} to "
        f"{each.high:g}). A locality amounts to {teams / len(base.staffing.localities):.2f} such teams for families "
        f"with a harm ({harmed:.0%} of all), all localities to {teams:.2f}. Upper end: for all families."
    )
    return Quantity(value, low, high, "fte", each.year, each.source, Status.ASSUMED, note)


def first_go_live(start: date) -> date:
    """Return the first day of a quarter that leaves time to recruit and train after the start."""
    earliest = start + _NOTICE
    month = (earliest.month - 1) // _QUARTER * _QUARTER + 1
    quarter = earliest.replace(month=month, day=1)
    return quarter if quarter >= earliest else months_on(quarter, _QUARTER)


def months_on(day: date, months: int) -> date:
    """Return the first of a month some months after another first of a month."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _schedules(base: Baseline) -> Iterator[list[str]]:
    """Write no change, one locality after another, all at once, and slower."""
    first, teams = first_go_live(base.start), base.staffing.localities
    gap = 6 if len(teams) <= _FEW else 3
    yield [
        "",
        *writer.comment(
            "Dates are assumed: the first day of a quarter at least half a year after the start, so that workers can "
            "be hired and trained; then the localities in turn. Compare with your own plan by changing `staged`."
        ),
        *writer.table(
            f"schedules.{NO_CHANGE}", [writer.assignment("title", writer.text("No change")), *writer.steps([])]
        ),
    ]
    yield _schedule("staged", f"One locality every {gap} months", first, teams, gap)
    yield _schedule("all_at_once", "All localities at once", first, teams, 0)
    yield _schedule("slower", f"One locality every {2 * gap} months", first, teams, 2 * gap)


def _schedule(name: str, title: str, first: date, teams: Iterable[Team], gap: int) -> list[str]:
    """Write a schedule in which teams go live in order, so many months apart."""
    live = [writer.go_live(months_on(first, gap * index), team.name) for index, team in enumerate(teams)]
    when = f"{first:%B} {first.year}"
    named = writer.text(f"{title}, from {when}" if gap else f"{title}, in {when}")
    return writer.table(f"schedules.{name}", [writer.assignment("title", named), *writer.steps(live)])


def _claims() -> list[str]:
    """Say how a claim is written."""
    return [
        "",
        *writer.comment("No claims: nothing has been promised here. A promise that a run is to answer is written so:"),
        "# [[claims]]",
        '# text = "15% fewer children on CP plans"',
        '# measure = "children_on_cp"',
        '# change = -0.15               # or, where the plan gives no size: direction = "fewer"',
        "# by = 2027-03-31              # or, from each schedule's first go-live: within_years = 3",
        '# source = "plan"            # a key of [sources], such as: plan = "Our plan, cabinet paper of May"',
    ]


def _history(base: Baseline) -> Iterator[list[str]]:
    """Write the published counts of each 31 March, for the charts."""
    for point in base.history:
        yield writer.table(
            "history",
            [
                writer.assignment("measure", writer.text(point.measure)),
                writer.assignment("date", point.when.isoformat()),
                writer.assignment("value", writer.number(point.value)),
                writer.assignment("source", writer.text(point.source)),
            ],
            listed=True,
        )
