"""How a command line writes a share and a slice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from familyflow.experiment.plan import Slice

_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)(%?)")
_SLICE: Final = re.compile(r"(\d{1,7})/(\d{1,7})")
_FINEST, _COARSEST = 0.001, 0.5


def share(_context: click.Context, _option: click.Parameter, given: str | None) -> float | None:
    """Read a share such as 5% or 0.05."""
    if given is None:
        return None
    found = _SHARE.fullmatch(given.strip())
    value = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not _FINEST <= value <= _COARSEST:
        raise click.BadParameter(f"'{given}' is not a share from {_FINEST:.1%} to {_COARSEST:.0%}, such as 5% or 0.05")
    return value


def part(_context: click.Context, _option: click.Parameter, given: str | None) -> Slice | None:
    """Read a slice such as 3/50: the third of fifty."""
    if given is None:
        return None
    from familyflow.experiment.plan import Slice

    found = _SLICE.fullmatch(given.strip())
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(f"'{given}' is not a slice such as 3/50, the third of fifty")
    return Slice(int(found[1]), int(found[2]))
