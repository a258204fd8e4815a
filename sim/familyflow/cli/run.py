"""familyflow run: every schedule on every draw, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli import parameters, publishing, study
from familyflow.cli.progress import telling
from familyflow.ground.defaults import DRAWS_FOR_PRECISION
from familyflow.ground.problem import Problem
from familyflow.ground.readings import CENTRAL

if TYPE_CHECKING:
    from familyflow.api import Results
    from familyflow.experiment.plan import Plan, Slice
    from familyflow.report.publication import Publication
    from familyflow.results.precision import Precision
    from familyflow.scenario import Scenario

LEFT_BEHIND: Final = (
    "manifest.json, monthly.parquet, draws.parquet, rates.parquet, money.parquet, appraisal.csv, cashflow.csv, "
    "ladder.csv, sensitivity.csv, information.csv, map.csv, plane.csv, after.csv, readings.csv, results.json, fit.csv, "
    "workbook.xlsx"
)


@click.command()
@click.argument("scenario")
@study.options
@study.reading(study.ALL)
@study.settings
@click.option(
    "--engine",
    type=click.Choice(["compiled", "simpy"]),
    default="compiled",
    show_default=True,
    help="Both give the same results; simpy is the reference, some fifty times slower.",
)
@click.option(
    "--precision",
    callback=parameters.share,
    metavar="SHARE",
    help="Run until the Monte Carlo error of the measures is below this share, such as 5%; --draws is then the most "
    f"that it may take.  [default most: {DRAWS_FOR_PRECISION}]",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="What is to be that precise; may be repeated.  [default: care entries averted, gross and net saving]",
)
@click.option(
    "--slice", "part", callback=parameters.part, metavar="I/N", help="Only one of N slices of the draws; see merge."
)
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is at tcp://HOST:PORT.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the results.  [default: outputs/SCENARIO/RUN]",
)
@publishing.options
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
    reading: str,
    settings: tuple[str, ...],
    engine: str,
    precision: float | None,
    measures: tuple[str, ...],
    part: Slice | None,
    dask: str | None,
    out: Path | None,
    least: int,
    pdf: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run each schedule on each draw, and compare them with no change.

    The same command again resumes where it was stopped. Results do not depend on the number of workers.
    """
    from familyflow.scenario import load

    # What cannot be used is said at once, before anything else is loaded or said.
    wanted = _wanted(precision, measures, part)
    every = _every(reading, part)
    opened = load(scenario, reading=CENTRAL if every else reading, settings=settings)
    plan = _plan(opened, draws, schedules, years, seed, wanted)
    _refuse(out)
    published = publishing.publication(least, pdf=pdf)
    _refuse_with_dask(dask, workers, part)
    with telling(json=as_json, quiet=quiet) as tell:
        tell(study.headline(plan), 0, 0)
        from familyflow import api

        if part is not None:
            folder = api.run_slice(plan, part, workers=workers, out=out, tell=tell, engine=engine)
            click.echo(f"In {folder}: slice {part} of {plan.draws} draws; `familyflow merge` puts slices together")
            return
        asked = api.EVERY if every else api.FIRST
        results = api.run(plan, workers=workers, out=out, tell=tell, engine=engine, dask=dask, extent=asked)
        results.save(tell, published)
    if as_json:
        click.echo(results.json(), nl=False)
    else:
        _show(results, wanted, published)


def _every(reading: str, part: Slice | None) -> bool:
    """Return whether every reading is wanted in full; Problem where that cannot be had."""
    if reading == study.ALL and part is not None:
        raise Problem("--slice: cannot be had with --reading all: merge the slices, then run the whole with it")
    return reading == study.ALL


def _plan(
    scenario: Scenario, draws: int, schedules: tuple[str, ...], years: int | None, seed: int, wanted: Precision | None
) -> Plan:
    """Plan what is asked for: so many draws, or as many as a precision may take."""
    from familyflow.experiment.plan import planned

    most = _most(draws) if wanted else draws
    return planned(scenario, draws=most, schedules=schedules, years=years, seed=seed, precision=wanted)


def _refuse(out: Path | None) -> None:
    """Refuse a folder for the results that cannot be used."""
    from familyflow.experiment.store import refuse_unusable

    if out is not None:
        refuse_unusable(out)


def _show(results: Results, wanted: Precision | None, published: Publication) -> None:
    """Print what was found, how precise it is, and where it lies."""
    results.show()
    if wanted:
        click.echo(results.precision(wanted))
    bridged = ", bridge.csv" if (results.folder / "bridge.csv").exists() else ""
    click.echo(f"In {results.folder}: {', '.join(publishing.left_behind(published))}, {LEFT_BEHIND}{bridged}")


def _wanted(share: float | None, measures: tuple[str, ...], part: Slice | None) -> Precision | None:
    """Return the precision that is asked for; Problem when what is asked for cannot be had together."""
    if share is None:
        if measures:
            raise Problem("--measure: says what is to be precise, so it needs --precision")
        return None
    if part is not None:
        raise Problem("--slice: cannot be had with --precision: one slice cannot tell how precise all are")
    from familyflow.results.precision import Precision, known

    return Precision(share, known(measures))


def _most(draws: int) -> int:
    """Return the most draws that a precision may take: as asked, and many when nothing was."""
    source = click.get_current_context().get_parameter_source("draws")
    return DRAWS_FOR_PRECISION if source is click.core.ParameterSource.DEFAULT else draws


def _refuse_with_dask(dask: str | None, workers: int | None, part: Slice | None) -> None:
    """Refuse what cannot be had on a cluster."""
    for name, given in (("--workers", workers), ("--slice", part)):
        if dask is not None and given is not None:
            raise Problem(f"{name}: cannot be had with --dask, whose cluster has its own workers")
