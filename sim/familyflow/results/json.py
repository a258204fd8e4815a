"""The results of a study as the JSON that other programs read, this one's comparison among them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from familyflow.ground.problem import Problem, suggestion
from familyflow.results.investment_case import AS_STATED
from familyflow.results.measures import NO_CHANGE, WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from familyflow.results.findings import Findings
    from familyflow.results.investment_case import Case

Document: TypeAlias = "dict[str, Any]"
RESULTS: Final = "results.json"
"""The file of a run's folder in which its document lies."""
STATISTICS: Final = ("mean", "p5", "p50", "p95", "mc_error", "probability_better")
AMOUNTS: Final = ("mean", "p5", "p50", "p95", "mc_error")
OUTCOMES: Final = ("mean", "p5", "p95", "mc_error")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a study was: the scenario, the product's version, what was asked for, and what numbers relate to.

    `children` is the number of children under 18; `end` the last date simulated; `reading` the reading of the evidence
    and `settings` the numbers that were set, as `ID=VALUE`.
    """

    scenario: str
    version: str
    seed: int
    draws: int
    title: str
    authority: str
    start: date
    end: date
    years: int
    price_year: str
    children: float
    reading: str
    settings: tuple[str, ...]


NEEDED: Final = frozenset({*Origin.__dataclass_fields__, "schedules"})
"""Keys without which a document is none of ours."""


def document(origin: Origin, findings: Findings, titles: Mapping[str, str]) -> Document:
    """Return the results over the whole horizon as plain values; what is undefined is None.

    `titles` are those of the schedules that were run, in order.
    """
    schedules = {name: {"title": title, **_schedule(findings, name)} for name, title in titles.items()}
    return {**plain(asdict(origin)), "schedules": plain(schedules)}


def money(case: Case) -> dict[str, Document]:
    """Return each schedule's answers about money by name, as stated, and what stands apart from them.

    Each has statistics over draws, a unit, and a period where it is not the whole run.
    """
    return {name: _money(case, name) for name in case.activity.schedules}


def _money(case: Case, name: str) -> Document:
    """Return one schedule's answers."""
    stated = case.appraisal_table[case.appraisal_table["basis"] == AS_STATED]
    tables = [(stated, "measure"), (case.after_table, "item")]
    found: Document = {
        str(row[key]): {each: row[each] for each in (*AMOUNTS, "unit", "period") if each in row}
        for table, key in tables
        for row in table[table["schedule"] == name].to_dict("records")
    }
    if case.bridge_table is not None:
        found |= {"bridge": _rows(case.bridge_table, name)}
    return found


def _schedule(findings: Findings, name: str) -> Document:
    """Return what was found of one schedule."""
    whole = findings.summary[findings.summary["period"] == WHOLE]
    return {
        "measures": _by_measure(whole, name, STATISTICS),
        "differences": _by_measure(findings.differences, name, OUTCOMES),
        "teams": _rows(findings.caseloads, name),
        "claims": _rows(findings.claims, name),
        "waits": _rows(findings.waits, name),
    }


def _by_measure(table: pd.DataFrame, schedule: str, columns: tuple[str, ...]) -> dict[str, Document]:
    """Return some columns of a schedule's rows by measure."""
    rows = table[table["schedule"] == schedule]
    return {row["measure"]: {name: row[name] for name in columns} for _, row in rows.iterrows()}


def _rows(table: pd.DataFrame, schedule: str) -> list[Document]:
    """Return a schedule's rows as they are."""
    rows = table[table["schedule"] == schedule].drop(columns="schedule").to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def plain(value: Any) -> Any:  # noqa: ANN401 - any value that JSON can hold, to any depth
    """Return a value as JSON has it: no number that is not finite, dates in ISO's way."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value


def text(content: object) -> str:
    """Return plain values as JSON text that any strict reader accepts, one final line break included."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read(path: Path) -> Document:
    """Read a document that a run has left; Problem when it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        complete = set(found) >= NEEDED and NO_CHANGE in found["schedules"]
    except (OSError, ValueError, TypeError):
        complete = False
    if not complete:
        raise Problem(f"{path}: does not hold the results of a run by this version; run the scenario again")
    return dict(found)


def only(found: Document, schedules: Sequence[str], name: str) -> Document:
    """Keep some schedules of a document, and no change; all when none is named.

    Problem when there is no such schedule; `name` is what the run is called then.
    """
    for schedule in schedules:
        if schedule not in found["schedules"]:
            allowed = ", ".join(found["schedules"])
            nearest = suggestion(schedule, found["schedules"])
            raise Problem(f"{name}: there is no schedule '{schedule}'; there are {allowed}{nearest}")
    wanted = {NO_CHANGE, *schedules} if schedules else set(found["schedules"])
    return {**found, "schedules": {key: each for key, each in found["schedules"].items() if key in wanted}}
