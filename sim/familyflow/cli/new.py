"""familyflow new: a scenario for any council, from its published figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from familyflow.cli.progress import telling
from familyflow.ground.problem import Problem

SUFFIX = ".toml"


def _day(_context: click.Context, _option: click.Parameter, given: str | None) -> date | None:
    """Read a date such as 2024-03-31."""
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError:
        raise Problem(f"--start = {given!r}: must be a date such as 2024-03-31") from None


@click.command()
@click.argument("council")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.toml", help="The file.  [default: COUNCIL.toml]")
@click.option(
    "--start", callback=_day, metavar="DATE", help="Day 0, such as 2024-03-31.  [default: 31 March of its last year]"
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def new(*, council: str, out: Path | None, start: date | None, force: bool, quiet: bool) -> None:
    """Write a scenario for a council: its baseline from published figures, a default programme, four schedules.

    What the council does not publish is borrowed from councils like it, with a wider range, and says so. The file is
    checked before it is kept: `familyflow run` takes it as it is.
    """
    if out is not None and out.suffix != SUFFIX:
        raise Problem(f"--out = {out}: must end in {SUFFIX}, as a scenario file does")
    with telling(json=False, quiet=quiet) as tell:
        tell(f"{council}: reading the published figures", 0, 0)
        from familyflow.calibrate.baseline import draft

        made = draft.write(council, start=start, out=out, force=force)
    click.echo(f"In {made.path}: {made.title}, from {made.start}")
    click.echo(f"  {made.says}")
    click.echo(f"  next: familyflow calibrate {made.path}; familyflow run {made.path}")
