"""familyflow assumptions: numbers that were edited in a workbook, read back into a scenario."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def assumptions() -> None:
    """Bring a workbook's edited assumptions back."""


@assumptions.command("import")
@click.argument("book", type=click.Path(path_type=Path), metavar="BOOK.xlsx")
@click.option("--scenario", required=True, help="The scenario that the workbook was made from.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE.toml", help="The scenario file to write."
)
def import_(*, book: Path, scenario: str, out: Path) -> None:
    """Write a scenario with the assumptions that were edited in a workbook.

    Each edited number is marked as assumed, and its note says what it was.
    """
    from familyflow import api

    changes = api.import_assumptions(book, scenario, out)
    for name, (before, after) in changes.items():
        click.echo(f"{name}: {before:g} -> {after:g}")
    click.echo(f"In {out}: {len(changes)} assumption{'s' if len(changes) != 1 else ''} edited in {book.name}")
