"""familyflow evidence: the published figures in use, and how they are brought up to date."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.ground import evidence as in_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.calibrate.evidence.update import Change
    from familyflow.calibrate.trends.adopters import Record

_LISTED: Final = 40


@click.group("evidence")
def evidence() -> None:
    """Show the published figures, update them, or compare councils that took up Family Safeguarding with others."""


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
    from familyflow.calibrate.evidence import update as updating

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

    from familyflow.calibrate.evidence.lookup import COLUMNS, title, told

    rows = told(council, measures)
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in COLUMNS:
        shown.add_column(name, justify="right" if name in {"year", "value"} else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    click.echo(title(council))
    Console(width=140, highlight=False, markup=False, emoji=False).print(shown)


@evidence.command()
@click.option("--measure", "measures", multiple=True, metavar="NAME", help="Print this measure; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON and nothing else.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the page, its tables and figures too."
)
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def adopters(*, measures: tuple[str, ...], as_json: bool, out: Path | None, quiet: bool) -> None:
    """Compare councils that took up Family Safeguarding with what was forecast of them from before they began.

    From the table in use and the shipped forecaster, by measure and year since they began, beside all other councils
    and the twelve nearest, with placebos. Some seconds.
    """
    from json import dumps

    from familyflow.cli.progress import telling
    from familyflow.ground.files import refuse_unwritable

    if out is not None:
        refuse_unwritable(out)
    with telling(json=as_json, quiet=quiet) as tell:
        from familyflow.calibrate.trends import adopters as asked
        from familyflow.calibrate.trends.departures import chosen
        from familyflow.report.markdown import adopters as report

        chosen(measures)
        given = asked.study(tell=tell)
        tell("putting councils together", 0, 0)
        wanted = measures if out is None else ()
        record = asked.Record(asked.estimates(given, wanted), asked.departures(given, wanted))
        page = None if out is None else report.save(record, out)
    if as_json:
        click.echo(dumps(report.document(record), indent=2))
    else:
        _show_adopters(record, measures)
        if page is not None:
            click.echo(f"In {page}: the same in plain words, with figures and tables beside it")


def _show_adopters(record: Record, measures: tuple[str, ...]) -> None:
    """Print a row a measure and year, and what is doubtful of it."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from familyflow.report.markdown import adopters as report

    shown = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for i, name in enumerate(report.PRINTED):
        shown.add_column(name, justify="right" if i else "left", no_wrap="range" in name or not i)
    for row in report.printed(record, measures):
        shown.add_row(*row)
    console = Console(width=130, highlight=False, markup=False, emoji=False)
    console.print(shown)
    for line in report.said(record, measures):
        console.print(line)
