"""Scenarios that differ in one belief: how strong the programme is, or when it begins."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from familyflow.ground import paths
from familyflow.ground.calendar import month_end
from familyflow.pathway.adult_work import PROGRAMMES
from familyflow.pathway.effects import ratios
from familyflow.scenario.reader import amended, null, with_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.schema import Step

POSITIONS: Final = "evidence_positions.csv"
NO_EFFECT: Final = "no effect"
TRIAL: Final = "trial-like"
CENTRAL: Final = "central"
INNOVATOR: Final = "as the innovator published"
SLIDER: Final = (NO_EFFECT, TRIAL, CENTRAL, INNOVATOR)
"""What one may believe of the evidence, from the most to the least cautious."""
EVIDENCE: Final = "evidence"
EFFECT: Final = "effect"
START: Final = "start"
"""The questions that settings answer: which reading, how strong, how late."""
POWERS: Final = (0.0, 1.0, 2.0, 3.0)
"""How strong the claimed effects are tried, as powers of their ratios: from none of them to three times as strong."""
DELAYS: Final = (0, 6, 12, 24)
"""How many months later a schedule's start is tried."""
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Position:
    """What one reading of the evidence says of an effect, and why."""

    effect: str
    position: str
    value: float
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One scenario to be simulated: the question that it belongs to, its name, where it stands on that axis."""

    question: str
    name: str
    x: float
    scenario: Scenario


def settings(scenario: Scenario, schedule: str) -> Iterator[Setting]:
    """Give every setting of one schedule; those that differ in nothing share a digest."""
    ids = claimed(scenario)
    for x, belief in enumerate(SLIDER):
        yield Setting(EVIDENCE, f"evidence: {belief}", float(x), believed(scenario, belief, ids))
    for power in POWERS:
        yield Setting(EFFECT, f"effects: {power:g} times as strong", power, scaled(scenario, power, ids))
    for months in DELAYS:
        yield Setting(START, f"start: {months} months later", float(months), delayed(scenario, schedule, months))


def claimed(scenario: Scenario) -> tuple[str, ...]:
    """Give the ids of what the scenario's programme claims to change; none for one that changes nothing."""
    programme = scenario.programme
    if programme.null:
        return ()
    return ratios(programme.effects, (*programme.roles, *programme.shared_roles), PROGRAMMES)


def positions() -> tuple[Position, ...]:
    """Read what trials and innovators found, by effect."""
    with paths.shipped("calibration", POSITIONS).open(encoding="utf-8", newline="") as file:
        columns = ("effect", "position", "value", "source", "status", "note")
        rows = [[row[column] for column in columns] for row in csv.DictReader(file)]
    return tuple(Position(effect, where, float(value), *rest) for effect, where, value, *rest in rows)


def believed(scenario: Scenario, belief: str, ids: Collection[str]) -> Scenario:
    """Give the scenario under one reading of the evidence; `ids` are those of what its programme claims to change.

    No effect: a null programme, which costs as much. Trial-like: what controlled studies found, and no effect where
    none has looked. Central: as the scenario has it, ranges and all. As the innovator published: their figures, and
    the central ones where they gave none.
    """
    if belief == NO_EFFECT:
        return null(scenario)
    if belief == CENTRAL:
        return scenario
    wanted = "trial" if belief == TRIAL else "innovator"
    found = {each.effect: each.value for each in positions() if each.position == wanted and each.effect in ids}
    values = {**dict.fromkeys(ids, 1.0), **found} if belief == TRIAL else found
    return with_parameters(scenario, {name: _held(scenario.quantities[name], value) for name, value in values.items()})


def _held(quantity: Quantity, value: float) -> Quantity:
    """Hold a quantity at a value."""
    return replace(quantity, value=value, low=value, high=value)


def scaled(scenario: Scenario, power: float, ids: Collection[str]) -> Scenario:
    """Raise every ratio that the programme claims (`ids`), range and all, to a power: 0 is none, 2 twice as strong.

    The workers' own part, who waits and who takes part, stays; with it a programme of power 0 is no null programme.
    """
    if power == 1:
        return scenario
    return with_parameters(scenario, {name: _raised(scenario.quantities[name], power) for name in ids})


def _raised(quantity: Quantity, power: float) -> Quantity:
    """Raise a ratio and its range to a power."""
    low, value, high = (each**power for each in (quantity.low, quantity.value, quantity.high))
    return replace(quantity, value=value, low=low, high=high)


def delayed(scenario: Scenario, schedule: str, months: int) -> Scenario:
    """Give the scenario with every step of one schedule some months later; the first of a month stays one."""
    if not months:
        return scenario
    old = scenario.schedules[schedule]
    steps = tuple(_later(step, months) for step in old.steps)
    schedules = {**scenario.schedules, schedule: replace(old, steps=steps)}
    return replace(scenario, schedules=schedules, digest=amended(scenario, f"{schedule} {months} months later"))


def _later(step: Step, months: int) -> Step:
    """Move one step on."""
    return step.model_copy(update={"date": after(step.date, months)})


def after(day: date, months: int) -> date:
    """Give the same day some months on, or the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    first = day.replace(year=day.year + years, month=month + 1, day=1)
    return first.replace(day=min(day.day, month_end(first).day))
