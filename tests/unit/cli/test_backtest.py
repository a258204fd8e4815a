from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import backtest as back_cast
from familyflow.cli import main

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "council,year,population_0_17_mid_year_before,referrals_number,cla_at_31mar_number"


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take 12 shipped councils and one origin, so that a back-cast takes seconds."""
    table = councils.table()
    few = sorted(table.loc[table["geography_type"] == "council", "council"].unique())[2:30:2][:12]
    monkeypatch.setattr(councils, "table", lambda: table[table["council"].isin(few)])
    monkeypatch.setattr(back_cast, "origins", lambda *_: [2021])


@pytest.mark.usefixtures("_few")
def test_councils_of_a_file_are_scored_and_the_shipped_ones_in_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = min(councils.table()["council"])
    rows = [
        f"{name},{year},50000,{2000 + 10 * year},300" for name in ("Erewhon", shipped) for year in range(2015, 2025)
    ]
    mine = tmp_path / "mine.csv"
    mine.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    code = main(["backtest", "--data", str(mine), "--out", str(tmp_path / "out"), "--quiet"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert f"left out, as they are in the shipped table: {shipped}" in said.err
    found = pd.read_csv(tmp_path / "out" / "track-record" / "forecasts.csv")
    assert set(found["council"]) == {"Erewhon"}
    assert set(found["measure"]) == {"referrals_number", "cla_at_31mar_number"}
    assert "the councils of mine.csv" in (tmp_path / "out" / "track-record.md").read_text(encoding="utf-8")
    assert "referrals_number" in said.out


def test_a_bad_file_is_refused_in_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(f"{HEAD}\nErewhon,2019,50000,many,300\n", encoding="utf-8")
    assert main(["backtest", "--data", str(mine), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert capsys.readouterr().err == (
        f"familyflow: {mine}, line 2: referrals_number = 'many': "
        "give a count of 0 or more, or nothing where it is not published\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_file_of_shipped_councils_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(f"{HEAD}\nSwindon,2019,50000,3000,300\n", encoding="utf-8")
    assert main(["backtest", "--data", str(mine), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert "every council in it is in the shipped table: Swindon" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_refused_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    assert main(["backtest", "--out", str(tmp_path / "out")]) == 2
    assert "cannot be written" in capsys.readouterr().err
