"""All points of a sweep, each lived by the same families with the same luck: what is finished is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from familyflow.calibrate.fit.moments import central, make_engine_ready
from familyflow.calibrate.fit.posterior import of_draw
from familyflow.calibrate.fit.solve import reads
from familyflow.economics import lines
from familyflow.economics.pricing import priced
from familyflow.experiment import provenance, store
from familyflow.experiment.batch import as_finished, resumable
from familyflow.experiment.design import fixed, points
from familyflow.experiment.run import run
from familyflow.ground.files import plain_words, writing
from familyflow.ground.problem import Problem
from familyflow.ground.progress import silent
from familyflow.results.measures import MEASURES, NO_CHANGE
from familyflow.results.summary import measures
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Executor, Future

    from familyflow.calibrate.fit.solve import Solution
    from familyflow.experiment.design import Design
    from familyflow.experiment.plan import Plan
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario

    Values: TypeAlias = dict[str, float]

OUTCOMES: Final = "outcomes.parquet"
"""Every draw of every point: point, schedule, measure, draw, value."""
DECIDING_FLOORS: Final = (*provenance.DECIDING_FLOORS, "economics", "results")
"""The floors whose code decides a part: its measures are taken where it is run."""
SCHEMA: Final = pa.schema(
    [
        ("point", pa.int32()),
        ("schedule", pa.string()),
        ("measure", pa.string()),
        ("draw", pa.int32()),
        ("value", pa.float64()),
    ]
)
_DRAWS_AT_ONCE: Final = 10
"""Draws of one part: enough to share the cost of measuring, few enough to lose little."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some draws, lived once, and all points that differ only in prices: by point, those prices."""

    life: int
    draws: range
    fixed: Values
    """Inputs that are no prices."""
    fit: int
    points: Mapping[int, Values]

    @property
    def file(self) -> str:
        """Its name."""
        return f"life-{self.life:06d}-from-{self.draws.start:06d}.parquet"


@dataclass(frozen=True, eq=False)
class _Layout:
    """What there is to do: fits, the values that each is for, and parts."""

    fits: tuple[Values, ...]
    parts: tuple[Part, ...]


def manifest(design: Design) -> store.Manifest:
    """Describe a sweep: what decides its numbers, then where it comes from."""
    plan = store.manifest(design.plan)
    inputs = [{"quantity": each.quantity, "low": each.low, "high": each.high} for each in design.inputs]
    taken = points(design)
    decided = repr((design.method, design.names, taken.tolist(), design.measures))
    return {
        **plan,
        "method": design.method,
        "inputs": inputs,
        "measures": list(design.measures),
        "points": len(taken),
        store.SWEEP: provenance.text_digest(decided),
        "code": provenance.code_digest(floors=DECIDING_FLOORS),
    }


def default_folder(design: Design) -> Path:
    """Name the folder in which a sweep lies when nothing is said: the same sweep always has the same."""
    described = manifest(design)
    decided = json.dumps([described[name] for name in store.DECIDING if name in described])
    return Path("outputs", "sweeps", f"{design.name}-{provenance.text_digest(decided)[:8]}")


def conduct(design: Design, folder: Path, executor: Executor, *, ahead: int = 1, tell: Progress = silent) -> None:
    """Run the parts that a folder lacks, `ahead` at a time, and join all as OUTCOMES.

    The bytes do not depend on how. Problem, or on Ctrl-C a KeyboardInterrupt, as `batch.conduct` has them; finished
    parts are kept.
    """
    described = manifest(design)
    with store.claimed(folder, described), resumable(partial(_kept, folder)):
        if is_complete(folder):
            store.drop_parts(folder)  # a sweep may have been killed between the last table and this
            return
        runner = _Runner(design, _layout(design), folder, executor, ahead, tell)
        runner.run(described)
        tell("joining the parts", 0, 0)
        _join(design, folder, runner.layout.parts)
        store.note(folder, described, len(runner.layout.parts), complete=True)
        store.drop_parts(folder)


def is_complete(folder: Path) -> bool:
    """Return whether a folder holds a sweep that is finished."""
    return store.read_manifest(folder).get("complete") is True and store.rows_of(folder / OUTCOMES) is not None


