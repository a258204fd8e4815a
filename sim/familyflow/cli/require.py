"""familyflow require: what would have to be true for a saving by a date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from familyflow.cli import study
from familyflow.cli.progress import telling
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from datetime import datetime

MOST: Final = 1e12


@click.command()
@click.argument("scenario")
@click.option("--saving", type=float, required=True, metavar="GBP", help="The net saving wanted, pounds of each year.")
@click.option("--by", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="By when, as 2024-03-31.")
@study.options
@study.reading()
@study.settings
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.csv", help="The table to write.  [default: none is written]"
)
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def require(  # noqa: PLR0913 - each is an option
    *,
    scenario: str,
    saving: float,
    by: datetime,
    draws: int,
    schedules: tuple[str, ...],
    years: int | None,
    seed: int,
    workers: int | None,
    reading: str,
    settings: tuple[str, ...],
    out: Path | None,
    quiet: bool,
) -> None:
    """Say what would have to be true for a schedule to save so much by a date.

    The saving is cash less the programme's cost since day 0. One schedule is simulated under each reading of the
    evidence, with its effects weaker and stronger, and later: the smallest effect, the latest start and the largest
    cost that still meet it. Without --schedule it is the first one after no change.
    """
    from familyflow.experiment.plan import planned
    from familyflow.ground.files import plain_words, refuse_unwritable, writing
    from familyflow.scenario import load

    if not abs(saving) <= MOST:
        raise Problem(f"--saving {saving:g}: must be a number of pounds within {MOST:,.0f} of 0")
    opened = load(scenario, reading=reading, settings=settings)
    plan = planned(opened, draws=draws, schedules=[_one(schedules, list(opened.schedules))], years=years, seed=seed)
    if out is not None:
        refuse_unwritable(out.parent)
    with telling(json=False, quiet=quiet) as tell:
        tell(study.headline(plan), 0, 0)
        from familyflow import api

        found = api.require(plan, saving, by.date(), workers=workers, tell=tell)
    found.show()
    if out is not None:
        with plain_words(out.parent):
            out.parent.mkdir(parents=True, exist_ok=True)
        with writing(out) as path:
            found.table.to_csv(path, index=False, lineterminator="\n", float_format="%.10g")
        click.echo(f"In {out}: every setting that was simulated")


def _one(asked: tuple[str, ...], known: list[str]) -> str:
    """Return the one schedule asked about: the first after no change when none is named."""
    from familyflow.scenario.vocabulary import NO_CHANGE

    others = [name for name in (asked or known) if name != NO_CHANGE]
    if not others or len(asked) > 1:
        raise Problem("--schedule: name one schedule, another than no_change")
    return others[0]
