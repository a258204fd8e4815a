"""familyflow evidence: the published figures in use, and how they are brought up to date."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.ground import evidence as in_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.calibrate.update import Change

_LISTED: Final = 40


@click.group("evidence")
def evidence() -> None:
    """Show the published figures, or bring them up to date with a new release."""


@evidence.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"The folder for the updated tables.  [default: that of {in_use.FOLDER}, else evidence]",
)
@click.option("--release", metavar="TEXT", help="What to call the release.  [default: by the file's last year]")
@click.option("--changes", type=click.Path(path_type=Path, dir_okay=False), help="Write every change to this CSV file.")
def update(*, files: tuple[Path, ...], out: Path | None, release: str | None, changes: Path | None) -> None:
    """Take in the Department for Education's open-data files, as downloaded, or a table in the product's layout.

    The folder's own tables are updated where it has any, else the ones in use. Every file is checked before anything is
    written.
    """
    from familyflow.calibrate import update as updating

    folder = out or in_use.named() or Path("evidence")
    done = updating.run(files, folder, release=release, changes=changes)
    for reading in done.readings:
        rows, years = len(reading.rows), sorted({year for _, year in reading.rows})
        click.echo(
            f"{reading.path.name}: {reading.title}, {rows:,} rows, {years[0]} to {years[-1]} ({reading.release})"
        )
    click.echo("\n".join(_changed(done.changes)))
    for what, count in sorted(done.left_out.items()):
        click.echo(f"left out: {what}, {count} times")
    click.echo(f"In {folder}: {', '.join(in_use.FILES)}; {in_use.FOLDER}={folder} makes every command use them")


def _changed(changes: list[Change]) -> Iterator[str]:
    """Say what changed: how many of each kind, then each revision, as far as there is room."""
    kinds = Counter(change.kind for change in changes)
    yield ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("added", "revised", "withdrawn"))
    told = [change for change in changes if change.kind != "added"]
    yield from _told(told[:_LISTED])
    if len(told) > _LISTED:
        yield f"  and {len(told) - _LISTED:,} more: --changes FILE writes all"


def _told(changes: Iterable[Change]) -> Iterator[str]:
    """Say what was and is, figure by figure."""
    for each in changes:
        new = each.new or "no longer published"
        yield f"  {each.council} {each.year} {each.measure}: {each.old} -> {new} ({each.release})"


@evidence.command()
@click.argument("council")
@click.option("--measure", "measures", multiple=True, metavar="NAME", help="A measure, all its years; may be repeated.")
def show(council: str, measures: tuple[str, ...]) -> None:
    """Print a council's figures with their unit, source, release and status: the last of each, or all of one."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from familyflow.calibrate.shown import COLUMNS, title, told

    rows = told(council, measures)
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in COLUMNS:
        shown.add_column(name, justify="right" if name in {"year", "value"} else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    click.echo(title(council))
    Console(width=140, highlight=False, markup=False, emoji=False).print(shown)
