from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import history
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "council,year,population_0_17_mid_year_before,referrals_number,cla_at_31mar_number"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_shipped_councils_are_arranged_by_place_and_year() -> None:
    known = history.panel(councils.table())
    assert known.years == tuple(range(2013, 2025))
    assert len(known.places) == 155
    at = known.places.index("Swindon"), known.years.index(2019)
    row = councils.table().query("council == 'Swindon' and year == 2019").iloc[0]
    assert [float(each) for each in known.counts[:, at[0], at[1]]] == [row[s.measure] for s in history.SERIES]
    assert known.children[at] == row[history.CHILDREN]
    assert not np.isnan(known.children).any()


def test_a_year_with_gaps_and_a_measure_never_given_stay_gaps(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2018,50000,2000,", "Somewhere,2020,,2100,300")
    found = history.panel(history.read(path))
    assert found.years == (2018, 2019, 2020)
    assert found.children.tolist() == [[50000.0, 50000.0, 50000.0]]
    assert found.counts[0, 0].tolist() == pytest.approx([2000, np.nan, 2100], nan_ok=True)
    assert found.counts[-1, 0, 2] == 300
    assert np.isnan(found.counts[1]).all()


def test_a_panel_until_a_year_knows_nothing_later() -> None:
    known = history.panel(councils.table()).until(2019)
    assert known.years[-1] == 2019
    assert known.counts.shape[2] == known.children.shape[1] == 7


BAD = {
    "year = '20x9'": ("Somewhere,20x9,50000,2000,300",),
    "referrals_number = '-3'": ("Somewhere,2019,50000,-3,300",),
    "referrals_number = 'c'": ("Somewhere,2019,50000,c,300",),
    "population_0_17_mid_year_before = '0.0'": ("Somewhere,2019,0,2000,300",),
    "has no population_0_17_mid_year_before in any year": ("Somewhere,2019,,2000,300",),
    "council = ''": (",2019,50000,2000,300",),
    "Somewhere in 2019 stands twice": (
        "Somewhere,2018,50000,1,1",
        "Somewhere,2019,50000,1,1",
        "Somewhere,2019,50000,1,1",
    ),
    "holds no rows": (),
}


@pytest.mark.parametrize("said", BAD)
def test_a_bad_table_is_refused_by_line_and_column(tmp_path: Path, said: str) -> None:
    path = written(tmp_path, *BAD[said])
    with pytest.raises(Problem) as refused:
        history.read(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    if BAD[said]:
        assert f"line {len(BAD[said]) + 1}" in str(refused.value)


def test_a_misspelt_heading_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2019,50000,2000,300", head=HEAD.replace("council", "counsil"))
    with pytest.raises(Problem, match=r"line 1: there is no column 'council' .did you mean 'counsil'"):
        history.read(path)


def test_a_table_without_any_measure_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2019,50000", head="council,year,population_0_17_mid_year_before")
    with pytest.raises(Problem, match="holds none of the columns that are forecast: referrals_number"):
        history.read(path)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2018,50000,1,1", "", '"Some\nwhere",2019,50000,1,1', "Somewhere,2020,50000,x,1")
    with pytest.raises(Problem, match="line 6: referrals_number = 'x'"):
        history.read(path)


def test_a_row_with_a_cell_too_many_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2018,50000,1,1", "Somewhere,2019,50000,1,000,1")
    with pytest.raises(Problem, match="line 3: has 6 cells, and line 1 has 5 headings"):
        history.read(path)


def test_a_heading_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Somewhere,2018,50000,1,1,1", head=f"{HEAD},referrals_number")
    with pytest.raises(Problem, match="the column 'referrals_number' stands 2 times"):
        history.read(path)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read as a table"):
        history.read(tmp_path / "none.csv")
