"""A study whose folder can no longer be written stops with a clear message, keeps what is finished, and goes on."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_engine import conduct, study, witness
from fake_sweep import conduct as of_sweep
from fake_sweep import method, town_design
from watched import MADE, digests

from familyflow.experiment import store
from familyflow.experiment.processes import Here
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_engine import conduct, study
from familyflow.experiment.processes import Here
from familyflow.ground.problem import Problem
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    conduct(study(draws=40), Path(sys.argv[2]), Here())
except Problem as problem:
    sys.exit(str(problem))
"""


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Let nothing be written any more, for a reason, once some draws are kept."""

    def fill(number: int, after: int) -> None:
        written: list[Path] = []

        def write(path: Path, content: bytes) -> None:
            if len(written) == after:
                raise OSError(number, os.strerror(number))
            written.append(path)
            with path.open("wb") as file:
                file.write(content)

        monkeypatch.setattr(Path, "write_bytes", write)

    return fill


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "no space is left on the disk"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "permission denied"),
    ],
)
def test_what_cannot_be_written_is_said_with_what_is_kept_and_the_rest_is_done_later(
    tmp_path: Path, full: Callable[[int, int], None], monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    folder, seen = tmp_path / "run", tmp_path / "seen"
    seen.mkdir()
    full(number, 3)
    with pytest.raises(Problem) as problem:
        conduct(study(), folder, Here())
    part = folder / "parts" / "draw-000003.parquet"
    assert str(problem.value) == (
        f"{part}: cannot be written: {reason}; free it or choose another folder: "
        f"3 of 6 draws are finished and kept in {folder}; the same command goes on from there"
    )
    assert not [path for path in folder.rglob("*") if path.name.endswith(".partial")]
    monkeypatch.undo()
    conduct(study(partial(witness, folder=seen)), folder, Here())
    assert {path.name.split("-")[0] for path in seen.iterdir()} == {"3", "4", "5"}
    conduct(study(), tmp_path / "whole", Here())
    assert digests(folder) == digests(tmp_path / "whole")


def test_a_sweep_on_a_full_disk_says_so_and_goes_on(
    tmp_path: Path, full: Callable[[int, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    full(errno.ENOSPC, 4 + 2)  # four fits, two parts
    with pytest.raises(Problem, match="no space is left on the disk") as problem:
        of_sweep(town_design(), method(), folder, Here())
    assert f"2 parts of the sweep are finished and kept in {folder}" in str(problem.value)
    monkeypatch.undo()
    of_sweep(town_design(), method(), folder, Here())
    of_sweep(town_design(), method(), tmp_path / "whole", Here())
    assert digests(folder) == digests(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="limits as on Linux")
def test_a_table_that_does_not_fit_is_joined_when_it_does(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    conduct(study(draws=40), tmp_path / "whole", Here())
    size = (tmp_path / "whole" / store.MONTHLY).stat().st_size
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, MADE, str(folder), str(size // 2)], check=False, capture_output=True, text=True
    )
    assert done.stderr == (
        f"{folder / store.MONTHLY}: cannot be written: the file would be larger than allowed; free it or choose "
        f"another folder: 40 of 40 draws are finished and kept in {folder}; the same command goes on from there\n"
    )
    conduct(study(draws=40), folder, Here())
    assert digests(folder) == digests(tmp_path / "whole")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_made_read_only_while_a_study_runs_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def close(doing: str, done: int, _total: int) -> None:
        if (doing, done) == ("draws", 2):
            (folder / "parts").chmod(0o555)

    with pytest.raises(Problem, match=r"permission denied.*2 of 6 draws are finished and kept"):
        conduct(study(), folder, Here(), tell=close)
    (folder / "parts").chmod(0o755)
    conduct(study(), folder, Here())
    assert store.joined(folder) == 6
