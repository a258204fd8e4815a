"""What is registered is never edited: a new prediction has a new date, a new row and a new digest here."""

from __future__ import annotations

import csv
import hashlib
from math import fsum
from pathlib import Path

import numpy as np
import pytest

from familyflow.calibrate.trends.prediction import difference, quantile, read, with_error

FOLDER = Path(__file__).parents[3] / "docs" / "predictions"
SHARES = {"p05": 0.05, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p95": 0.95}
REGISTERED = {
    "2026-11-30-sfpc-trial.csv": {
        ("2026-11-30", "evidence"): "b3379a46155812c564d9532d329399bc0971e7cd049808537e56b81fd273d35e",
        ("2026-11-30", "model"): "0050148d0f79c7d0744d7be7a74f203e3da0eff423cf0c9220e71282dcb6b232",
    }
}
"""SHA-256 of the heading and the rows of a date and a name, by file; what is filled later has a digest of its own."""
PARTS = {
    "2026-11-30-sfpc-trial-parts.csv": "a490d1fbce2fc677505689e51b3e4df45b1b78c92807f02d831422ffbea88801",
    "2026-11-30-sfpc-trial-draws.csv": "de09e61760805a9cc519a4c5d299ca6d13090bdaecd5fd81d8e410a8618245b6",
}
"""SHA-256 of a whole file."""


def lines_of(name: str, day: str, row: str) -> bytes:
    """Return the heading and the lines that were registered on a day under a row's name."""
    head, *lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return "\n".join([head, *(line for line in lines if line.startswith(f"{day},{row},"))]).encode()


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", REGISTERED)
def test_registered_rows_are_as_they_were_registered(name: str) -> None:
    found = {(day, row): hashlib.sha256(lines_of(name, day, row)).hexdigest() for day, row in REGISTERED[name]}
    assert found == REGISTERED[name]


@pytest.mark.parametrize("name", PARTS)
def test_the_parts_of_a_prediction_are_as_they_were_registered(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == PARTS[name]


def test_every_dated_row_has_a_digest_and_every_row_without_a_date_is_empty() -> None:
    tables = {path.name for path in FOLDER.glob("*.csv")}
    assert tables == {*REGISTERED, *PARTS}
    for name, dated in REGISTERED.items():
        assert {(row["registered"], row["row"]) for row in rows(name) if row["registered"]} == set(dated)
        assert {row["status"] for row in rows(name) if row["registered"]} == {"registered"}
        assert {row[share] for row in rows(name) if not row["registered"] for share in SHARES} <= {""}


def test_the_registered_ranges_are_those_of_the_parts_with_the_trial_s_own_error() -> None:
    ratio, apart = (row for row in rows("2026-11-30-sfpc-trial.csv") if row["row"] == "evidence")
    parts = read(FOLDER / "2026-11-30-sfpc-trial-parts.csv")
    whole = with_error(parts, float(ratio["log_error"]))
    assert fsum(part.weight for part in parts) == pytest.approx(1.0)
    made = {name: quantile(whole, share) for name, share in SHARES.items()}
    assert {name: float(ratio[name]) for name in SHARES} == pytest.approx(made, abs=6e-4)
    differences = {name: difference(each, 5.19, 0.496) for name, each in made.items()}
    assert {name: float(apart[name]) for name in SHARES} == pytest.approx(differences, abs=6e-3)


@pytest.mark.parametrize("measure", ["risk_ratio", "risk_difference"])
def test_the_model_s_ranges_are_those_of_its_draws(measure: str) -> None:
    (row,) = (r for r in rows("2026-11-30-sfpc-trial.csv") if (r["row"], r["measure"]) == ("model", measure))
    draws = [float(draw[measure]) for draw in rows("2026-11-30-sfpc-trial-draws.csv")]
    assert len(draws) == 100
    made = {name: float(np.quantile(draws, share)) for name, share in SHARES.items()}
    rounding = 6e-4 if measure == "risk_ratio" else 6e-3
    assert {name: float(row[name]) for name in SHARES} == pytest.approx(made, abs=rounding)
