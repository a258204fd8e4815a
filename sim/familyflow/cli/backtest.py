"""familyflow backtest: what would have been forecast from each past year on, and what then came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from familyflow.cli.progress import telling
from familyflow.ground.defaults import LARGEST_SEED
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.calibrate.trends.history import Panel
    from familyflow.report.markdown.track_record import Record


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Score councils of a table like calibration/councils.csv instead; those shipped are left out.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("outputs", "backtest"),
    show_default=True,
    help="The folder for the page, its figures and tables.",
)
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=1, show_default=True)
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def backtest(*, data: Path | None, out: Path, seed: int, quiet: bool) -> None:
    """Forecast councils' figures from each past year on, compare with what came, and say how good that was.

    Forecasts from a year use nothing later than that year. The shipped councils take a minute or two.
    """
    from familyflow.ground.files import refuse_unwritable

    refuse_unwritable(out)
    with telling(json=False, quiet=quiet) as tell:
        tell("reading councils' figures", 0, 0)
        from familyflow.calibrate.evidence import councils
        from familyflow.calibrate.trends import history
        from familyflow.calibrate.trends.backtest import backtest as back_cast
        from familyflow.report.markdown import track_record

        known = history.panel(councils.table())
        scored, about = (known, None) if data is None else (_unseen(data, known, history.read(data)), data)
        rows = back_cast(known, scored, seed=seed, tell=tell)
        whose = "the shipped councils" if about is None else f"the councils of {about.name}"
        origins = tuple(sorted({int(year) for year in rows["origin"]}))
        count = int(rows["council"].nunique())
        told = track_record.About(whose, count, origins, scored.years[-1], seed, shipped=about is None)
        found = track_record.record(told, rows)
        tell("writing the page", 0, 0)
        page = track_record.save(found, out)
    _show(found)
    click.echo(f"In {page}: the same in plain words, with figures; tables are in {page.parent / track_record.FOLDER}")


def _unseen(data: Path, known: Panel, table: pd.DataFrame) -> Panel:
    """Return the places of a table that are not shipped, and say which are left out; Problem when none is left."""
    from familyflow.calibrate.trends.history import panel

    every = panel(table)
    fresh = [each for each in every.places if each not in known.places]
    if not fresh:
        raise Problem(f"{data}: every council in it is in the shipped table: {', '.join(every.places[:3])}, ...")
    seen = [each for each in every.places if each in known.places]
    if seen:
        click.echo(f"{data}: left out, as they are in the shipped table: {', '.join(seen)}", err=True)
    return every.of(fresh)


def _show(found: Record) -> None:
    """Print a row a cell: whether ranges held, and skill."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from familyflow.calibrate.trends.naive import NAIVE, TITLES

    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    headings = ("measure", "years ahead", "forecasts", "50% held", "80% held", "95% held")
    for i, name in enumerate((*headings, *(f"skill: {TITLES[each]}" for each in NAIVE))):
        shown.add_column(name, justify="right" if i else "left", no_wrap=not i)
    for row in found.cells.to_dict("records"):
        held = (f"{row[f'held_{each}']:.1%}" for each in (50, 80, 95))
        skills = (f"{row[f'skill_{each}']:+.1%}" for each in NAIVE)
        shown.add_row(row["measure"], str(row["horizon"] or ""), str(row["forecasts"]), *held, *skills)
    Console(width=130, highlight=False, markup=False, emoji=False).print(shown)
