"""Where results come from: versions, the code itself, and digests that tell one input from another."""

from __future__ import annotations

import platform
import subprocess
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Final

import familyflow

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES: Final = ("numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")
DECIDING_FLOORS: Final = ("ground", "pathway", "scenario", "engine", "experiment", "calibrate")
"""The floors whose code decides a run's monthly records; what is made of those can be made again."""
_GIT_SECONDS: Final = 5


def versions() -> dict[str, str]:
    """Return the version of Python and of each package that numbers pass through."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def code_digest(package: Path | None = None, floors: Sequence[str] = DECIDING_FLOORS) -> str:
    """Return the SHA-256 of the source of the deciding floors, the same in a checkout and when installed."""
    root = package or _package()
    digest = sha256()
    for floor in floors:
        for path in sorted((root / floor).rglob("*.py")):
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def commit(package: Path | None = None) -> str | None:
    """Return the git commit of the checkout, "-dirty" after it when files have changed; None outside one."""
    checkout = (package or _package()).parents[1]
    git = which("git")
    if git is None or not (checkout / ".git").exists():
        return None
    command = [git, "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=_GIT_SECONDS)  # noqa: S603 - fixed words and our own folder
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _package() -> Path:
    """Return the folder of the installed package or of the checkout's source."""
    return Path(str(familyflow.__file__)).parent
