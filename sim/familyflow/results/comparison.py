"""Schedules and councils side by side: one row for each, worked out from the documents that runs leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from math import nan
from typing import TYPE_CHECKING, Final

from familyflow.results.claims import ANSWERED, SUPPORTED
from familyflow.results.json import plain
from familyflow.results.measures import NO_CHANGE, RANGE, measure
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.results.json import Document

CASELOAD: Final = measure("caseload_mean").unit
PER: Final = 10_000
RATE: Final = "children per 10,000 a year"
PAIRED: Final = (
    "Schedules of one council share families and luck, so their differences are like for like. Councils are different "
    "families: a difference between councils is not."
)
_ALIKE: Final = {
    "draws": "Draws differ ({}): ranges and probabilities are not equally precise.",
    "years": "Horizons differ in years ({}): compare what is given per year, not totals.",
    "price_year": "Price years differ ({}): money is not in the same prices.",
    "version": "Versions of familyflow differ ({}): the same scenario need not give the same numbers.",
}


SHOWN: Final = ("mean", "p5", "p95")
"""What is shown of an outcome side by side."""


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule of one council. Children are children, money GBP; no change has no differences from itself.

    `entries` are care entries averted, `entries_rate` the same per 10,000 children under 18 a year, `on_cp` the
    change in children on CP plans at the end; `repaid` is the probability that the gross saving, not all of it cash, is
    more than the cost; `supported` of the `claims` that fall due
    within the run are supported.
    """

    council: str
    schedule: str
    title: str
    entries: Outcome
    entries_rate: Outcome
    on_cp: Outcome
    caseload: float
    caseload_change: Outcome
    worst_quarter: Outcome
    cost: float
    displaced: float
    net: Outcome
    repaid: float
    supported: int
    claims: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run to be compared: its label, unlike any other, and its document."""

    label: str
    document: Document

    @property
    def heading(self) -> str:
        """Name the council and how many children it has."""
        return f"{self.label}, {self.document['children']:,.0f} children under 18"


def labelled(given: Sequence[tuple[str, Document]]) -> list[Run]:
    """Label runs by their authority, and by the name under which they were given where that is not enough."""
    named = Counter(document["authority"] for _, document in given)
    labels = [
        document["authority"] if named[document["authority"]] == 1 else f"{document['authority']} ({name})"
        for name, document in given
    ]
    return [Run(label, document) for label, (_, document) in zip(labels, given, strict=True)]


def rows(run: Run) -> list[Row]:
    """Return a row for each schedule of a run, no change first."""
    return [_row(run, name, found) for name, found in run.document["schedules"].items()]


def _row(run: Run, name: str, found: Document) -> Row:
    """Return the row of one schedule."""
    document, measures, changes = run.document, found["measures"], found["differences"]
    entries = _outcome(measures, "care_entries_averted", name)
    verdicts = [claim["verdict"] for claim in found["claims"] if claim["verdict"] in ANSWERED]
    return Row(
        council=run.label,
        schedule=name,
        title=found["title"],
        entries=entries,
        entries_rate=entries.times(PER / document["children"] / document["years"]),
        on_cp=_outcome(changes, "children_on_cp_end", name),
        caseload=_outcome(measures, "caseload_mean", name).mean,
        caseload_change=_outcome(changes, "caseload_mean", name),
        worst_quarter=_outcome(measures, "caseload_worst_quarter", name),
        cost=_outcome(measures, "programme_cost_gbp", name).mean,
        displaced=_outcome(measures, "displaced_gbp", name).mean,
        net=_outcome(measures, "net_saving_gbp", name),
        repaid=_repaid(measures, name),
        supported=verdicts.count(SUPPORTED),
        claims=len(verdicts),
    )


def _shown(row: Row) -> Document:
    """Return a row as a document has it: of an outcome its average and its range."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    found = {name: each for name, each in values.items() if isinstance(each, Outcome)}
    return {**values, **{name: {part: getattr(each, part) for part in SHOWN} for name, each in found.items()}}


def _outcome(found: Document, name: str, schedule: str) -> Outcome:
    """Return one measure; nothing where it is missing, undefined, or no change's difference from itself."""
    if name not in found or (schedule == NO_CHANGE and measure(name).difference):
        return Outcome()
    return Outcome(**{part: nan if found[name][part] is None else found[name][part] for part in SHOWN})


def _repaid(measures: Document, schedule: str) -> float:
    """Return the probability that the gross saving is more than the cost; a gap where there is no cost to repay."""
    probability = measures["net_saving_gbp"]["probability_better"]
    free = not measures["programme_cost_gbp"]["mean"]
    return nan if schedule == NO_CHANGE or free or probability is None else float(probability)


def notes(runs: Sequence[Run]) -> list[str]:
    """Say what is not alike, and what may therefore not be read from the table."""
    found = [PAIRED] if len(runs) > 1 else []
    for key, words_for in _ALIKE.items():
        if len({run.document[key] for run in runs}) > 1:
            found.append(words_for.format(", ".join(f"{run.label} {run.document[key]}" for run in runs)))
    if len({(run.document["reading"], *run.document["settings"]) for run in runs}) > 1:
        given = ", ".join(f"{run.label} {_asked_for(run)}" for run in runs)
        found.append(f"Effects or numbers were not asked for alike: {given}.")
    if any(run.document["draws"] == 1 for run in runs):
        found.append(f"One draw shows no {RANGE}, and no probability: run more draws.")
    return found


def _asked_for(run: Run) -> str:
    """Write a run's reading of the evidence, and what was set for it."""
    return " with ".join(filter(None, [run.document["reading"], ", ".join(run.document["settings"])]))


def document(runs: Sequence[Run]) -> Document:
    """Return the comparison as plain values: rows, notes and the documents themselves."""
    every = [_shown(row) for run in runs for row in rows(run)]
    return {"rows": plain(every), "notes": notes(runs), "runs": [run.document for run in runs]}
