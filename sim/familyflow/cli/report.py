"""familyflow report: the page and the paper of a finished run, made again without running anything."""

from __future__ import annotations

from pathlib import Path

import click

from familyflow.cli import publishing
from familyflow.cli.progress import telling


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN_FOLDER")
@click.option(
    "--scenario", metavar="SCENARIO", help="The scenario that was run.  [default: the shipped one of its name]"
)
@publishing.options
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def report(*, folder: Path, scenario: str | None, least: int, pdf: bool, quiet: bool) -> None:
    """Make a finished run's page, paper, figures and summaries again. Nothing is simulated."""
    wanted = publishing.publication(least, pdf=pdf)
    with telling(json=False, quiet=quiet) as tell:
        from familyflow import api

        api.finished(folder, scenario).publish(tell, wanted)
    click.echo(f"In {folder}: {', '.join(publishing.left_behind(wanted))}")
