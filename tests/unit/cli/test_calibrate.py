from __future__ import annotations

from math import nan
from pathlib import Path
from types import SimpleNamespace

import fake_engine
import pandas as pd
import pytest

import familyflow.api
from familyflow.cli import main
from familyflow.cli.calibrate import cell

TABLE = pd.DataFrame(
    {
        "target": ["cp_starts", "uasc_share"],
        "published": [312.0, 0.061],
        "fitted": [310.44, nan],
        "status": ["fitted", "held out"],
        "source": ["somewhere", "elsewhere"],
    }
)
NOTE = "Most figures are of 2020."


def save(folder: Path, _tell: object) -> list[Path]:
    """Write the table alone."""
    folder.mkdir(parents=True, exist_ok=True)
    TABLE.to_csv(folder / "fit.csv", index=False)
    return [folder / "fit.html", folder / "fit.csv"]


@pytest.fixture(autouse=True)
def fitted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fit the town, in an empty folder."""
    account = SimpleNamespace(table=TABLE, notes=[NOTE])
    opened = SimpleNamespace(
        scenario=fake_engine.Town(), calibrate=lambda _tell: SimpleNamespace(account=account, save=save)
    )
    monkeypatch.setattr(familyflow.api, "load", lambda _name, **_asked: opened)
    monkeypatch.chdir(tmp_path)


def test_the_fit_is_printed_and_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "town.toml"]) == 0
    output, errors = capsys.readouterr()
    assert "cp_starts" in output
    assert "310.4" in output
    assert "somewhere" not in output
    assert output.endswith(f"{NOTE}\nIn outputs/town: fit.html, fit.csv and figures\n")
    assert errors.splitlines()[0] == "Town: Family Safeguarding: fitting the rates to the published figures"
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "outputs" / "town" / "fit.csv"), TABLE)


def test_the_fit_is_saved_where_it_is_asked_for(tmp_path: Path) -> None:
    assert main(["calibrate", "town.toml", "--out", "here", "--quiet"]) == 0
    assert (tmp_path / "here" / "fit.csv").exists()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "here").touch()
    assert main(["calibrate", "town.toml", "--out", "here"]) == 2
    assert capsys.readouterr().err == (
        "familyflow: here: cannot be written: it is a file; free it or choose another folder\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(312.0, "312"), (0.0612345, "0.06123"), (nan, ""), ("fitted", "fitted"), (4, "4"), (12345.6, "1.235e+04")],
)
def test_cells_are_short(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_council_without_a_scenario_is_given_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, Path, bool]] = []
    opened = familyflow.api.load("town.toml")

    def new(council: str, *, out: Path, force: bool) -> object:
        asked.append((council, out, force))
        return opened

    monkeypatch.setattr(familyflow.api, "new", new)
    assert main(["calibrate", "kent"]) == 0
    assert asked == [("kent", Path("outputs", "kent", "kent.toml"), True)]
    assert main(["calibrate", "Kemt"]) == 2
    assert "did you mean 'Kent'?" in capsys.readouterr().err
