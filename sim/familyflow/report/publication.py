"""What a finished run leaves for readers: tables, a page and a paper; counts of children withheld on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.calibrate.fit import of_run
from familyflow.experiment import store
from familyflow.ground.files import plain_words, writing
from familyflow.report import suppress, words
from familyflow.report import xlsx as workbooks
from familyflow.report.document import glossary
from familyflow.report.document.case_in_words import sentences
from familyflow.report.document.inputs import Material, with_images
from familyflow.report.document.money import pictures_of_money
from familyflow.report.document.report import cover, page_lead, page_sections, paper_sections
from familyflow.report.document.summary import summary as summed_up
from familyflow.report.docx.paper import paper
from familyflow.report.figures import save as figures
from familyflow.report.html.pdf import pdf
from familyflow.report.html.run import page
from familyflow.report.xlsx import edits
from familyflow.results import adult_workers, caseloads, claims, precision, readings
from familyflow.results import json as results_json
from familyflow.results import summary as tables
from familyflow.results.investment_case import brings_money
from familyflow.results.measures import NO_CHANGE
from familyflow.results.monthly import titles_of
from familyflow.scenario import timeline
from familyflow.scenario.readings import stands_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.experiment.plan import Plan
    from familyflow.experiment.study import Study
    from familyflow.ground.progress import Progress
    from familyflow.report.document.blocks import Section
    from familyflow.report.figures.style import Image
    from familyflow.results.findings import Findings
    from familyflow.results.json import Document

FIGURES: Final = "figures"
FIT: Final = "fit.csv"
WORKBOOK: Final = "workbook.xlsx"
PAGE: Final = "report.html"
PAPER: Final = "paper.docx"
PRINT: Final = "report.pdf"


@dataclass(frozen=True, slots=True)
class Publication:
    """How a run is published: counts of children below `least` withheld (0: none), and as a PDF too."""

    least: int = 0
    pdf: bool = False


PLAIN: Final = Publication()


def write_tables(findings: Findings, folder: Path, wanted: Publication) -> None:
    """Write the tidy summaries into a folder that exists."""
    summary, answers = findings.summary, findings.claims
    if wanted.least:
        summary, answers = suppress.summary(summary, wanted.least), suppress.claims(answers, wanted.least)
    with writing(folder / "summary.csv") as path:
        tables.write_summary(summary, path)
    with writing(folder / "claims.csv") as path:
        claims.write(answers, path)
    with writing(folder / "caseloads.csv") as path:
        caseloads.write(findings.caseloads, path)
    with writing(folder / "waits.csv") as path:
        adult_workers.write(findings.waits, path)


def write_report(material: Material, folder: Path, wanted: Publication) -> None:
    """Write the page and the paper into a folder that exists; Problem when a PDF cannot be made."""
    made = page(material.scenario.title, page_lead(material), page_sections(material))
    printed = pdf(made) if wanted.pdf else None
    with writing(folder / PAGE) as path:
        path.write_text(made, encoding="utf-8")
    with writing(folder / PAPER) as path:
        path.write_bytes(paper(cover(material), paper_sections(material)))
    if printed is not None:
        with writing(folder / PRINT) as path:
            path.write_bytes(printed)


def save(study: Study, tell: Progress, wanted: Publication) -> None:
    """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
    tell("adding up money and measures", 0, 0)
    store.write_table(study.money, study.folder / "money.parquet")
    tell("appraising the case", 0, 0)
    study.case.save(study.folder)
    if not (study.folder / FIT).exists():  # it belongs to the scenario: one fit serves the folder for good
        tell("checking the fit", 0, 0)
        fitted = of_run(study.plan.scenario, study.monthly, study.central.solution)
        with writing(study.folder / FIT) as path:
            fitted.table.to_csv(path, index=False, lineterminator="\n")
    publish(study, tell, wanted)
    tell("writing the workbook", 0, 0)
    write_workbook(study, study.folder / WORKBOOK)
    with writing(study.folder / results_json.RESULTS) as path:  # last: with it the folder is complete
        path.write_text(results_json.text(document(study)), encoding="utf-8")


