"""familyflow run: every schedule on every draw, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from familyflow.cli import study
from familyflow.cli.progress import telling

LEFT_BEHIND: Final = (
    "manifest.json, monthly.parquet, draws.parquet, rates.parquet, money.parquet, summary.csv, claims.csv, "
    "caseloads.csv, results.json, fit.csv, figures"
)


@click.command()
@click.argument("scenario")
@study.options
@click.option(
    "--engine",
    type=click.Choice(["compiled", "simpy"]),
    default="compiled",
    show_default=True,
    help="Both give the same results; simpy is the reference, some fifty times slower.",
)
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
    engine: str,
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
        tell(study.headline(plan), 0, 0)
        from familyflow import api

        results = api.run(plan, workers=workers, out=out, tell=tell, engine=engine)
        results.save(tell)
    if as_json:
        click.echo(results.json(), nl=False)
        return
    results.show()
    click.echo(f"In {results.folder}: {LEFT_BEHIND}")
