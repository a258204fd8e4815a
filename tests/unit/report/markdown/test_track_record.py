from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from familyflow.calibrate.trends.history import SERIES
from familyflow.report.figures import style
from familyflow.report.markdown import track_record
from familyflow.report.markdown.track_record import About

ABOUT = About("the shipped councils", 2, (2018, 2019), 2022, 1, shipped=True)
DOCS = Path(__file__).parents[4] / "docs"


def forecasts(crps: float) -> pd.DataFrame:
    """Make ten forecasts a scored measure, spread evenly, whose score is so many times the naive ones'."""
    rows = [
        {"council": f"C{i % 2}", "measure": s.measure, "origin": 2018, "horizon": 1, "placed": i / 10 + 0.05}
        | {"crps": crps, "off": crps}
        | {f"{score}_{name}": 1.0 for score in ("crps", "off") for name in ("last", "trend", "mean")}
        for s in SERIES
        if s.scored
        for i in range(10)
    ]
    return pd.DataFrame(rows)


def test_the_page_says_where_a_forecast_loses() -> None:
    lost = track_record.record(ABOUT, forecasts(1.25))
    text = track_record.page(ABOUT, lost.cells)
    assert "*Same as last year* scores better in Referrals in the year, 1 year ahead by 25.0%" in text
    assert "the score is 25.0% worse" in text


def test_the_page_says_that_nothing_is_lost_where_nothing_is() -> None:
    won = track_record.record(ABOUT, forecasts(0.8))
    text = track_record.page(ABOUT, won.cells)
    assert "In no cell, by these measures." in text
    assert "the score is 20.0% better" in text
    assert "in 6 of 6 cells" in text


def test_a_record_is_saved_whole_and_read_back(tmp_path: Path) -> None:
    found = track_record.record(ABOUT, forecasts(0.8))
    page = track_record.save(found, tmp_path)
    assert page == tmp_path / "track-record.md"
    beside = {path.name for path in (tmp_path / "track-record").iterdir()}
    assert beside == {"about.json", "coverage.png", "evenness.png", "forecasts.csv", "places.csv", "scores.csv"}
    about, cells = track_record.saved(tmp_path)
    assert about == ABOUT
    assert track_record.page(about, cells) == page.read_text(encoding="utf-8")
    places = pd.read_csv(tmp_path / "track-record" / "places.csv")
    assert np.allclose(places.filter(like="bin_").sum(axis=1), 1.0)


def test_the_page_in_the_documents_is_that_of_the_scores_beside_it() -> None:
    about, cells = track_record.saved(DOCS)
    assert track_record.page(about, cells) == (DOCS / track_record.PAGE).read_text(encoding="utf-8"), (
        "run: familyflow backtest --out docs"
    )


@pytest.mark.parametrize("name", ["coverage", "evenness"])
def test_a_figure_is_the_same_bytes_again(name: str) -> None:
    found = track_record.record(ABOUT, forecasts(0.8))
    table = {"coverage": found.cells, "evenness": found.places}[name]
    one, two = (style.png(getattr(track_record, name)(table)) for _ in range(2))
    assert one == two
