"""Runs a command line with the fake engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fake_api
import pytest

import familyflow.scenario
from familyflow.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Answer a command line in an empty folder with the fake engine: exit code, output, errors."""
    monkeypatch.setattr(familyflow, "api", fake_api, raising=False)
    monkeypatch.setattr(familyflow.scenario, "load", fake_api.load)
    monkeypatch.chdir(tmp_path)

    def answered(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return code, *capsys.readouterr()

    return answered
