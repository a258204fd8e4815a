"""The folder of a study: a manifest, finished draws part by part, then one table of all."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

import familyflow
from familyflow.experiment import provenance
from familyflow.experiment.plan import Plan
from familyflow.ground import evidence
from familyflow.ground.files import PARTIAL, plain_words, refuse_unwritable, writing
from familyflow.ground.problem import Problem
from familyflow.ground.readings import CENTRAL

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from familyflow.scenario import Scenario

Manifest: TypeAlias = "Mapping[str, object]"

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MONTHLY: Final = "monthly.parquet"
DRAWS: Final = "draws.parquet"
RATES: Final = "rates.parquet"
INPUTS: Final = (DRAWS, RATES)
"""The tables of what went into each draw: every quantity as it was sampled, every rate as it was fitted."""
SLICE: Final = "slice"
SWEEP: Final = "sweep"
PRECISION: Final = "precision"
READING: Final = "reading"
SETTINGS: Final = "settings"
PARTS: Final = "parts"
SCHEMA: Final = pa.schema(
    [
        ("draw", pa.int32()),
        ("schedule", pa.string()),
        ("month", pa.date32()),
        ("team", pa.string()),
        ("measure", pa.string()),
        ("value", pa.float64()),
    ]
)
DECIDING: Final = MappingProxyType(
    {
        "format": "layout {}",
        "version": "familyflow {}",
        "scenario": "scenario {}",
        "seed": "seed {}",
        "draws": "{} draws",
        "years": "{} years",
        "schedules": "schedules {}",
        READING: "reading {}",
        SETTINGS: "settings {}",
        PRECISION: "precision {}",
        SLICE: "slice {}",
        SWEEP: "a sweep with other inputs, points or measures",
        "digest": "a scenario or calibration tables with other content",
        "code": "other code of the same version",
    }
)
"""What must be the same for a folder to be resumed, each with the words for it."""
_SCENARIO: Final = ("format", "version", "scenario", "digest")
"""What must be the same for a finished study to be reported again; other code may word it better."""
_WORDS: Final = ("schedule", "team", "measure")
_DIGESTS: Final = ("digest", "code", SWEEP)
_INPUTS_AT_ONCE: Final = 1000
"""Draws whose inputs are put together in memory."""


def manifest(plan: Plan) -> Manifest:
    """Describe a study: what decides its numbers, then where it comes from; no date, so that bytes repeat."""
    scenario = plan.scenario
    wanted = {PRECISION: str(plan.precision)} if plan.precision else {}
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "start": scenario.start.isoformat(),
        "years": plan.years,
        "schedules": list(plan.schedules),
        "seed": plan.seed,
        "draws": plan.draws,
        READING: scenario.reading,
        SETTINGS: list(scenario.settings),
        **wanted,
        "digest": scenario.digest,
        "evidence": evidence.digest(),
        "version": familyflow.__version__,
        "code": provenance.code_digest(),
        "commit": provenance.commit(),
        "packages": provenance.versions(),
    }


def default_folder(described: Manifest) -> Path:
    """Name the folder in which a study lies when nothing is said: the same study always has the same."""
    decided = json.dumps([described[name] for name in DECIDING if name in described])
    run = "seed{seed}-draws{draws}-years{years}".format_map(described)
    sliced = f"-slice{described[SLICE]}".replace("/", "of") if SLICE in described else ""
    return Path("outputs", str(described["scenario"]), f"{run}-{provenance.text_digest(decided)[:8]}{sliced}")


def refuse_unusable(folder: Path) -> None:
    """Refuse a folder that cannot be written or holds files of someone else's, before any work; Problem."""
    refuse_unwritable(folder)
    if folder.exists() and not read_manifest(folder):
        strangers = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        if strangers:
            held = f"holds '{min(strangers)}' but no {MANIFEST}"
            raise Problem(f"{folder}: {held}: choose a new or an empty folder")


@contextmanager
def claimed(folder: Path, described: Manifest) -> Iterator[None]:
    """Make a folder this study's own for a while; Problem when it holds anything else or is in use."""
    fresh = not folder.exists()
    with plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        try:
            _claim(folder, described)
        except Problem:
            if fresh:
                with suppress(OSError):
                    folder.rmdir()
            raise
        yield


def _claim(folder: Path, described: Manifest) -> None:
    """Write the manifest into a new folder, or find the same study in an old one; Problem otherwise."""
    with plain_words(folder):
        _refuse_another(folder, described)
        for left_behind in folder.glob(f".*{PARTIAL}"):
            left_behind.unlink()
    if not (folder / MANIFEST).exists():
        note(folder, described, 0, complete=False)


