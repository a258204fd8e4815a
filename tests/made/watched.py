"""What a test sees of a study that runs in processes of its own: its files, its draws, and who is still there."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

MADE = str(Path(__file__).parent)
"""The folder that a process of its own imports what is made for tests from."""


def digests(folder: Path) -> dict[str, str]:
    """Give the digest of every file in a folder."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def until_some_are_kept(folder: Path, least: int = 1) -> int:
    """Wait until some draws are kept, and give their number."""
    for _ in range(600):
        if (kept := len(list(folder.glob("parts/draw-*.parquet")))) >= least:
            return kept
        time.sleep(0.05)
    pytest.fail("no draw was finished within 30 seconds")


def children(process: int) -> list[int]:
    """Give the processes that a process has started and that are still there."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(each) for each in listed.split()]


def alive(process: int) -> bool:
    """Say whether a process is there and is no zombie."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def survivors(processes: list[int]) -> list[int]:
    """Give the processes that are still there after a while."""
    for _ in range(200):
        if not any(alive(each) for each in processes):
            break
        time.sleep(0.05)
    return [each for each in processes if alive(each)]