def publish(study: Study, tell: Progress, wanted: Publication) -> None:
    """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
    write_tables(study.findings, study.folder, wanted)
    if study.readings:
        with writing(study.folder / readings.FILE) as path:
            readings.write(study.readings, path)
    tell("drawing the figures", 0, 0)
    with plain_words(study.folder / FIGURES):
        (study.folder / FIGURES).mkdir(exist_ok=True)
        material = _material(study, _figures(study, wanted.least), wanted.least)
        of_money = [figures.saved(each, study.folder / FIGURES) for each in pictures_of_money(material)]
    tell("writing the page and the paper", 0, 0)
    write_report(with_images(material, of_money), study.folder, wanted)


def write_workbook(study: Study, path: Path) -> None:
    """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
    scenario = study.plan.scenario
    made = workbooks.build_model(study.assumptions, study.activity, titles_of(scenario, study.plan.schedules))
    contents = workbooks.Contents(
        model=made,
        as_run=made.a,
        origin=_origin(study, made.draws),
        quantities=scenario.quantities,
        sources=scenario.sources,
        claims=study.claims,
        identity=edits.identity(scenario, __version__),
        readings=study.readings,
        apart=workbooks.Apart(study.case.after_table, study.case.bridge_table),
    )
    with writing(path) as temporary:
        workbooks.write(contents, temporary)


def _origin(study: Study, held: int) -> workbooks.Origin:
    """Say what a workbook's Summary says: the answers in words, and how the run was made."""
    plan, scenario = study.plan, study.plan.scenario
    titles = titles_of(scenario, plan.schedules)
    compared = [name for name in plan.schedules if name != NO_CHANGE]
    children = [words.answer(study.summary, name, titles[name], study.end) for name in compared]
    answers = [*sentences(study.case, titles), *children]
    fewer = f"This workbook holds the first {held} of the run's {plan.draws} draws, so that it opens quickly."
    all_of = f"This workbook holds all {words.draws(plan.draws)} of the run."
    run = f"familyflow {__version__}, scenario {scenario.name} ({scenario.digest[:12]}), seed {plan.seed}"
    made = [
        fewer if held < plan.draws else all_of,
        f"{run}, {plan.years} years from {words.day(scenario.start)} to {words.day(study.end)}.",
        stands_on(scenario),
        "Yellow cells on Assumptions may be edited. Grey sheets are what the others are made of.",
    ]
    return workbooks.Origin(scenario.title, answers, made)


def summary(study: Study) -> Section:
    """Return the summary that page and paper begin with."""
    return summed_up(_material(study, [], 0))


def _figures(study: Study, least: int) -> list[Image]:
    """Draw every figure of children, caseloads and the rollout into the folder."""
    return figures.save_all(
        study.folder / store.MONTHLY,
        study.money,
        study.plan.scenario,
        _timelines(study.plan),
        study.folder / FIGURES,
        least,
    )


def _material(study: Study, images: Sequence[Image], least: int) -> Material:
    """Return all that the page and the paper are made from."""
    return Material(
        plan=study.plan,
        findings=study.findings,
        case=study.case,
        images={each.name: each for each in images},
        timelines=_timelines(study.plan),
        manifest=store.read_manifest(study.folder),
        end=study.end,
        least=least,
        readings=study.readings,
    )


def _timelines(plan: Plan) -> dict[str, timeline.Timeline]:
    """Return each schedule's timeline at the central values."""
    values = plan.scenario.central()
    return {name: timeline.build(plan.scenario, name, values) for name in plan.schedules}


def document(study: Study) -> Document:
    """Return the results over the whole horizon as plain values."""
    plan, scenario = study.plan, study.plan.scenario
    origin = results_json.Origin(
        scenario=scenario.name,
        version=__version__,
        seed=plan.seed,
        draws=plan.draws,
        title=scenario.title,
        authority=scenario.authority,
        start=scenario.start,
        end=study.end,
        years=plan.years,
        price_year=scenario.price_year,
        children=scenario.quantities["population.children"].value,
        reading=scenario.reading,
        settings=scenario.settings,
    )
    made = results_json.document(origin, study.findings, titles_of(scenario, plan.schedules))
    for name, money in results_json.money(study.case).items():
        made["schedules"][name]["money"] = results_json.plain(money)
    made["definitions"] = glossary.definitions(income=brings_money(study.case), budget=study.case.budget is not None)
    rows = study.case.information_table.to_dict("records")
    made["information"] = results_json.plain([{str(key): value for key, value in row.items()} for row in rows])
    if study.readings:
        made["readings"] = results_json.plain(readings.document(study.readings))
    if plan.precision:
        errors = precision.errors(study.summary, plan.precision.measures)
        made["precision"] = results_json.plain(precision.document(errors, plan.precision))
    return made