def note(folder: Path, described: Manifest, done: int, *, complete: bool) -> None:
    """Write the manifest, with how many draws (or parts of a sweep) are finished and whether all is joined."""
    counted = "parts_done" if SWEEP in described else "draws_done"
    text = json.dumps({**described, counted: done, "complete": complete}, indent=2, ensure_ascii=False)
    with writing(folder / MANIFEST) as path:
        path.write_text(f"{text}\n", encoding="utf-8")


def encoded(records: pd.DataFrame, *inputs: Mapping[str, float]) -> bytes:
    """Return one draw's monthly records as a Parquet file in memory, with its inputs, in the order of INPUTS, inside.

    The same records and inputs give the same bytes.
    """
    noted = {name: json.dumps(dict(values)) for name, values in zip(INPUTS, inputs, strict=True)}
    table = pa.Table.from_pandas(records, SCHEMA, preserve_index=False).replace_schema_metadata(noted)
    buffer = BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def keep(folder: Path, draw: int, content: bytes) -> None:
    """Keep a finished draw."""
    path_of_draw = part(folder, draw)
    with plain_words(folder):
        path_of_draw.parent.mkdir(exist_ok=True)
    with writing(path_of_draw) as path:
        path.write_bytes(content)


def finished(folder: Path, draws: int) -> frozenset[int]:
    """Return the draws below `draws` that are kept and can be read."""
    return frozenset(draw for draw in range(draws) if rows_of(part(folder, draw)) is not None)


def joined(folder: Path) -> int:
    """Return the number of draws in the tables that a finished study leaves; 0 while it is not finished."""
    described = read_manifest(folder)
    tables = (rows_of(folder / name) for name in (MONTHLY, *INPUTS))
    whole = described.get("complete") is True and all(rows is not None for rows in tables)
    return int(str(described["draws"])) if whole else 0


def join(folder: Path, described: Manifest, draws: int) -> None:
    """Put the draws together in their order, a row group each, and their inputs; drop the parts."""
    with writing(folder / MONTHLY) as path, parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for draw in range(draws):
            table = _read(part(folder, draw)).replace_schema_metadata(None)
            writer.write_table(table, row_group_size=max(len(table), 1))
    for name in INPUTS:
        _join_inputs(folder, name, draws)
    note(folder, {**described, "draws": draws}, draws, complete=True)
    drop_parts(folder)


def drop_parts(folder: Path) -> None:
    """Remove the parts of a study that is joined."""
    shutil.rmtree(folder / PARTS, ignore_errors=True)


def _join_inputs(folder: Path, name: str, draws: int) -> None:
    """Put one kind of input of all draws into a table, a block of draws at a time."""
    first = _inputs(folder, name, range(1))
    with writing(folder / name) as path, parquet.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for begin in range(0, draws, _INPUTS_AT_ONCE):
            writer.write_table(_inputs(folder, name, range(begin, min(begin + _INPUTS_AT_ONCE, draws))))


