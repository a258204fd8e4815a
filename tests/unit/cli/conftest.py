"""Lets tests of the command line run with the fake engine of the experiment's tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import familyflow.scenario
from familyflow.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "experiment"))
sys.path.insert(0, str(Path(__file__).parent))
import fake_api

if TYPE_CHECKING:
    from collections.abc import Callable


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