def _kept(folder: Path) -> str:
    """Say how many parts are kept where."""
    done = sum(store.rows_of(path) is not None for path in (folder / store.PARTS).glob("life-*"))
    held = "1 part of the sweep is" if done == 1 else f"{done} parts of the sweep are"
    return f"{held} finished and kept in {folder}; the same command goes on from there"


def _layout(design: Design) -> _Layout:
    """Sort points by what they share.

    Those that differ only in inputs that the fit does not read share one fit, and those that differ only in prices
    share the simulated lives.
    """
    prices_read = lines.reads(lines.lines_for(design.plan.scenario.quantities))
    fit_reads = reads(design.plan.scenario)
    priced = [name for name in design.names if name in prices_read]
    lived = [name for name in design.names if name not in prices_read]
    read = [name for name in lived if name in fit_reads]
    fits: dict[tuple[float, ...], int] = {}
    lives: dict[tuple[float, ...], dict[int, Values]] = {}
    for number, point in enumerate(points(design)):
        values = dict(zip(design.names, map(float, point), strict=True))
        lives.setdefault(_of(values, lived), {})[number] = {name: values[name] for name in priced}
    parts = []
    for life, (key, prices) in enumerate(lives.items()):
        values = dict(zip(lived, key, strict=True))
        fit = fits.setdefault(_of(values, read), len(fits))
        parts += [Part(life, draws, values, fit, prices) for draws in _blocks(design.plan.draws)]
    return _Layout(tuple(dict(zip(read, each, strict=True)) for each in fits), tuple(parts))


def _of(values: Values, names: Sequence[str]) -> tuple[float, ...]:
    """Return some of the values, in the order of their names."""
    return tuple(values[name] for name in names)


def _blocks(draws: int) -> list[range]:
    """Cut draws into blocks."""
    return [range(first, min(first + _DRAWS_AT_ONCE, draws)) for first in range(0, draws, _DRAWS_AT_ONCE)]


@dataclass(frozen=True, eq=False)
class _Runner:
    """Runs what a folder lacks: first the fits of draws, then the lives."""

    design: Design
    layout: _Layout
    folder: Path
    executor: Executor
    ahead: int
    tell: Progress

    def run(self, described: store.Manifest) -> None:
        """Run the parts that are missing."""
        every = self.layout.parts
        missing = [part for part in every if store.rows_of(self.folder / store.PARTS / part.file) is None]
        if not missing:
            return
        make_engine_ready(self.design.plan.scenario, self.tell)
        rates = self._fitted(sorted({(part.fit, draw) for part in missing for draw in part.draws}))
        done = len(every) - len(missing)
        self.tell("parts of the sweep", done, len(every))
        for part, content in as_finished(missing, partial(self._begin, rates), self.ahead):
            _keep(self.folder / store.PARTS / part.file, content)
            done += 1
            store.note(self.folder, described, done, complete=False)
            self.tell("parts of the sweep", done, len(every))

    def _begin(self, rates: Mapping[tuple[int, int], Values], part: Part) -> Future[bytes]:
        """Hand a part to the executor."""
        fitted = {draw: rates[part.fit, draw] for draw in part.draws}
        return self.executor.submit(work, self.design, part, fitted)

    def _fitted(self, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Values]:
        """Return the fitted rates of some draws of some fits: those that are kept, and the others fitted now."""
        found = {key: rates for key in wanted if (rates := _read_rates(self._rates_file(key))) is not None}
        missing = [key for key in wanted if key not in found]
        solutions = self._solved({fit for fit, _ in missing})

        def begin(key: tuple[int, int]) -> Future[Values]:
            """Submit one draw of one fit."""
            fit, draw = key
            plan = self._plans[fit]
            return self.executor.submit(of_draw, plan.scenario, plan.seed, draw, solutions[fit])

        for key, rates in self._told("fits of draws", as_finished(missing, begin, self.ahead), len(missing)):
            _keep(self._rates_file(key), json.dumps(dict(rates)).encode())
            found[key] = dict(rates)
        return found

    def _solved(self, fits: set[int]) -> dict[int, Solution]:
        """Return the central solutions of some fits."""

        def begin(fit: int) -> Future[Solution]:
            """Submit one fit."""
            return self.executor.submit(central, self._plans[fit].scenario)

        return dict(self._told("central fits", as_finished(sorted(fits), begin, self.ahead), len(fits)))

    def _told(self, doing: str, results: Iterator[tuple[Any, Any]], total: int) -> Iterator[tuple[Any, Any]]:
        """Tell how far some results have come, if any are to come."""
        if total:
            self.tell(doing, 0, total)
        for done, result in enumerate(results, 1):
            yield result
            self.tell(doing, done, total)

    @cached_property
    def _plans(self) -> list[Plan]:
        """Return each fit's plan."""
        plan = self.design.plan
        return [replace(plan, scenario=fixed(plan.scenario, values)) for values in self.layout.fits]

    def _rates_file(self, key: tuple[int, int]) -> Path:
        """Name the file of a draw's fitted rates."""
        return self.folder / store.PARTS / "fit-{:06d}-draw-{:06d}.json".format(*key)


