"""familyflow merge: the slices of one study, run on several machines, put together."""

from __future__ import annotations

from pathlib import Path

import click

from familyflow.cli.progress import telling


@click.command()
@click.argument("scenario")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder for the results of all.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def merge(*, scenario: str, folders: tuple[Path, ...], out: Path, quiet: bool) -> None:
    """Put the slices that `run --slice` has made together: the same files as from one run.

    Each slice is to be there, whole and once.
    """
    from familyflow.experiment.store import refuse_unusable
    from familyflow.scenario import load

    opened = load(scenario)
    refuse_unusable(out)
    with telling(json=False, quiet=quiet) as tell:
        from familyflow import api

        results = api.merge(opened, folders, out, tell=tell)
        results.save(tell)
    results.show()
    click.echo(f"In {results.folder}: {results.plan.draws} draws of {len(folders)} slices")
