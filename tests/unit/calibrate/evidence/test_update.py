"""Open data as released, cut down to a few places and years, taken into the shipped table."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from familyflow.calibrate.evidence import opendata, update
from familyflow.calibrate.evidence.lookup import told
from familyflow.ground import evidence
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[3] / "samples" / "open_data"
FILES = sorted(SAMPLES.glob("*.csv"))
SHIPPED = [evidence.path(name).read_bytes() for name in evidence.FILES]
LATER = {
    "referrals": "referral_count",
    "re_referrals": "rereferral_count",
    "re_referrals_percent": "rereferral_percent",
    "no_further_action": "no_further_action_count",
    "not_in_need": "not_in_need_count",
    "referrals_child": "referral_child_count",
    "re_referrals_child_percent": "rereferral_child_percent",
}


def written(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in evidence.FILES]


def table(name: str) -> list[dict[str, str]]:
    """Read a sample as rows by column, in small letters."""
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key.lower(): cell for key, cell in row.items()} for row in csv.DictReader(file)]


def put(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """Write rows as a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def in_kent(row: dict[str, str], year: str = "2024") -> bool:
    return row["la_name"] == "Kent" and row["time_period"] == year


def without_rates(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Spell a table of referrals as the release after does: no rates, and other names."""
    return [{LATER.get(key, key): cell for key, cell in row.items() if not key.endswith("_rate")} for row in rows]


def cell(folder: Path, council: str, year: int, measure: str) -> str:
    return update.opened(folder).rows[council, year][measure]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_table_is_known_by_its_columns_whatever_the_file_is_called(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data.csv"
    copy.write_bytes(path.read_bytes())
    found = opendata.read(copy)
    assert found.table == path.stem.upper()
    assert found.release == "Children in need, 2024 release"
    assert found.places["886"].name == "Kent"
    assert len(found.rows) == 14


def test_the_shipped_releases_change_nothing_and_reading_them_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for _ in range(2):
        done = update.run(FILES, tmp_path)
        assert done.changes == []
        assert written(tmp_path) == SHIPPED
    assert list(done.left_out) == ["Inner London, which is no council, and no region of the table"]


def test_a_release_without_rates_and_with_new_names_changes_nothing_either(tmp_path: Path) -> None:
    later = put(tmp_path / "later.csv", without_rates(table("c1")))
    assert update.run([later], tmp_path / "out").changes == []
    assert written(tmp_path / "out") == SHIPPED


def test_the_release_after_adds_its_year_and_says_what_it_revised(tmp_path: Path) -> None:
    rows = without_rates(table("c1"))
    next_year = [row | {"time_period": "2025"} for row in rows if row["time_period"] == "2024"]
    revised = [row | ({"referral_count": "24000"} if in_kent(row) else {}) for row in rows]
    done = update.run([put(tmp_path / "c1.csv", [*next_year, *revised])], tmp_path / "out")
    kent = {(c.year, c.measure): c for c in done.changes if c.council == "Kent"}
    first = kent[2024, "referrals_number"]
    assert (first.kind, first.old, first.new) == ("revised", "24111", "24000")
    assert first.release == "Children in need, 2025 release"
    assert kent[2024, "referrals_rate"].new == "689"
    assert kent[2025, "referrals_number"].kind == "added"
    assert cell(tmp_path / "out", "Kent", 2025, "region") == "South East"
    assert cell(tmp_path / "out", "Kent", 2025, "referrals_rate") == ""
    assert any("referrals_rate of 2025" in what for what in done.left_out)


def test_each_figure_keeps_the_release_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table("c1")
    later = [row | {"time_period": "2025"} for row in rows if in_kent(row)]
    update.run([put(tmp_path / "c1.csv", [*later, *(row for row in rows if in_kent(row))])], tmp_path)
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path))
    releases = {row[1]: row[-1] for row in told("Kent", ["referrals_number"])}
    assert releases["2025"] == releases["2024"] == "Children in need, 2025 release"
    assert releases["2023"] == "Children in need, 2024 release"
    assert told("Somerset", ["referrals_number"])[-1][-1] == "Children in need, 2024 release"


def test_a_table_in_the_products_own_layout_brings_what_open_data_lack(tmp_path: Path) -> None:
    later = [row | {"time_period": "2025"} for row in without_rates(table("c1")) if in_kent(row)]
    mid_year = tmp_path / "population.csv"
    mid_year.write_text("council,year,population_0_17_mid_year\nKent,2024,350000\n", encoding="utf-8")
    update.run([mid_year, put(tmp_path / "c1.csv", later)], tmp_path / "out", release="ours")
    assert cell(tmp_path / "out", "Kent", 2025, "population_0_17_mid_year_before") == "350000"
    assert cell(tmp_path / "out", "Kent", 2025, "referrals_rate") == str(round(24111 / 350000 * 10_000, 1))


def test_a_council_that_is_new_is_added_under_its_number(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in evidence.FILES:
        lines = evidence.path(name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("Leeds,")]
        (tmp_path / "out" / name).write_text("".join(kept), encoding="utf-8")
    newcomer = {"old_la_code": "383", "new_la_code": "E08000035", "la_name": "Leeds", "region_name": "Yorkshire"}
    rows = [row | newcomer for row in table("d1") if in_kent(row)]
    done = update.run([put(tmp_path / "d1.csv", rows)], tmp_path / "out")
    assert {change.council for change in done.changes} == {"Leeds"}
    assert cell(tmp_path / "out", "Leeds", 2024, "la_code") == "383"
    assert cell(tmp_path / "out", "Leeds", 2024, "cpp_at_31mar_number") == "1211"


def test_a_council_whose_national_code_changed_is_the_same_by_its_number(tmp_path: Path) -> None:
    rows = [
        row | ({"new_la_code": "E99999999", "la_name": "Kent Council"} if in_kent(row) else {}) for row in table("d1")
    ]
    assert update.run([put(tmp_path / "d1.csv", rows)], tmp_path / "out").changes == []


def test_a_figure_that_is_suppressed_later_is_withdrawn_and_not_zero(tmp_path: Path) -> None:
    rows = [row | ({"cpp_at31": "c", "cpp_at31_rate": "c"} if in_kent(row) else {}) for row in table("d1")]
    done = update.run([put(tmp_path / "d1.csv", rows)], tmp_path / "out")
    assert {(c.measure, c.kind, c.new) for c in done.changes} == {
        ("cpp_at_31mar_number", "withdrawn", ""),
        ("cpp_at_31mar_rate", "withdrawn", ""),
    }


def test_a_byte_order_mark_and_a_period_of_two_years_are_read(tmp_path: Path) -> None:
    rows = [row | {"time_period": f"{int(row['time_period']) - 1}{row['time_period'][2:]}"} for row in table("d1")]
    path = put(tmp_path / "d1.csv", rows, "utf-8-sig")
    assert {year for _, year in opendata.read(path).rows} == {2023, 2024}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cpp_start": "many"}, r"bad.csv line 2 column cpp_start = 'many': must be a number, or one of c z : u x k"),
        ({"cpp_start": "-4"}, r"line 2 column cpp_start = '-4': must be from 0 to"),
        ({"cpp_start": "12.5"}, r"line 2 column cpp_start = '12.5': must be a whole number"),
        ({"cpp_start": "1,349"}, r"line 2 column cpp_start = '1,349': must be a number"),
        ({"cpp_start": "inf"}, r"line 2 column cpp_start = 'inf': must be a number"),
        ({"time_period": "24"}, r"line 2 column time_period = '24': must be a year such as 2024"),
        ({"time_period": "202325"}, r"line 2 column time_period = '202325': must be a year"),
        ({"geographic_level": "Ward"}, r"line 2 column geographic_level = 'Ward': must be National, Regional or Local"),
        ({"old_la_code": "K"}, r"line 2 column old_la_code = 'K': must be the council's number of three digits"),
        ({"la_name": ""}, r"line 2 column la_name = '': must be the council's name"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_by_file_line_and_column(
    change: dict[str, str], said: str, tmp_path: Path
) -> None:
    rows = [row | change for row in table("d1") if in_kent(row)]
    with pytest.raises(Problem, match=said):
        update.run([*FILES, put(tmp_path / "bad.csv", rows)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_bad_cell_is_told_up_to_a_dozen(tmp_path: Path) -> None:
    rows = [row | {"cpp_start": "?", "cpp_end": "?"} for row in table("d1")]
    with pytest.raises(Problem, match=r"line 2 column cpp_start.*line 7 column cpp_end.*; and 16 more"):
        opendata.read(put(tmp_path / "bad.csv", rows))


def lost_column(text: str) -> bytes:
    return "\n".join(line.rsplit(",", 2)[0] for line in text.splitlines()).encode()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lost_column, "is none of the tables|has no column"),
        (lambda text: text.splitlines()[0].encode(), "has a header and no line under it"),
        (lambda _: b"", "is empty"),
        (lambda text: (text + text.splitlines()[1]).encode(), "Somerset|England has a line for 2024 already"),
        (lambda text: (text + "2024,short\n").encode(), r"line 16: has 2 cells, but the header names 25 columns"),
        (lambda text: text.encode() + b"\xff", r"line 16: byte 0xff is not UTF-8"),
        (lambda text: text.replace("CPP_start,", "CPP_end,", 1).encode(), "names the column cpp_end twice"),
        (lambda _: b"a,b\n1,2\n", "is none of the tables that can be read"),
        (lambda _: b"council,year,colour\nKent,2024,2\n", "'colour' is no measure"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_and_nothing_is_written(
    spoil: Callable[[str], bytes], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "spoilt.csv"
    path.write_bytes(spoil((SAMPLES / "d1.csv").read_text(encoding="utf-8")))
    with pytest.raises(Problem, match=said):
        update.run([path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"nowhere.csv: cannot be read: no such file"):
        opendata.read(tmp_path / "nowhere.csv")


def test_every_measure_of_open_data_is_in_the_dictionary() -> None:
    known = opendata.known_measures()
    for each in opendata.tables():
        assert {measure.name for measure in each.measures} <= set(known)
        assert {known[measure.name]["table"] for measure in each.measures} == {each.name}
