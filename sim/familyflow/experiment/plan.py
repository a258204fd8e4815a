"""What is to be run: a scenario, its schedules, how long, from which seed, and how many draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from familyflow.ground.defaults import DEFAULT_DRAWS, DEFAULT_SEED, LARGEST_SEED, MOST_DRAWS, MOST_YEARS
from familyflow.ground.problem import Problem, suggestion
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.results.precision import Precision
    from familyflow.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Slice:
    """One of several equal parts of a study's draws, from 1; for one of as many machines."""

    number: int
    of_all: int

    def __str__(self) -> str:
        """Write it as it is asked for."""
        return f"{self.number}/{self.of_all}"

    def of(self, draws: int) -> range:
        """Return the draws of this slice."""
        return range(self.number - 1, draws, self.of_all)


@dataclass(frozen=True, slots=True)
class Plan:
    """Draws 0 to draws - 1 of a scenario under each schedule, for some years, all keyed by one seed.

    With a precision, `draws` are the most that it may take.
    """

    scenario: Scenario
    schedules: tuple[str, ...]
    years: int
    seed: int
    draws: int
    precision: Precision | None = None


def planned(
    scenario: Scenario,
    *,
    draws: int = DEFAULT_DRAWS,
    schedules: Sequence[str] = (),
    years: int | None = None,
    seed: int = DEFAULT_SEED,
    precision: Precision | None = None,
) -> Plan:
    """Check what is asked for and fill in the rest: all schedules, the scenario's own horizon.

    Schedules come in the scenario's order, each once; no change is always among them, to be compared with.
    Problem when what is asked for is impossible.
    """
    horizon = scenario.years if years is None else years
    _within("draws", draws, 1, MOST_DRAWS)
    _within("years", horizon, 1, MOST_YEARS)
    _within("seed", seed, 0, LARGEST_SEED)
    asked = {known_schedule(scenario, name) for name in schedules}
    wanted = {NO_CHANGE, *asked} if asked else set(scenario.schedules)
    return Plan(scenario, tuple(name for name in scenario.schedules if name in wanted), horizon, seed, draws, precision)


def known_schedule(scenario: Scenario, name: str) -> str:
    """Return the name of a schedule that is asked for by it or an earlier one; Problem when the scenario has none."""
    name = next((each.name for each in scenario.schedules.values() if name in each.formerly), name)
    if name not in scenario.schedules:
        nearest = suggestion(name, scenario.schedules)
        allowed = ", ".join(scenario.schedules)
        raise Problem(f"{scenario.name}: there is no schedule '{name}'; there are {allowed}{nearest}")
    return name


def _within(what: str, given: int, lowest: int, highest: int) -> None:
    """Refuse a number outside its range, with a Problem."""
    if not lowest <= given <= highest:
        raise Problem(f"{what} = {given}: must be a whole number from {lowest} to {highest}")
