"""familyflow compare: councils and schedules in one table and on one page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from familyflow.cli import study
from familyflow.cli.progress import telling
from familyflow.ground import paths
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from familyflow.api import Results
    from familyflow.experiment.plan import Plan
    from familyflow.ground.progress import Progress


@click.command()
@click.argument("given", metavar="SCENARIO_OR_FOLDER...", nargs=-1, required=True)
@study.options
@study.reading()
@study.settings
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.html",
    help="The page to write.  [default: outputs/compare-NAMES.html]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON and nothing else.")
@click.option("--quiet", is_flag=True, help="Say nothing of progress.")
def compare(  # noqa: PLR0913 - each is an option
    *,
    given: tuple[str, ...],
    draws: int,
    schedules: tuple[str, ...],
    years: int | None,
    seed: int,
    workers: int | None,
    reading: str,
    settings: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Put councils and schedules side by side, in one table and on one page.

    Each argument is a scenario, which is run as by 'familyflow run' or resumed or taken as it is finished, or the
    folder of a finished run, which is taken as it is, whatever reading and settings it has.
    """
    from familyflow.ground.files import refuse_unwritable

    # What cannot be used is said at once, before anything is run.
    wanted = partial(
        _planned, draws=draws, schedules=schedules, years=years, seed=seed, reading=reading, settings=settings
    )
    asked = {name: _asked(name, wanted, schedules) for name in _once(given)}
    _refuse_same(asked)
    page = out or Path("outputs", f"compare-{'-'.join(map(_short, asked.values()))}.html")
    refuse_unwritable(page.parent)
    if page.is_dir():
        raise Problem(f"--out {page}: is a folder; give a file such as {page / 'compare.html'}")
    with telling(json=as_json, quiet=quiet) as tell:
        from familyflow import api

        runs = [each if isinstance(each, Path) else _finished(each, workers, tell) for each in asked.values()]
        comparison = api.compare(runs, schedules)
        tell("writing the page", 0, 0)
        comparison.save(page)
    if as_json:
        click.echo(comparison.json(), nl=False)
        return
    comparison.show()
    click.echo(f"In {page}: the same, with charts, claims and teams")


def _once(given: Sequence[str]) -> Sequence[str]:
    """Refuse an argument that is given twice."""
    for name in given:
        if given.count(name) > 1:
            raise Problem(f"'{name}': is given twice; give each scenario or folder once")
    return given


def _asked(name: str, wanted: Callable[[str], Plan], schedules: Sequence[str]) -> Plan | Path:
    """Return the plan of a scenario, or the folder of a finished run; Problem when it is neither."""
    folder = Path(name)
    if folder.is_dir() and name not in paths.names("scenarios", ".toml"):
        return _finished_folder(folder, schedules)
    return wanted(name)


def _planned(
    name: str,
    *,
    draws: int,
    schedules: Sequence[str],
    years: int | None,
    seed: int,
    reading: str,
    settings: Sequence[str],
) -> Plan:
    """Plan a scenario's run as it is asked for."""
    from familyflow.experiment.plan import planned
    from familyflow.scenario import load

    opened = load(name, reading=reading, settings=settings)
    return planned(opened, draws=draws, schedules=schedules, years=years, seed=seed)


def _finished_folder(folder: Path, schedules: Sequence[str]) -> Path:
    """Return a folder back; Problem when it holds no finished run, or one without a schedule."""
    from familyflow.experiment import store
    from familyflow.results import json as documents

    if not store.joined(folder):
        raise Problem(f"{folder}: holds no finished run; give the scenario, or a folder that 'familyflow run' finished")
    documents.only(documents.read(folder / documents.RESULTS), schedules, str(folder))
    return folder


def _refuse_same(asked: Mapping[str, Plan | Path]) -> None:
    """Refuse two arguments that stand for the same run."""
    from familyflow.experiment import store

    seen: dict[Path, str] = {}
    for name, each in asked.items():
        folder = (each if isinstance(each, Path) else store.default_folder(store.manifest(each))).resolve()
        if folder in seen:
            raise Problem(f"'{seen[folder]}' and '{name}': are the same run; give it once")
        seen[folder] = name


def _short(each: Plan | Path) -> str:
    """Name a run briefly, as a part of the page's name."""
    return (each.name or "here") if isinstance(each, Path) else each.scenario.name


def _finished(plan: Plan, workers: int | None, tell: Progress) -> Results:
    """Run a plan, or take what it left when it was finished."""
    from familyflow import api

    tell(study.headline(plan), 0, 0)
    results = api.run(plan, workers=workers, tell=tell, extent=api.FIRST)
    if not results.saved:
        results.save(tell)
    return results
