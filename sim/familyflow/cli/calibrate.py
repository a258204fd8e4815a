"""familyflow calibrate: how well the fitted rates reproduce what was published, and what that leaves open."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli import study
from familyflow.cli.progress import telling

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.api import Experiment

_SHOWN: Final = ("target", "published", "low", "high", "fitted", "simulated", "mc_error", "residual", "status")
"""The columns that are printed; the others are in the file."""
_WIDTH: Final = 120


@click.command()
@click.argument("scenario", metavar="COUNCIL_OR_SCENARIO")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the page, tables and figures.  [default: outputs/SCENARIO]",
)
@study.settings
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def calibrate(*, scenario: str, out: Path | None, settings: tuple[str, ...], quiet: bool) -> None:
    """Fit the unknown rates to the published figures; print the fit, and write its page, tables and figures."""
    from familyflow.ground.files import refuse_unwritable

    opened = open_one(scenario, settings)
    loaded = opened.scenario
    folder = out or Path("outputs") / loaded.name
    refuse_unwritable(folder)
    with telling(json=False, quiet=quiet) as tell:
        tell(f"{loaded.title}: fitting the rates to the published figures", 0, 0)
        found = opened.calibrate(tell)
        written = found.save(folder, tell)
    click.echo(f"{loaded.title}\n")
    _show(found.account.table)
    for note in found.account.notes:
        click.echo(note)
    click.echo(f"In {folder}: {', '.join(path.name for path in written)} and figures")


def open_one(council_or_scenario: str, settings: tuple[str, ...] = ()) -> Experiment:
    """Open a scenario by its shipped name or its path, or a council by its name; Problem when there is none.

    A council without a scenario is given one, as `familyflow new` does, in its own folder of outputs.
    """
    from familyflow import api
    from familyflow.calibrate.baseline import draft
    from familyflow.calibrate.evidence import councils
    from familyflow.ground import paths
    from familyflow.scenario.text import SUFFIX

    given = Path(council_or_scenario)
    if council_or_scenario in paths.names("scenarios", SUFFIX) or given.suffix == SUFFIX or given.exists():
        return api.load(council_or_scenario, settings=settings)
    name = draft.short_name(councils.find(councils.read(), council_or_scenario).name)
    made = api.new(council_or_scenario, out=Path("outputs") / name / f"{name}{SUFFIX}", force=True)
    return api.load(made.scenario.path, settings=settings) if settings else made


def _show(table: pd.DataFrame) -> None:
    """Print the fit: a row a target, numbers to four digits."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    names = [name for name in _SHOWN if name in table]
    for name in names:
        numeric = table[name].dtype.kind in "fi"
        shown.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in table[names].itertuples(index=False):
        shown.add_row(*map(cell, row))
    Console(width=_WIDTH, highlight=False, markup=False, emoji=False).print(shown)


def cell(value: object) -> str:
    """Write one cell: a number to four digits, a gap as nothing."""
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:,.4g}"
    return str(value)
