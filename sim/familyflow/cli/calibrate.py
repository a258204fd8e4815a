"""familyflow calibrate: how well the fitted rates reproduce what was published."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli.progress import telling

if TYPE_CHECKING:
    import pandas as pd

FIT: Final = "fit.csv"
_WIDTH: Final = 120


@click.command()
@click.argument("scenario")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for fit.csv.  [default: outputs/SCENARIO]",
)
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def calibrate(*, scenario: str, out: Path | None, quiet: bool) -> None:
    """Fit the unknown rates to the published figures; print the fit, and save it as fit.csv."""
    from familyflow.experiment.files import refuse_unwritable
    from familyflow.scenario import load

    loaded = load(scenario)
    path = (out or Path("outputs") / loaded.name) / FIT
    refuse_unwritable(path.parent)
    with telling(json=False, quiet=quiet) as tell:
        tell(f"{loaded.title}: fitting the rates to the published figures", 0, 0)
        from familyflow.calibrate import fit

        table = fit(loaded, tell=tell).table
    _save(table, path)
    click.echo(f"{loaded.title}\n")
    _show(table)
    click.echo(f"In {path}")


def _save(table: pd.DataFrame, path: Path) -> None:
    """Write the fit, all of it or nothing; Problem when that is impossible."""
    from familyflow.experiment.files import plain_words, writing

    with plain_words(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def _show(table: pd.DataFrame) -> None:
    """Print the fit: a row a target, numbers to four digits."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in table.columns:
        numeric = table[name].dtype.kind in "fi"
        shown.add_column(str(name).replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*map(cell, row))
    Console(width=_WIDTH, highlight=False, markup=False, emoji=False).print(shown)


def cell(value: object) -> str:
    """Write one cell: a number to four digits, a gap as nothing."""
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:,.4g}"
    return str(value)
