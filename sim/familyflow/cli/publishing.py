"""The options that say how a run is published, shared by the commands that publish one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.report.publication import Publication

Command = TypeVar("Command", bound="Callable[..., Any]")
MOST_WITHHELD: Final = 100
_OPTIONS: Final = (
    click.option(
        "--suppress",
        "least",
        type=click.IntRange(0, MOST_WITHHELD),
        default=0,
        metavar="N",
        help="Withhold counts of children below N, such as 6, in page, paper, figures and summaries.  [default: none]",
    ),
    click.option("--pdf", is_flag=True, help="Write the page as report.pdf too; needs the extra 'pdf'."),
)


def options(command: Command) -> Command:
    """Return a command the options suppress and pdf."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def publication(least: int, *, pdf: bool) -> Publication:
    """Return how to publish; Problem at once where a PDF is asked for and cannot be made."""
    from familyflow.report.html.pdf import refuse_without
    from familyflow.report.publication import Publication

    if pdf:
        refuse_without()
    return Publication(least, pdf)


def left_behind(wanted: Publication) -> list[str]:
    """Name the files that publishing leaves."""
    from familyflow.report.publication import PAGE, PAPER, PRINT

    tables = ["summary.csv", "claims.csv", "caseloads.csv", "waits.csv"]
    return [PAGE, PAPER, *([PRINT] if wanted.pdf else []), *tables, "figures"]
