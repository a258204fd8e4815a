"""familyflow list: the scenarios that ship with the product."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import click

from familyflow.ground import paths

if TYPE_CHECKING:
    from pathlib import Path


@click.command("list")
def listing() -> None:
    """List the shipped scenarios by name and title."""
    names = paths.names("scenarios", ".toml")
    width = max(map(len, names), default=0)
    for name in names:
        click.echo(f"{name:<{width}}  {_title(paths.shipped('scenarios', f'{name}.toml'))}")


def _title(path: Path) -> str:
    """Read no more of a scenario than its title, so that the list comes at once."""
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["title"])
    except (OSError, ValueError, KeyError):
        return f"(cannot be read: try familyflow check {path.stem})"
