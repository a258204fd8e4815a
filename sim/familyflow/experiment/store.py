"""The folder of a study: a manifest, finished draws part by part, then one table of all."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import pyarrow as pa
from pyarrow import parquet

import familyflow
from familyflow.experiment import provenance
from familyflow.experiment.files import PARTIAL, plain_words, refuse_unwritable, writing
from familyflow.ground.problem import Problem

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from familyflow.experiment.plan import Plan

Manifest: TypeAlias = "Mapping[str, object]"

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MONTHLY: Final = "monthly.parquet"
DRAWS: Final = "draws.parquet"
RATES: Final = "rates.parquet"
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
        "digest": "a scenario or calibration tables with other content",
        "code": "other code of the same version",
    }
)
"""What must be the same for a folder to be resumed, each with the words for it."""
_WORDS: Final = ("schedule", "team", "measure")
_DIGESTS: Final = ("digest", "code")


def manifest(plan: Plan) -> Manifest:
    """Describe a study: what decides its numbers, then where it comes from; no date, so that bytes repeat."""
    scenario = plan.scenario
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "start": scenario.start.isoformat(),
        "years": plan.years,
        "schedules": list(plan.schedules),
        "seed": plan.seed,
        "draws": plan.draws,
        "digest": scenario.digest,
        "version": familyflow.__version__,
        "code": provenance.code_digest(),
        "commit": provenance.commit(),
        "packages": provenance.versions(),
    }


def default_folder(described: Manifest) -> Path:
    """Name the folder in which a study lies when nothing is said: the same study always has the same."""
    decided = json.dumps([described[name] for name in DECIDING])
    run = "seed{seed}-draws{draws}-years{years}".format_map(described)
    return Path("outputs", str(described["scenario"]), f"{run}-{provenance.text_digest(decided)[:8]}")


def refuse_unusable(folder: Path) -> None:
    """Refuse a folder that cannot be written or holds files of someone else's, before any work; Problem."""
    refuse_unwritable(folder)
    if folder.exists() and not _read_manifest(folder):
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
    """Write the manifest, with how many draws are finished and whether all is joined."""
    text = json.dumps({**described, "draws_done": done, "complete": complete}, indent=2, ensure_ascii=False)
    with writing(folder / MANIFEST) as path:
        path.write_text(f"{text}\n", encoding="utf-8")


def encoded(records: pd.DataFrame) -> bytes:
    """Give one draw's monthly records as a Parquet file in memory; the same records give the same bytes."""
    table = pa.Table.from_pandas(records, SCHEMA, preserve_index=False).replace_schema_metadata(None)
    buffer = BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def keep(folder: Path, draw: int, part: bytes) -> None:
    """Keep a finished draw."""
    part_path = _part(folder, draw)
    with plain_words(folder):
        part_path.parent.mkdir(exist_ok=True)
    with writing(part_path) as path:
        path.write_bytes(part)


def finished(folder: Path, draws: int) -> frozenset[int]:
    """Give the draws below `draws` that are kept and can be read."""
    return frozenset(draw for draw in range(draws) if _rows(_part(folder, draw)) is not None)


def joined(folder: Path) -> bool:
    """Say whether all draws are in the tables that a finished study leaves."""
    described = _read_manifest(folder)
    tables = (_rows(folder / name) for name in (MONTHLY, DRAWS, RATES))
    return described.get("complete") is True and all(rows is not None for rows in tables)


def join(folder: Path, described: Manifest, draws: int) -> None:
    """Put the draws together in their order, a row group each, and drop the parts."""
    with writing(folder / MONTHLY) as path, parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for draw in range(draws):
            table = _read(_part(folder, draw))
            writer.write_table(table, row_group_size=max(len(table), 1))
    note(folder, described, draws, complete=True)
    shutil.rmtree(folder / PARTS, ignore_errors=True)


def made_once(path: Path, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Read a table that the study already has, or make and keep it."""
    if _rows(path) is None:
        write_table(make(), path)
    frame: pd.DataFrame = _read(path).to_pandas()
    return frame


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


def _rows(path: Path) -> int | None:
    """Give the number of rows of a Parquet file; None when there is none or it is broken."""
    try:
        with parquet.ParquetFile(path) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowException):
        return None


def _part(folder: Path, draw: int) -> Path:
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


def _read_manifest(folder: Path) -> Manifest:
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
    found = _read_manifest(folder)
    if found and (others := _differences(found, described)):
        raise Problem(f"{folder}: holds another study ({'; '.join(others)}): choose another folder")


def _differences(found: Manifest, described: Manifest) -> list[str]:
    """Say in words where a found study differs from the one that is asked for."""
    different = [name for name in DECIDING if found.get(name) != described[name]]
    return [_difference(name, found.get(name), described[name]) for name in different]


def _difference(name: str, found: object, asked: object) -> str:
    """Say in words how one deciding entry differs."""
    if name in _DIGESTS:
        return DECIDING[name]
    held, wanted = (", ".join(map(str, each)) if isinstance(each, list) else each for each in (found, asked))
    return f"{DECIDING[name].format(held)}, not {wanted}"
