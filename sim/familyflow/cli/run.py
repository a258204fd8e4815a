"""familyflow run: every schedule on every draw, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli.progress import telling
from familyflow.experiment.limits import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    LARGEST_SEED,
    MOST_DRAWS,
    MOST_WORKERS,
    MOST_YEARS,
)

if TYPE_CHECKING:
    from familyflow.experiment.plan import Plan

LEFT_BEHIND: Final = "manifest.json, monthly.parquet, draws.parquet, money.parquet, summary.csv, fit.csv, figures"


@click.command()
@click.argument("scenario")
@click.option(
    "--draws",
    type=click.IntRange(1, MOST_DRAWS),
    default=DEFAULT_DRAWS,
    show_default=True,
    help="Samples of everything uncertain.",
)
@click.option(
    "--schedule",
    "schedules",
    multiple=True,
    metavar="NAME",
    help="A schedule to run; may be repeated; no change is always run.  [default: all]",
)
@click.option("--years", type=click.IntRange(1, MOST_YEARS), help="[default: the scenario's horizon]")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=DEFAULT_SEED, show_default=True)
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="[default: one a processor]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the results.  [default: outputs/SCENARIO/RUN]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON and nothing else.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def run(  # noqa: PLR0913 - each is an option
    *,
    scenario: str,
    draws: int,
    schedules: tuple[str, ...],
    years: int | None,
    seed: int,
    workers: int | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run each schedule on each draw, and compare them with no change.

    The same command again resumes where it was stopped. Results do not depend on the number of workers.
    """
    from familyflow.experiment.plan import planned
    from familyflow.experiment.store import refuse_unusable
    from familyflow.scenario import load

    # What cannot be used is said at once, before anything else is loaded or said.
    plan = planned(load(scenario), draws=draws, schedules=schedules, years=years, seed=seed)
    if out is not None:
        refuse_unusable(out)
    with telling(json=as_json, quiet=quiet) as tell:
        tell(_headline(plan), 0, 0)
        from familyflow import api

        results = api.run(plan, workers=workers, out=out, tell=tell)
        results.save(tell)
    if as_json:
        click.echo(results.json(), nl=False)
        return
    results.show()
    click.echo(f"In {results.folder}: {LEFT_BEHIND}")


def _headline(plan: Plan) -> str:
    """Say what is going to be run."""
    counts = {"schedule": len(plan.schedules), "year": plan.years, "draw": plan.draws}
    words = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
    return f"{plan.scenario.title}: {words}, seed {plan.seed}"
