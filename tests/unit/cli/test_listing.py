from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.cli import main
from familyflow.ground import paths

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_every_scenario_is_listed_with_its_title_and_a_broken_one_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "town.toml").write_text('title = "Town: Family Safeguarding"\n', encoding="utf-8")
    (tmp_path / "by_the_sea.toml").write_text("title = ", encoding="utf-8")
    monkeypatch.setattr(paths, "folder", lambda _kind: tmp_path)
    assert main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "by_the_sea  (cannot be read: try familyflow check by_the_sea)",
        "town        Town: Family Safeguarding",
    ]