def work(design: Design, part: Part, rates: Mapping[int, Mapping[str, float]]) -> bytes:
    """Do one part in whatever process this is, and return its outcomes as a Parquet file in memory."""
    plan = replace(design.plan, scenario=fixed(design.plan.scenario, part.fixed))
    try:
        monthly = pd.concat([run(plan, draw, rates[draw]) for draw in part.draws], ignore_index=True)
    except Problem as problem:
        where = ", ".join(f"{key} = {value:g}" for key, value in part.fixed.items())
        raise Problem(f"{design.name}: at {where}: {problem}") from None
    samples = pd.DataFrame([{"draw": draw, **sample(plan.scenario, plan.seed, draw)} for draw in part.draws])
    frames = [
        measured(plan.scenario, monthly, samples.assign(**prices), design.measures).assign(point=number)
        for number, prices in part.points.items()
    ]
    return encoded(pd.concat(frames, ignore_index=True))


def measured(scenario: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    """Return schedule, measure, draw and value of some measures over the whole horizon.

    No change has none of those that compare with it.
    """
    values = measures(monthly, priced(scenario, monthly, samples))
    plain = values.astype({"schedule": str, "measure": str})
    compared = [each.name for each in MEASURES if each.difference]
    shown = (plain["schedule"] != NO_CHANGE) | ~plain["measure"].isin(compared)
    return plain[plain["measure"].isin(wanted) & shown]


def encoded(outcomes: pd.DataFrame) -> bytes:
    """Return outcomes as a Parquet file in memory."""
    buffer = BytesIO()
    parquet.write_table(_table(outcomes), buffer, compression="zstd")
    return buffer.getvalue()


def _table(outcomes: pd.DataFrame) -> pa.Table:
    """Return outcomes as a table of SCHEMA."""
    return pa.Table.from_pandas(outcomes[SCHEMA.names], SCHEMA, preserve_index=False).replace_schema_metadata(None)


def _keep(file: Path, content: bytes) -> None:
    """Keep a part: all of it or nothing."""
    with plain_words(file.parent):
        file.parent.mkdir(exist_ok=True)
    with writing(file) as path:
        path.write_bytes(content)


def _read_rates(file: Path) -> Values | None:
    """Read a draw's fitted rates; None when there are none or they are broken."""
    try:
        rates: Values = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return rates


def _join(design: Design, folder: Path, parts: Sequence[Part]) -> None:
    """Put all parts together, ordered by point, schedule, measure and draw."""
    tables = []
    for part in parts:
        with parquet.ParquetFile(folder / store.PARTS / part.file) as file:
            tables.append(file.read())
    outcomes: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    ranks = {"schedule": design.plan.schedules, "measure": design.measures}
    ranked = outcomes.assign(**{name: pd.Categorical(outcomes[name], order) for name, order in ranks.items()})
    ordered = ranked.sort_values(["point", "schedule", "measure", "draw"], ignore_index=True)
    with writing(folder / OUTCOMES) as path:
        parquet.write_table(_table(ordered.astype(dict.fromkeys(ranks, str))), path, compression="zstd")


def read_outcomes(folder: Path) -> pd.DataFrame:
    """Read what a finished sweep found: point, schedule, measure, draw, value."""
    return store.table(folder, OUTCOMES)


def read_points(design: Design) -> pd.DataFrame:
    """Return the points of a design as a table: point, then a column an input."""
    table = pd.DataFrame(points(design), columns=list(design.names))
    table.insert(0, "point", range(len(table)))
    return table.astype({"point": "int32"})