def _inputs(folder: Path, name: str, draws: Iterable[int]) -> pa.Table:
    """Read one kind of input of some draws that are kept: the column draw, then one an input."""
    rows = []
    for draw in draws:
        with parquet.ParquetFile(part(folder, draw)) as file:
            rows.append({"draw": draw, **json.loads(file.schema_arrow.metadata[name.encode()])})
    frame = pd.DataFrame(rows).astype({"draw": "int32"})
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def kept(folder: Path, draws: Iterable[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the monthly records and the sampled quantities of some draws that are kept, not yet joined."""
    chosen = list(draws)
    tables = [_read(part(folder, draw)).replace_schema_metadata(None) for draw in chosen]
    words = [SCHEMA.get_field_index(name) for name in _WORDS]
    records = pa.concat_tables(tables)
    for i in words:
        records = records.set_column(i, SCHEMA[i].name, records.column(i).combine_chunks().dictionary_encode())
    samples: pd.DataFrame = _inputs(folder, DRAWS, chosen).to_pandas()
    return _frame(records), samples


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a tidy frame as Parquet, all of it or nothing; its index is left out."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with writing(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")


def monthly(folder: Path) -> pd.DataFrame:
    """Read all monthly records: words as categories, months as dates."""
    with parquet.ParquetFile(folder / MONTHLY, read_dictionary=list(_WORDS)) as file:
        return _frame(file.read())


def blocks(folder: Path, draws: int) -> Iterator[pd.DataFrame]:
    """Read the monthly records so many draws at a time, so that any number of them fits in memory."""
    with parquet.ParquetFile(folder / MONTHLY, read_dictionary=list(_WORDS)) as file:
        every = range(file.num_row_groups)
        for first in every[::draws]:
            yield _frame(file.read_row_groups(list(every[first : first + draws])))


def table(folder: Path, name: str) -> pd.DataFrame:
    """Read another of the study's tables by its file name."""
    frame: pd.DataFrame = _read(folder / name).to_pandas()
    return frame


def _frame(records: pa.Table) -> pd.DataFrame:
    """Turn records into a frame whose categories are in the order of the alphabet."""
    frame: pd.DataFrame = records.to_pandas()
    for name in _WORDS:
        frame[name] = frame[name].cat.set_categories(sorted(frame[name].cat.categories))
    return frame


def _read(path: Path) -> pa.Table:
    """Read a Parquet file whole; a path is never taken for a partition, as read_table would take "a=b"."""
    with parquet.ParquetFile(path) as file:
        return file.read()


def rows_of(path: Path) -> int | None:
    """Return the number of rows of a Parquet file; None when there is none or it is broken."""
    try:
        with parquet.ParquetFile(path) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowException):
        return None


def part(folder: Path, draw: int) -> Path:
    """Name the file of a finished draw."""
    return folder / PARTS / f"draw-{draw:06d}.parquet"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder; the lock goes with the process, however it ends."""
    if fcntl is None:
        yield
        return
    with plain_words(folder):
        handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Problem(f"{folder}: another run is at work in it; wait or choose another folder") from None
    except OSError:
        pass  # a file system without locks
    try:
        yield
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> Manifest:
    """Read what a folder holds; empty when it has no manifest, Problem when that cannot be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Problem(f"{folder / MANIFEST}: is not a manifest; remove the folder or choose another")
    return found


def _refuse_another(folder: Path, described: Manifest) -> None:
    """Refuse a folder that holds another study, or files of someone else's."""
    refuse_unusable(folder)
    found = read_manifest(folder)
    if found and (others := differences(found, described)):
        raise Problem(f"{folder}: holds another study ({'; '.join(others)}): choose another folder")


def differences(found: Manifest, described: Manifest) -> list[str]:
    """Say in words where a found study differs from the one that is asked for."""
    sought = PRECISION in described and found.get(PRECISION) == described[PRECISION]
    names = [name for name in DECIDING if not (sought and name == "draws")]  # how many it took is its own finding
    different = [name for name in names if found.get(name) != described.get(name)]
    return [_difference(name, found.get(name), described.get(name)) for name in different]


def scenario_of(folder: Path) -> str:
    """Return the name of the scenario of a finished study; Problem when a folder holds none."""
    if not joined(folder):
        raise Problem(f"{folder}: holds no finished run; give a folder that 'familyflow run' finished")
    return str(read_manifest(folder)["scenario"])


def asked_for(found: Manifest) -> tuple[str, tuple[str, ...]]:
    """Return the reading of the evidence and the settings of which a manifest speaks."""
    return str(found.get(READING, CENTRAL)), tuple(map(str, cast("list[str]", found.get(SETTINGS, []))))


def plan_of(folder: Path, scenario: Scenario) -> Plan:
    """Return the plan of a finished study; Problem when it was made of another scenario or version."""
    found = read_manifest(folder)
    given = Plan(
        scenario=scenario,
        schedules=tuple(cast("list[str]", found["schedules"])),
        years=int(str(found["years"])),
        seed=int(str(found["seed"])),
        draws=int(str(found["draws"])),
    )
    described = manifest(given)
    names = [name for name in _SCENARIO if found.get(name) != described[name]]
    if names:
        others = "; ".join(_difference(name, found.get(name), described[name]) for name in names)
        raise Problem(
            f"{folder}: holds a run of {others}; give the scenario that was run by --scenario, or run it again"
        )
    return given


def _difference(name: str, found: object, asked: object) -> str:
    """Say in words how one deciding entry differs."""
    if name in _DIGESTS:
        return DECIDING[name]
    held, wanted = (
        (", ".join(map(str, each)) or "none") if isinstance(each, list) else each for each in (found, asked)
    )
    return f"{DECIDING[name].format(held)}, not {wanted}"
