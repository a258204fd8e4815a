"""Where the table of published measures is that every command reads: the shipped one, or one that a user updated."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from familyflow.ground import paths
from familyflow.ground.problem import Problem

FOLDER: Final = "FAMILYFLOW_EVIDENCE"
"""The variable of the environment that names a folder which `familyflow evidence update` wrote."""
COUNCILS: Final = "councils.csv"
RELEASES: Final = "releases.csv"
FILES: Final = (COUNCILS, RELEASES)
"""What such a folder holds in place of the shipped files of the same names."""


def named() -> Path | None:
    """Return the folder that the environment names, if any."""
    folder = os.environ.get(FOLDER)
    return Path(folder) if folder else None


def path(name: str) -> Path:
    """Return the file in use of that name; Problem when the named folder does not hold it."""
    folder = named()
    if folder is None:
        return paths.shipped("calibration", name)
    file = folder / name
    if not file.is_file():
        raise Problem(f"{FOLDER} = {folder}: holds no {name}: name a folder that `familyflow evidence update` wrote")
    return file


def digest() -> str:
    """Return the SHA-256 of the evidence in use, the same wherever it lies."""
    total = hashlib.sha256()
    for name in FILES:
        total.update(f"{name}\n".encode())
        total.update(path(name).read_bytes())
    return total.hexdigest()
