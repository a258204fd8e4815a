"""The options that say how a scenario is run, shared by the commands that run one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from familyflow.ground.defaults import DEFAULT_DRAWS, DEFAULT_SEED, LARGEST_SEED, MOST_DRAWS, MOST_WORKERS, MOST_YEARS
from familyflow.ground.readings import CENTRAL, READINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.experiment.plan import Plan

ALL: Final = "all"
"""What is given for a reading when every one of them is wanted in full."""
Command = TypeVar("Command", bound="Callable[..., Any]")
_OPTIONS: Final = (
    click.option(
        "--draws",
        type=click.IntRange(1, MOST_DRAWS),
        default=DEFAULT_DRAWS,
        show_default=True,
        help="Samples of everything uncertain.",
    ),
    click.option(
        "--schedule",
        "schedules",
        multiple=True,
        metavar="NAME",
        help="A schedule to run; may be repeated; no change is always run.  [default: all]",
    ),
    click.option("--years", type=click.IntRange(1, MOST_YEARS), help="[default: the scenario's horizon]"),
    click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=DEFAULT_SEED, show_default=True),
    click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="[default: one a processor]"),
)


def options(command: Command) -> Command:
    """Return a command the options draws, schedules, years, seed and workers."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading(*more: str, default: str = CENTRAL) -> Callable[[Command], Command]:
    """Make the option that names a reading of the evidence, or one of some more words."""
    said = "The reading of the evidence: what each effect is taken to be."
    every = f" {ALL}: every schedule and draw under each." if ALL in more else ""
    return click.option(
        "--reading", type=click.Choice([*READINGS, *more]), default=default, show_default=True, help=f"{said}{every}"
    )


def settings(command: Command) -> Command:
    """Return a command the option that sets numbers for one run."""
    said = "Set a number for this run, held exactly, or with its 90% range as VALUE:LOW:HIGH; may be repeated."
    return click.option("--set", "settings", multiple=True, metavar="ID=VALUE", help=said)(command)


def headline(plan: Plan) -> str:
    """Say what is going to be run."""
    counts = {"schedule": len(plan.schedules), "year": plan.years, "draw": plan.draws}
    words = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
    return f"{plan.scenario.title}: {words}, seed {plan.seed}"
