"""The files that a run leaves for its readers: tables, figures, page, paper and workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.calibrate import of_run
from familyflow.experiment import store
from familyflow.experiment.files import plain_words, writing
from familyflow.report import figures, readings, verdict, words
from familyflow.report import json as report_json
from familyflow.report import workbook as workbooks
from familyflow.report.content.material import Material, with_images
from familyflow.report.content.money import pictures_of_money
from familyflow.report.frames import titles_of
from familyflow.report.measures import NO_CHANGE
from familyflow.report.publication import Publication, write_report, write_tables
from familyflow.report.workbook import edited
from familyflow.scenario import timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.api.results import Results
    from familyflow.experiment.batch import Progress
    from familyflow.experiment.plan import Plan
    from familyflow.report.blocks import Image

FIGURES: Final = "figures"
FIT: Final = "fit.csv"
WORKBOOK: Final = "workbook.xlsx"


def save(results: Results, tell: Progress, wanted: Publication) -> None:
    """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
    tell("adding up money and measures", 0, 0)
    store.write_table(results.money, results.folder / "money.parquet")
    tell("appraising the case", 0, 0)
    results.case.save(results.folder)
    if not (results.folder / FIT).exists():  # it belongs to the scenario: one fit serves the folder for good
        tell("checking the fit", 0, 0)
        fitted = of_run(results.plan.scenario, results.monthly, results.central())
        with writing(results.folder / FIT) as path:
            fitted.table.to_csv(path, index=False, lineterminator="\n")
    publish(results, tell, wanted)
    tell("writing the workbook", 0, 0)
    write_workbook(results, results.folder / WORKBOOK)
    with writing(results.folder / report_json.RESULTS) as path:  # last: with it the folder is complete
        path.write_text(results.json(), encoding="utf-8")


def publish(results: Results, tell: Progress, wanted: Publication) -> None:
    """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
    write_tables(results.findings, results.folder, wanted)
    if results.readings:
        with writing(results.folder / readings.FILE) as path:
            readings.write(results.readings, path)
    tell("drawing the figures", 0, 0)
    with plain_words(results.folder / FIGURES):
        (results.folder / FIGURES).mkdir(exist_ok=True)
        material = _material(results, _figures(results, wanted.least), wanted.least)
        of_money = [figures.saved(each, results.folder / FIGURES) for each in pictures_of_money(material)]
    tell("writing the page and the paper", 0, 0)
    write_report(with_images(material, of_money), results.folder, wanted)


def write_workbook(results: Results, path: Path) -> None:
    """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
    scenario = results.plan.scenario
    made = workbooks.model(results.assumptions, results.activity, titles_of(scenario, results.plan.schedules))
    contents = workbooks.Contents(
        model=made,
        as_run=made.a,
        origin=_origin(results, made.draws),
        quantities=scenario.quantities,
        sources=scenario.sources,
        claims=results.claims,
        identity=edited.identity(scenario, __version__),
        readings=results.readings,
    )
    with writing(path) as temporary:
        workbooks.write(contents, temporary)


def _origin(results: Results, held: int) -> workbooks.Origin:
    """Say what a workbook's Summary says: the answers in words, and how the run was made."""
    plan, scenario = results.plan, results.plan.scenario
    titles = titles_of(scenario, plan.schedules)
    compared = [name for name in plan.schedules if name != NO_CHANGE]
    children = [words.answer(results.summary, name, titles[name], results.end) for name in compared]
    answers = [*verdict.sentences(results.case, titles), *children]
    fewer = f"This workbook holds the first {held} of the run's {plan.draws} draws, so that it opens quickly."
    all_of = f"This workbook holds all {words.draws(plan.draws)} of the run."
    run = f"familyflow {__version__}, scenario {scenario.name} ({scenario.digest[:12]}), seed {plan.seed}"
    made = [
        fewer if held < plan.draws else all_of,
        f"{run}, {plan.years} years from {words.day(scenario.start)} to {words.day(results.end)}.",
        readings.stands_on(scenario),
        "Yellow cells on Assumptions may be edited. Grey sheets are what the others are made of.",
    ]
    return workbooks.Origin(scenario.title, answers, made)


def _figures(results: Results, least: int) -> list[Image]:
    """Draw every figure of children, caseloads and the rollout into the folder."""
    return figures.save_all(
        results.folder / store.MONTHLY,
        results.money,
        results.plan.scenario,
        _timelines(results.plan),
        results.folder / FIGURES,
        least,
    )


def _material(results: Results, images: Sequence[Image], least: int) -> Material:
    """Give all that the page and the paper are made from."""
    return Material(
        plan=results.plan,
        findings=results.findings,
        case=results.case,
        images={each.name: each for each in images},
        timelines=_timelines(results.plan),
        manifest=store.read_manifest(results.folder),
        end=results.end,
        least=least,
        readings=results.readings,
    )


def _timelines(plan: Plan) -> dict[str, timeline.Timeline]:
    """Give each schedule's timeline at the central values."""
    values = plan.scenario.central()
    return {name: timeline.build(plan.scenario, name, values) for name in plan.schedules}
