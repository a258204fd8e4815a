"""One authority, one programme and its schedules, as every floor above reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from familyflow.ground.readings import CENTRAL
from familyflow.scenario.vocabulary import ESTABLISHMENTS, KINDS, WORK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario.schema import Claim, History, Past, Step, TeamStep


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the authority; its share of children is the quantity `area.<name>.share`."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team, the areas it serves on day 0 (none when a schedule opens it) and its groups of stages.

    `roles`: of its posts on day 0 beside those that hold cases; a role's are the quantity `team.<name>.post.<role>`.
    `kinds`: of the families that it takes.
    """

    name: str
    title: str
    areas: tuple[str, ...]
    stages: tuple[str, ...]
    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS

    @property
    def worker(self) -> str | None:
        """The role that holds its cases: `social_worker`, `family_key_worker`, or None at a front door."""
        return next((role for role, groups in WORK.items() if set(self.stages) & set(groups)), None)

    @property
    def establishment(self) -> str | None:
        """The quantity that is its establishment of workers (posts, FTE); None at a front door."""
        return f"team.{self.name}.{ESTABLISHMENTS[self.worker]}" if self.worker else None


@dataclass(frozen=True, slots=True)
class Programme:
    """What going live brings: posts per live team, posts shared by all, where it is offered, and its effects by name.

    The posts of a role are the quantity `post.<role>` (FTE per live team, or in all when shared); the published budget,
    where there is one, is the quantity `programme.published_budget`, over `budget_years` from the day `budget_from` on;
    a promised caseload (children per worker) is `programme.promised_caseload`. Without new money the programme is paid
    by moving existing budget. A null programme pays for its workers, who wait, attend and complete as before.
    Where care follows exposure, entries to care on which no effect is claimed are not held as they are, but move with
    the claimed lengths of plans. `council_level`: ids of effects whose ratio is of the whole council's outcome, and
    not of families offered.
    """

    title: str
    null: bool
    stages: tuple[str, ...]
    roles: tuple[str, ...]
    shared_roles: tuple[str, ...]
    budget_years: float | None
    effects: tuple[str, ...] = ()
    new_money: bool = True
    care_follows_exposure: bool = False
    council_level: tuple[str, ...] = ()
    budget_from: date | None = None


@dataclass(frozen=True, slots=True)
class Funding:
    """Money that schedules bring from outside, and who pays it; its total is the quantity `income.<name>`."""

    name: str
    title: str
    payer: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Dated steps of a rollout, in order; as they happened, or as they are planned and may slip.

    `formerly`: names by which earlier versions knew it.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    as_happened: bool = False
    formerly: tuple[str, ...] = ()

    @property
    def begins(self) -> date | None:
        """The date of the first go-live or, where no team goes live, of the first step; None without steps.

        An income begins nothing.
        """
        live = [step.date for step in self.steps if step.action == "go_live"]
        return min(live or [step.date for step in self.rollout], default=None)

    @property
    def rollout(self) -> tuple[TeamStep, ...]:
        """Its steps but for incomes, which no team notices."""
        return tuple(step for step in self.steps if step.action != "income")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario: its quantities are complete, its sources known, its schedules possible.

    The order of areas, teams and schedules is the file's. The digest names the content of the file and of
    the calibration tables, and every change made since. `reading` is the reading of the evidence that the effects are
    of, `stated` what the scenario itself says of those that it replaced, and `settings` the numbers that were set for
    this run, as `ID=VALUE`.
    """

    name: str
    title: str
    authority: str
    start: date
    years: int
    price_year: str
    path: Path
    quantities: Mapping[str, Quantity]
    areas: Mapping[str, Area]
    teams: Mapping[str, Team]
    programme: Programme
    schedules: Mapping[str, Schedule]
    history: tuple[History, ...]
    claims: tuple[Claim, ...]
    sources: Mapping[str, str]
    digest: str
    reading: str = CENTRAL
    settings: tuple[str, ...] = ()
    stated: Mapping[str, Quantity] = field(default_factory=dict)
    past: tuple[Past, ...] = ()
    income: Mapping[str, Funding] = field(default_factory=dict)

    def central(self) -> dict[str, float]:
        """Return the central value of every quantity, by id."""
        return {key: quantity.value for key, quantity in self.quantities.items()}

    def payers(self) -> dict[str, str]:
        """Return who pays each income, by the income's name."""
        return {name: funding.payer for name, funding in self.income.items()}
