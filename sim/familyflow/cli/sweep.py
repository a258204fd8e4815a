"""familyflow sweep: one scenario at many points, and which inputs its answers hang on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli import study
from familyflow.cli.progress import telling
from familyflow.ground.defaults import MOST_WORKERS

if TYPE_CHECKING:
    from familyflow.experiment.design import Design

LEFT_BEHIND: Final = "manifest.json, sweep.parquet, outcomes.parquet, sensitivity.csv"
OF_A_GRID: Final = ", main_effects.csv"


@click.command()
@click.argument("design", metavar="DESIGN.toml", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the results.  [default: outputs/sweeps/DESIGN-DIGEST]",
)
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="[default: one a processor]")
@study.reading()
@study.settings
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON and nothing else.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def sweep(
    *,
    design: Path,
    out: Path | None,
    workers: int | None,
    reading: str,
    settings: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario at each point of a design, and say how much each input explains.

    Every point has the same families and the same luck. The same command again resumes where it was stopped. Results
    do not depend on the number of workers.
    """
    from familyflow.experiment.store import refuse_unusable

    if out is not None:
        refuse_unusable(out)
    with telling(json=as_json, quiet=quiet) as tell:
        from familyflow import api

        asked = api.load_design(design, reading=reading, settings=settings)
        tell(headline(asked), 0, 0)
        results = api.sweep(asked, workers=workers, out=out, tell=tell)
        results.save()
    if as_json:
        click.echo(results.json(), nl=False)
        return
    results.show()
    click.echo(f"In {results.folder}: {LEFT_BEHIND}{OF_A_GRID if asked.method == 'grid' else ''}")


def headline(asked: Design) -> str:
    """Say what is going to be run."""
    from familyflow.experiment.design import count

    plan = asked.plan
    counts = {
        "input": len(asked.inputs),
        "point": count(asked),
        "schedule": len(plan.schedules),
        "year": plan.years,
        "draw": plan.draws,
    }
    words = ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in counts.items())
    return f"{plan.scenario.title}: {words} at each point, seed {plan.seed}"
