"""What must hold on day 0 and at each step of each schedule, so that a rollout is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from familyflow.ground.calendar import DAYS_PER_WEEK, day_of
from familyflow.scenario import boundaries
from familyflow.scenario.errors import Finding
from familyflow.scenario.schema import Boundary, Close, Cut, GoLive, Income, Open, Staff, one_of
from familyflow.scenario.vocabulary import ESTABLISHMENTS, KINDS, REQUIRED_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.scenario.boundaries import Ground, Work
    from familyflow.scenario.lines import Place
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.schema import Step, TeamStep

TRAINING: Final = "staff.training_weeks"
Complaint: TypeAlias = tuple["Place", str]
"""The way from a step to what is wrong in it, and what is allowed there."""


def findings(scenario: Scenario) -> list[Finding]:
    """Find what is wrong with the areas on day 0, then the first thing that is wrong in each schedule, then in all."""
    ground = boundaries.as_is(scenario.teams.values())
    if work := _gap(scenario, ground):
        return [Finding(("areas", work[0]), _nobody(scenario, work))]
    found = (_first_in_schedule(scenario, name, ground) for name in scenario.schedules)
    return [finding for finding in found if finding] or list(_never_paid(scenario))


def _never_paid(scenario: Scenario) -> Iterator[Finding]:
    """Find incomes that no schedule brings."""
    every = (step for schedule in scenario.schedules.values() for step in schedule.steps)
    paid = {step.income for step in every if isinstance(step, Income)}
    for name in scenario.income:
        if name not in paid:
            says = 'is never paid: name it in a step with action = "income" of a schedule, or leave it out'
            yield Finding(("income", name), says)


def _gap(scenario: Scenario, ground: Ground, held: Iterable[Work] = ()) -> Work | None:
    """Return the first work that has no team, of what is required and what teams have held so far."""
    works = ((area, group, kind) for area in scenario.areas for group in REQUIRED_GROUPS for kind in KINDS)
    return next((work for work in (*works, *held) if work not in ground.served), None)


def _nobody(scenario: Scenario, work: Work) -> str:
    """Say that work has no team, and for which kind of family where teams divide it so."""
    split = any(team.kinds != KINDS for team in scenario.teams.values())
    area, group, kind = work
    for_whom = f" for families {kind.replace('_', ' ')}" if split else ""
    if group in REQUIRED_GROUPS:
        needed = ", ".join(REQUIRED_GROUPS)
        return f"every area needs a team for each of {needed}, but nobody has {group} in {area}{for_whom}"
    return f"an area that has a team for {group} keeps one, but nobody has it in {area}{for_whom}"


def _first_in_schedule(scenario: Scenario, name: str, ground: Ground) -> Finding | None:
    """Return the first thing that is wrong in a schedule."""
    steps = scenario.schedules[name].steps
    for index, step in enumerate(steps):
        place: Place = ("schedules", name, "steps", index)
        for way, allowed in _complaints(scenario, ground, steps[: index + 1]):
            return Finding((*place, *way), allowed)
        held, ground = ground.served, boundaries.after(ground, step, scenario.teams)
        if work := _gap(scenario, ground, held):
            return Finding((*place, "to"), _nobody(scenario, work))
    return None


def _complaints(scenario: Scenario, ground: Ground, steps: tuple[Step, ...]) -> Iterator[Complaint]:
    """Return what is wrong with the last of some steps; each check relies on those before it."""
    step = steps[-1]
    yield from _date(scenario, steps)
    if isinstance(step, Income):
        yield from _paid(scenario, step, steps[:-1])
        return
    yield from _names(scenario, step)
    yield from _staffed(scenario, step)
    yield from _turn(ground, step)
    if isinstance(step, Cut):
        yield from _held(scenario, ground, step)
    yield from _taken_twice(scenario, steps)


def _date(scenario: Scenario, steps: tuple[Step, ...]) -> Iterator[Complaint]:
    """Find a step before the start or before the one above it, or staff hired before the start."""
    step, start = steps[-1], scenario.start
    if step.date < start:
        yield ("date",), f"must not be before the start, {start}"
    if len(steps) > 1 and step.date < steps[-2].date:
        yield ("date",), f"must not be before the step above it, {steps[-2].date}"
    weeks = scenario.quantities[TRAINING].value
    if isinstance(step, GoLive) and day_of(step.date, start) < weeks * DAYS_PER_WEEK:
        hired = "its workers are hired that long before it"
        yield ("date",), f"must be at least {weeks:g} weeks after the start, {start}: {hired}"


def _paid(scenario: Scenario, step: Income, earlier: tuple[Step, ...]) -> Iterator[Complaint]:
    """Find an income that is not there, or that the schedule has already."""
    if step.income not in scenario.income:
        yield ("income",), f"an income {one_of(tuple(scenario.income), step.income)}"
    if any(isinstance(each, Income) and each.income == step.income for each in earlier):
        yield ("income",), "comes in by a step above already: a schedule has an income once"


def _names(scenario: Scenario, step: TeamStep) -> Iterator[Complaint]:
    """Find teams and areas that are not there."""
    teams, areas = tuple(scenario.teams), tuple(scenario.areas)
    if step.team is not None and step.team not in teams:
        yield ("team",), f"a team {one_of(teams, step.team)}"
    if isinstance(step, Close) and step.to not in teams:
        yield ("to",), f"a team {one_of(teams, step.to)}"
    if isinstance(step, Open | Boundary):
        for index, area in enumerate(step.areas):
            if area not in areas:
                yield ("areas", index), f"an area {one_of(areas, area)}"


def _staffed(scenario: Scenario, step: TeamStep) -> Iterator[Complaint]:
    """Find an establishment of workers that the team does not have."""
    if not isinstance(step, Staff):
        return
    worker = scenario.teams[step.team].worker
    if worker is None:
        yield ("team",), "is a front door, whose workers are not counted: leave this step out"
    elif getattr(step, key := ESTABLISHMENTS[worker]) is None:
        yield (key,), f"give the establishment here: {step.team} is a team of {key.replace('_', ' ')}"


def _turn(ground: Ground, step: TeamStep) -> Iterator[Complaint]:
    """Find a step that comes before it can or a second time."""
    if step.team is None:
        return
    is_open = step.team in ground.open
    if isinstance(step, Open) and is_open:
        yield ("team",), 'is open on that date already; to give it more areas use action = "boundary"'
    if not isinstance(step, Open) and not is_open:
        yield ("team",), 'is not open on that date: it needs areas on day 0, or an "open" step above'
    if isinstance(step, GoLive) and step.team in ground.live:
        yield ("team",), "is live on that date already: a team goes live once"
    if isinstance(step, Close) and (step.to == step.team or step.to not in ground.open):
        yield ("to",), f"must be another team that is open on that date: {_others(ground, step.team)}"


def _held(scenario: Scenario, ground: Ground, step: Cut) -> Iterator[Complaint]:
    """Find a cut of posts that nobody has."""
    allowed = _roles_of(scenario, ground, step.team)
    if not allowed:
        where = "no team that is live shares any on that date" if step.team is None else f"{step.team} has none then"
        yield ("role",), f"there are no posts to cut: {where}"
    elif step.role not in allowed:
        yield ("role",), one_of(allowed, step.role)


def _roles_of(scenario: Scenario, ground: Ground, name: str | None) -> tuple[str, ...]:
    """Return the roles that a team has posts of on a date, or that all live teams share."""
    programme = scenario.programme
    if name is None:
        return programme.shared_roles if ground.live else ()
    team = scenario.teams[name]
    brought = programme.roles if name in ground.live and set(programme.stages) & set(team.stages) else ()
    return tuple(dict.fromkeys((*((team.worker,) if team.worker else ()), *team.roles, *brought)))


def _others(ground: Ground, team: str) -> str:
    """List the open teams but one."""
    return ", ".join(sorted(ground.open - {team})) or "there is none"


def _taken_twice(scenario: Scenario, steps: tuple[Step, ...]) -> Iterator[Complaint]:
    """Find work that two teams take on one date."""
    step = steps[-1]
    if not isinstance(step, Open | Boundary):
        return
    mine = set(boundaries.works(scenario.teams[step.team], step.areas))
    for other in steps[:-1]:
        if isinstance(other, Open | Boundary) and other.date == step.date:
            for area, group, _ in sorted(mine & set(boundaries.works(scenario.teams[other.team], other.areas))):
                yield (
                    ("areas",),
                    f"{group} in {area} goes to {other.team} on that date already: one team takes it",
                )
