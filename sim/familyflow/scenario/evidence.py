"""Scenarios that differ in one thing: the reading of the evidence, how strong the effects are, or when it begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import months_on
from familyflow.ground.readings import READINGS, TITLES
from familyflow.scenario.reader import amended, with_parameters
from familyflow.scenario.readings import claimed, under
from familyflow.scenario.schema import Income

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.schema import Step

EVIDENCE: Final = "evidence"
EFFECT: Final = "effect"
START: Final = "start"
"""The questions that settings answer: which reading, how strong, how late."""
POWERS: Final = (0.0, 1.0, 2.0, 3.0)
"""How strong the claimed effects are tried, as powers of their ratios: from none of them to three times as strong."""
DELAYS: Final = (0, 6, 12, 24)
"""How many months later a schedule's start is tried."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One scenario to be simulated: the question that it belongs to, its name, where it stands on that axis."""

    question: str
    name: str
    x: float
    scenario: Scenario


def settings(scenario: Scenario, schedule: str) -> Iterator[Setting]:
    """Return every setting of one schedule; those that differ in nothing share a digest."""
    ids = claimed(scenario)
    for x, reading in enumerate(READINGS):
        yield Setting(EVIDENCE, f"evidence: {TITLES[reading]}", float(x), under(scenario, reading))
    for power in POWERS:
        yield Setting(EFFECT, f"effects: {power:g} times as strong", power, scaled(scenario, power, ids))
    for months in DELAYS:
        yield Setting(START, f"start: {months} months later", float(months), delayed(scenario, schedule, months))


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
    """Return the scenario with every step of one schedule some months later; the first of a month stays one.

    An income keeps its dates: nobody pays a grant later because teams are.
    """
    if not months:
        return scenario
    old = scenario.schedules[schedule]
    steps = tuple(sorted((_later(step, months) for step in old.steps), key=lambda step: step.date))
    schedules = {**scenario.schedules, schedule: replace(old, steps=steps)}
    return replace(scenario, schedules=schedules, digest=amended(scenario, f"{schedule} {months} months later"))


def _later(step: Step, months: int) -> Step:
    """Move one step on, but no income."""
    if isinstance(step, Income):
        return step
    return step.model_copy(update={"date": months_on(step.date, months)})
