"""The one door to the scenarios and calibration tables that ship with the product."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias

from familyflow.ground.problem import Problem, suggestion

Kind: TypeAlias = Literal["scenarios", "calibration"]


def folder(kind: Kind) -> Path:
    """Return the folder of one kind of data: inside an installed package, or beside the code in a checkout."""
    package = Path(str(files("familyflow")))
    installed = package / "shipped" / kind
    return installed if installed.is_dir() else package.parents[1] / kind


def names(kind: Kind, suffix: str) -> tuple[str, ...]:
    """List the shipped files of a kind that end in a suffix such as ".toml", sorted, without the suffix."""
    return tuple(sorted(path.name.removesuffix(suffix) for path in folder(kind).glob(f"*{suffix}")))


def shipped(kind: Kind, name: str) -> Path:
    """Return the path of a shipped file by its full name; Problem when there is none."""
    path = folder(kind) / name
    if path.is_file():
        return path
    known = names(kind, path.suffix)
    nearest = suggestion(path.stem, known)
    raise Problem(f"{kind}: there is no '{name}'; there are {', '.join(known) or 'none'}{nearest}")
