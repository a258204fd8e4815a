"""Every money figure of a finished run, and whether one name has two values: `money_figures.py RUN_FOLDER [TERMINAL]`.

Reads page, paper, workbook (values), results.json and the CSVs as a reader would, and the terminal's text where a file
of it is given. Prints a row a figure: name, schedule, period, statistic, value and where it stands. Two figures of one
name, schedule, period and statistic clash when no number rounds to both as they are printed. Exits 1 when any do.

A figure is called by its name in files where the glossary has one, else by the words beside it.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import docx
import openpyxl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from docx.document import Document as Paper

ALL: Final = "all"
"""The period that is the whole run."""
AVERAGE, LOW, HIGH, MIDDLE = "average", "low", "high", "middle"
MILLION: Final = 1e6
PENNY: Final = 0.005
SIX_DIGITS: Final = 5e-6
"""The CSVs of the case have six digits: half a unit of the last one, as a share of the value, and a hair."""
NUMBER: Final = re.compile(r"-?[\d,]+(?:\.\d+)?")
POUNDS: Final = re.compile(r"(-?)£([\d,]+(?:\.\d+)?)m")

NAMES: Final = {
    # tables of page, paper and terminal
    "cost": "cost",
    "cost of the programme": "cost",
    "programme cost": "programme_cost_gbp",
    "cash saved": "cash",
    "is it cash for the council? net present value": "npv",
    "net present value of cash": "npv",
    "net present value": "npv",
    "with optimism corrected": "npv, optimism bias corrected",
    "is it worth it for the public purse? net present value": "npv_public",
    "cash back for £1": "cash_return",
    "public benefit for £1": "benefit_cost",
    "peak funding": "peak_funding",
    "effect on the year's budget": "budget impact",
    "change on the year before": "change from the year before",
    "freed, but no cash": "capacity",
    "growth not incurred": "cost avoided",
    "partners' saving, no cash here": "partner",
    "grants and partners' money": "income_gbp",
    "net cash before them": "net cash",
    "net cash after them": "net cash after grants",
    "gross saving, not all cash": "gross_saving_gbp",
    "staff time freed (capacity)": "capacity_saving_gbp",
    "partners' saving": "partner_saving_gbp",
    "net saving (gross - cost)": "net_saving_gbp",
    "net saving, cumulative": "net_saving_cumulative_gbp",
    "net saving after grants": "net_after_income_gbp",
    "existing budget displaced": "displaced_gbp",
    "programme spend, gross": "programme_spend_gbp",
    # the workbook
    "net cash, real": "net cash",
    "budget impact, nominal": "budget impact",
    "cumulative, nominal": "cumulative",
    "grants and partners' money, real": "income_gbp",
    "net cash after grants, real": "net cash after grants",
    "net present value: cash saved less spending": "npv",
    "present value of cash saved": "pv_cash",
    "present value of spending": "pv_spending",
    "net present value, all rungs (with capacity, cost avoided and partners)": "npv_public",
    "peak funding needed (cumulative, nominal)": "peak_funding",
    "regret: present value lost against the best choice in each draw": "regret",
    "net present value with optimism bias corrected": "npv, optimism bias corrected",
    "benefit-cost ratio, all rungs (ratio of averages)": "benefit_cost",
    "cash back for a pound spent (ratio of averages)": "cash_return",
}
"""What a figure is called in files, by the words beside it, in small letters and without its unit."""


AFTER: Final = {
    "still_out": "children still out of care at the end",
    "ten_years_cash": "ten years, net present value of cash",
    "ten_years_public": "ten years, net present value for the public purse",
}
"""What stands after the run is called so in tables; where savings fade, the share is in the name."""
RUN_RATES: Final = {"npv": "run_rate", "npv_public": "run_rate_public"}
"""What an answer is called in the last whole year alone."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A money figure as printed: GBP, or a ratio; `half` is half a unit of its last digit."""

    name: str
    schedule: str
    period: str
    statistic: str
    value: float
    half: float
    where: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two figures the same one."""
        return (self.name, self.schedule, self.period, self.statistic)


Reader: TypeAlias = "Callable[[str, str, Sequence[str], Sequence[object]], Iterator[Figure]]"
"""What reads a row of a block: the schedule, the words beside it, the headings and the row."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as read: caption, headings, and each row's cells with the heading of its group."""

    where: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def figures(folder: Path, terminal: str = "") -> list[Figure]:
    """Give every money figure of a run's folder, and of the terminal's text."""
    titles = _titles(folder)
    found = [
        *(figure for grid in page_tables(folder / "report.html") for figure in of_grid(grid, titles)),
        *(figure for grid in paper_tables(folder / "paper.docx") for figure in of_grid(grid, titles)),
        *of_workbook(folder / "workbook.xlsx", titles),
        *of_json(folder / "results.json"),
        *of_tables(folder),
        *of_terminal(terminal, titles),
        *(figure for where, text in texts(folder) for figure in of_sentences(where, text, titles)),
    ]
    return [each for each in found if each.schedule != "no_change"]


def clashes(found: Iterable[Figure]) -> list[tuple[Figure, Figure]]:
    """Give the pairs of one name that no number rounds to both of."""
    by_key: dict[tuple[str, str, str, str], dict[tuple[float, float], Figure]] = defaultdict(dict)
    for each in found:
        by_key[each.key].setdefault((each.value, each.half), each)
    pairs = (pair for same in by_key.values() for pair in combinations(same.values(), 2))
    return [(one, other) for one, other in pairs if abs(one.value - other.value) > one.half + other.half + PENNY]


def _titles(folder: Path) -> dict[str, str]:
    """Give the schedules' names by their titles."""
    schedules = json.loads((folder / "results.json").read_text(encoding="utf-8"))["schedules"]
    return {each["title"]: name for name, each in schedules.items()}


# ---------------------------------------------------------------- page and paper


class _Tables(HTMLParser):
    """Reads the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self._name, self._caption, self._group = "", "", ""
        self._headings: list[str] = []
        self._rows: list[tuple[str, tuple[str, ...]]] = []
        self._row: list[str] = []
        self._text: str | None = None
        self._scope = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._name = given.get("id") or ""
            self._caption, self._group, self._headings, self._rows = "", "", [], []
        elif tag == "tr":
            self._row = []
        elif tag in {"td", "th", "caption"}:
            self._text, self._scope = "", given.get("scope") or ""
        elif tag == "br" and self._text is not None:
            self._text += "\n"

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._caption, self._text = self._text or "", None
        elif tag in {"td", "th"} and self._text is not None:
            if self._scope == "col":
                self._headings.append(self._text)
            elif self._scope == "rowgroup":
                self._group = self._text
            else:
                self._row.append(self._text)
            self._text = None
        elif tag == "tr" and self._row:
            self._rows.append((self._group, tuple(self._row)))
        elif tag == "table":
            where = f"report.html {self._name}"
            self.grids.append(Grid(where, self._caption, tuple(self._headings), tuple(self._rows)))


def page_tables(path: Path) -> list[Grid]:
    """Read every table of a page."""
    reader = _Tables()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.grids


def paper_tables(path: Path) -> Iterator[Grid]:
    """Read every table of a paper; its caption is the paragraph before it."""
    paper: Paper = docx.Document(str(path))
    before = ""
    for block in paper.iter_inner_content():
        if not hasattr(block, "rows"):
            before = block.text or before
            continue
        cells = [tuple(cell.text for cell in row.cells) for row in block.rows]
        group, rows = "", []
        for row in cells[1:]:
            if len(set(row)) == 1 and len(row) > 1:
                group = row[0]
            else:
                rows.append((group, row))
        yield Grid(f"paper.docx {before[:40]}", before, cells[0], tuple(rows))


def of_grid(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read a table's money: each kind of table by its headings."""
    first = grid.headings[0] if grid.headings else ""
    readers = {
        "Result": _headline,
        "Schedule": _by_schedule,
        "Schedule and figure": _by_figure,
        "Reading": _by_reading,
        "Step": _bridge,
        "Input": _swings,
        "By the end of": _positions,
    }
    if first in readers and "£" in "".join((grid.caption, *grid.headings, *(row[0] for _, row in grid.rows))):
        yield from readers[first](grid, titles)


def _headline(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the first table: a row a figure of one schedule."""
    schedule = _schedule(grid.caption.rpartition(", by ")[0], titles)
    latest = ""
    for _, row in grid.rows:
        words = row[0]
        if "£m" not in words:
            continue
        if words.startswith("..."):
            period = re.search(r"\d{4}/\d{2}", words)
            name = RUN_RATES.get(latest, latest)
            yield from _cell(grid.where, name, schedule, period[0] if period else "", row[1:3])
            continue
        latest = named(words)
        yield from _cell(grid.where, latest, schedule, ALL, row[1:3])


def _by_schedule(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read a table with a row a schedule and a column a figure."""
    for _, row in grid.rows:
        schedule = _schedule(row[0], titles)
        if grid.headings[1] == "Average, £m":
            yield from _cell(grid.where, named(grid.caption.partition(",")[0]), schedule, ALL, row[1:3])
            continue
        for heading, cell in zip(grid.headings[1:], row[1:], strict=False):
            if "£" in heading or "£m" in grid.caption:
                name = named(heading)
                ratio = name in {"cash_return", "benefit_cost"}
                payer = heading.partition("\n")[0].lower()
                extra = f"partner, {payer}" if "Saved by partners" in grid.caption else name
                yield from _cell(grid.where, extra, schedule, ALL, cell.split("\n"), 1.0 if ratio else MILLION)


def _by_figure(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read a table with a row a figure, in groups by schedule, and a column a period or a statistic."""
    for group, row in grid.rows:
        schedule, name = _schedule(group, titles), named(row[0])
        if grid.headings[1] == "Average":
            yield from _cell(grid.where, name, schedule, ALL, row[1:3])
            continue
        for heading, cell in zip(grid.headings[1:], row[1:], strict=False):
            yield from _cell(grid.where, name, schedule, _period(heading), cell.split("\n"))


def _by_reading(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the table of readings, whose draws are fewer than the run's: names of their own."""
    for group, row in grid.rows:
        schedule = _schedule(group, titles)
        for heading, cell in zip(grid.headings[1:], row[1:], strict=False):
            if "£m" in heading:
                name = f"{heading.removesuffix(', £m').lower()}, {row[0].rstrip('*').split(chr(10))[0]}"
                yield from _cell(grid.where, name, schedule, ALL, cell.split("\n"))


def _bridge(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the bridge: a row a step, a column a price base."""
    for group, row in grid.rows:
        for heading, cell in zip(grid.headings[1:], row[1:], strict=False):
            base = "real" if "throughout" in heading else "nominal"
            name = f"bridge, {row[0].removeprefix('= ').lower()}, {base}"
            yield from _cell(grid.where, name, _schedule(group, titles), ALL, cell.split("\n"))


def _swings(grid: Grid, _: Mapping[str, str]) -> Iterator[Figure]:
    """Read the tornado: what an input's ends make of the answer."""
    for _group, row in grid.rows:
        for heading, cell in zip(grid.headings, row, strict=False):
            if "£m" in heading:
                yield from _cell(grid.where, f"npv {heading.removesuffix(', £m').lower()} of {row[0]}", "", ALL, [cell])


def _positions(grid: Grid, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the sliders' table by year, as it stands at the stated values; the last year is the whole run."""
    schedule = _schedule(grid.caption.partition(", cumulative")[0], titles)
    for place, (_, row) in enumerate(grid.rows):
        last = place == len(grid.rows) - 1
        name, period = ("npv", ALL) if last else ("npv so far", _period(row[0]))
        yield from _cell(grid.where, name, schedule, period, row[1:3])


def named(words: str) -> str:
    """Give a figure's name in files by the words beside it."""
    plain = (
        re.sub(r" \((?:not |\d+% of it )?in the lines above\)", "", words.removesuffix(", £m"))
        .replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        .strip()
        .lower()
    )
    return NAMES.get(plain, plain)


def _schedule(title: str, titles: Mapping[str, str]) -> str:
    """Give a schedule's name by its title."""
    return titles.get(title, title)


def _period(heading: str) -> str:
    """Give a period by its heading, without the dates that cut a year short."""
    year = heading.split("\n", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    return ALL if heading == "All years" else year


def _cell(
    where: str, name: str, schedule: str, period: str, parts: Sequence[str], unit: float = MILLION
) -> Iterator[Figure]:
    """Read an average and the range beside it."""
    words = [AVERAGE]
    texts_ = [parts[0]]
    if len(parts) > 1 and " to " in parts[1]:
        texts_ += parts[1].split(" to ")
        words += [LOW, HIGH]
    for statistic, text in zip(words, texts_, strict=True):
        if NUMBER.fullmatch(text.strip()):
            yield Figure(name, schedule, period, statistic, *read_number(text, unit), where)


def read_number(text: str, unit: float) -> tuple[float, float]:
    """Give a printed number, and half a unit of its last digit."""
    plain = text.strip().replace(",", "")
    digits = len(plain.partition(".")[2])
    return float(plain) * unit, 0.5 * 10.0**-digits * unit


# ---------------------------------------------------------------- workbook


def of_workbook(path: Path, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the sheets that a reader sees, as values."""
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    yield from _blocks(book["Cash flow"].iter_rows(values_only=True), titles, _years)
    yield from _blocks(book["Appraisal"].iter_rows(values_only=True), titles, _statistics)
    yield from _workbook_summary(book["Summary"].iter_rows(values_only=True), titles)
    yield from _workbook_ladder(book["Ladder"].iter_rows(values_only=True), titles)
    for name in ("Bridge", "After the run"):
        if name in book.sheetnames:
            yield from _apart(name, book[name].iter_rows(values_only=True), titles)


def _blocks(rows: Iterable[Sequence[object]], titles: Mapping[str, str], reader: Reader) -> Iterator[Figure]:
    """Read blocks that begin with a schedule's title and a row of headings."""
    schedule = ""
    headings: tuple[str, ...] = ()
    for row in rows:
        first = str(row[0] or "")
        if first in titles:
            schedule, headings = titles[first], ()
        elif schedule and not headings:
            headings = tuple(str(each or "") for each in row)
        elif schedule and first:
            yield from reader(schedule, first, headings, row)


def _years(schedule: str, words: str, headings: Sequence[str], row: Sequence[object]) -> Iterator[Figure]:
    """Read a line by year."""
    statistic = AVERAGE
    if words.startswith("Cumulative, range"):
        statistic, words = (LOW if ": low" in words else HIGH), "Cumulative, nominal"
    if words.startswith("Probability"):
        return
    for heading, value in zip(headings[1:], row[1:], strict=False):
        if isinstance(value, int | float) and heading:
            yield Figure(named(words), schedule, _period(heading), statistic, value, 0.0, "workbook.xlsx Cash flow")


_STATISTICS: Final = {"Average": AVERAGE, "Low": LOW, "High": HIGH, "Middle": MIDDLE}


def _statistics(schedule: str, words: str, headings: Sequence[str], row: Sequence[object]) -> Iterator[Figure]:
    """Read a measure's statistics."""
    if words.startswith(("Probability", "Pays back", "Year in")):
        return
    name, period = _run_rate(words)
    for heading, value in zip(headings[1:], row[1:], strict=False):
        if heading in _STATISTICS and isinstance(value, int | float):
            yield Figure(name, schedule, period, _STATISTICS[heading], value, 0.0, "workbook.xlsx Appraisal")


def _run_rate(words: str) -> tuple[str, str]:
    """Give a measure's name and period; those of a single year name it."""
    year = re.search(r"in (\d{4}/\d{2}) alone", words)
    if year:
        return RUN_RATES["npv_public" if "public" in words else "npv"], year[1]
    return named(words), ALL


def _workbook_summary(rows: Iterable[Sequence[object]], titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the summary's table."""
    columns = {
        1: ("npv", AVERAGE, ALL),
        2: ("npv", LOW, ALL),
        3: ("npv", HIGH, ALL),
        6: ("peak_funding", AVERAGE, ALL),
        8: ("npv_public", AVERAGE, ALL),
    }
    for row in rows:
        rates = re.findall(r"\d{4}/\d{2}", " ".join(map(str, row[9:11])))
        if len(rates) == len(RUN_RATES):
            columns |= {9 + place: (name, AVERAGE, rates[place]) for place, name in enumerate(RUN_RATES.values())}
        first = str(row[0] or "")
        if first in titles and isinstance(row[1], int | float):
            for column, (name, statistic, period) in columns.items():
                value = row[column]
                if isinstance(value, int | float):
                    yield Figure(name, titles[first], period, statistic, value, 0.0, "workbook.xlsx Summary")


def _workbook_ladder(rows: Iterable[Sequence[object]], titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the ladder's sums."""
    names = (
        "cash this year",
        "cash when a contract or post ends",
        "capacity",
        "cost avoided",
        "partner",
        "programme_cost_gbp",
    )
    schedule = ""
    for row in rows:
        first = str(row[0] or "")
        schedule = titles.get(first, schedule)
        if first == "All lines":
            for name, value in zip(names, row[3:9], strict=True):
                if isinstance(value, int | float):
                    yield Figure(name, schedule, ALL, AVERAGE, value, 0.0, "workbook.xlsx Ladder")


def _apart(sheet: str, rows: Iterable[Sequence[object]], titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read a sheet of values with a column a statistic; the headings may name a price base before it."""
    schedule = ""
    headings: tuple[str, ...] = ()
    for row in rows:
        first = str(row[0] or "")
        if first in titles:
            schedule = titles[first]
        elif len(row) > 1 and isinstance(row[1], str):
            headings = tuple(str(each or "") for each in row)
        elif schedule and first:
            for heading, value in zip(headings[1:], row[1:], strict=False):
                base, _, statistic = heading.rpartition(": ")
                if isinstance(value, int | float) and statistic.capitalize() in _STATISTICS:
                    plain = first.removeprefix("= ").lower()
                    kind = "real" if "throughout" in base else "nominal"
                    name = f"bridge, {plain}, {kind}" if sheet == "Bridge" else plain
                    where = f"workbook.xlsx {sheet}"
                    yield Figure(name, schedule, ALL, _STATISTICS[statistic.capitalize()], value, 0.0, where)


# ---------------------------------------------------------------- json and csv


def of_json(path: Path) -> Iterator[Figure]:
    """Read the measures in GBP of results.json, and the answers beside them."""
    statistics = {"mean": AVERAGE, "p5": LOW, "p50": MIDDLE, "p95": HIGH}
    for schedule, each in json.loads(path.read_text(encoding="utf-8"))["schedules"].items():
        measures = {name: row for name, row in each["measures"].items() if name.endswith("_gbp")}
        answers = {AFTER.get(name, name): row for name, row in each["money"].items() if name != "bridge"}
        steps = {
            f"bridge, {row['title'].removeprefix('= ').lower()}, {row['basis']}": row
            for row in each["money"].get("bridge", [])
        }
        for name, row in {**measures, **answers, **steps}.items():
            period, unit = row.get("period") or ALL, row.get("unit", "gbp")
            for key, statistic in statistics.items():
                if row.get(key) is not None and unit.startswith(("gbp", "ratio")):
                    yield Figure(name, schedule, period, statistic, row[key], SIX_DIGITS * abs(row[key]), path.name)


def of_tables(folder: Path) -> Iterator[Figure]:
    """Read the CSVs: summary, appraisal, cash flow, ladder, and those that stand apart where there are any."""
    for row in _rows(folder / "summary.csv"):
        if row["unit"] == "gbp":
            yield from _csv(row, row["measure"], row["period"].split(" ")[0], "summary.csv")
    for row in _rows(folder / "appraisal.csv"):
        if row["unit"].startswith("gbp") or row["unit"] == "ratio":
            name, own = row["measure"], row["basis"] == "as stated"
            period = row.get("period") or ALL
            yield from _csv(row, name if own else f"{name}, {row['basis']}", period, "appraisal.csv")
    for row in _rows(folder / "cashflow.csv"):
        if row["unit"].startswith("gbp"):
            name, own = _item(row["item"]), row["basis"] == "as stated"
            yield from _csv(row, name if own else f"{name}, {row['basis']}", row["financial_year"], "cashflow.csv")
    yield from _ladder_sums(_rows(folder / "ladder.csv"))
    for row in _rows(folder / "bridge.csv"):
        title = row["title"].removeprefix("= ").lower()
        yield from _csv(row, f"bridge, {title}, {row['basis']}", ALL, "bridge.csv")
    for row in _rows(folder / "after.csv"):
        yield from _csv(row, row["title"].lower(), ALL, "after.csv")


def _item(item: str) -> str:
    """Give the name of an item of the cash flow."""
    return {"grants and partners' money": "income_gbp", "programme cost": "programme_cost_gbp"}.get(item, item)


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV; nothing where there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _csv(row: Mapping[str, str], name: str, period: str, where: str) -> Iterator[Figure]:
    """Read a row's statistics."""
    for key, statistic in (("mean", AVERAGE), ("p5", LOW), ("p50", MIDDLE), ("p95", HIGH)):
        if row.get(key):
            value = float(row[key])
            yield Figure(name, row["schedule"], period, statistic, value, SIX_DIGITS * abs(value), where)


def _ladder_sums(rows: Iterable[Mapping[str, str]]) -> Iterator[Figure]:
    """Add up the ladder's lines: averages add up, ranges do not."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    size: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in rows:
        names = [row["rung"], *([f"partner, {row['payer'].lower()}"] if row["rung"] == "partner" else [])]
        for name in names:
            key = (name, row["schedule"], row["financial_year"])
            sums[key] += float(row["mean"])
            size[key] += abs(float(row["mean"]))
    for (name, schedule, period), value in sums.items():
        yield Figure(
            name, schedule, period, AVERAGE, value, SIX_DIGITS * size[name, schedule, period] + 1, "ladder.csv"
        )


# ---------------------------------------------------------------- terminal and sentences


def of_terminal(text: str, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the terminal's tables of money: a block a schedule, then the ladder, whose columns are schedules."""
    yield from _terminal_blocks(text, titles)
    yield from _terminal_ladder(text, list(titles.values()))


def _terminal_blocks(text: str, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read each schedule's money over the whole horizon and by year."""
    schedule, money = "", False
    years: list[str] = []
    for line in text.splitlines():
        heading = line.partition(" \N{BOX DRAWINGS LIGHT HORIZONTAL}")[0].strip()
        if heading in titles:
            schedule, years = titles[heading], []
        if line.startswith("Whole horizon"):
            years = []
        if line.strip().startswith(tuple("0123456789")) and re.fullmatch(r"(\s*\d{4}/\d{2})+\s*", line):
            years = line.split()
        if line.startswith("Money, £m"):
            money = True
        elif line and not line.startswith(" "):
            money = False
        elif money and schedule:
            yield from _terminal_row(line, schedule, years)


def _terminal_row(line: str, schedule: str, years: Sequence[str]) -> Iterator[Figure]:
    """Read a row of a schedule's money."""
    cells = re.split(r"\s{2,}", line.strip())
    name = named(cells[0])
    if name not in NAMES.values():
        return
    if years:
        for period, cell in zip(years, cells[1:], strict=False):
            yield from _cell("terminal", name, schedule, period, [cell])
    elif len(cells) > 1:
        yield from _cell("terminal", name, schedule, ALL, cells[1:3])


def _terminal_ladder(text: str, schedules: Sequence[str]) -> Iterator[Figure]:
    """Read the case's ladder."""
    _, _, rest = text.partition("The case, in cash")
    compared = [name for name in schedules if name != "no_change"]
    for line in rest.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if len(cells) == len(compared) + 1 and named(cells[0]) in {*NAMES.values(), *NAMES}:
            for schedule, cell in zip(compared, cells[1:], strict=True):
                yield from _cell("terminal ladder", named(cells[0]), schedule, ALL, [cell])


SENTENCES: Final = (
    (r"on average its net present value in cash is (-?£[\d.,]+m)", "npv"),
    (r"Net present value in cash (-?£[\d.,]+m)", "npv"),
    (r"optimism bias corrected: (-?£[\d.,]+m)", "npv, optimism bias corrected"),
    (r"(£[\d.,]+m) has to be found before", "peak_funding"),
    (r"at most (£[\d.,]+m) must be found", "peak_funding"),
    (r"By [^.]*? it costs (£[\d.,]+m) on average", "programme_cost_gbp"),
    (r"towards which grants and partners give (£[\d.,]+m)", "income_gbp"),
    (r"saves (-?£[\d.,]+m) on placements and agency staff", "gross_saving_gbp"),
)
"""What sentences that begin with a schedule's title say of money."""


def of_sentences(where: str, text: str, titles: Mapping[str, str]) -> Iterator[Figure]:
    """Read the sentences of a paragraph that begins with a schedule's title."""
    title = next((each for each in sorted(titles, key=len, reverse=True) if text.startswith(f"{each}.")), None)
    if title is None:
        return
    said = text.removeprefix(title)
    for pattern, name in SENTENCES:
        for found in re.finditer(pattern, said):
            sign, digits = POUNDS.fullmatch(found[1]).groups()  # type: ignore[union-attr]
            value, half = read_number(f"{sign}{digits}", MILLION)
            yield Figure(name, titles[title], ALL, AVERAGE, value, half, where)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the paragraphs of page, paper and workbook."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    for found in re.finditer(r"<(?:li|p)>(.*?)</(?:li|p)>", page, re.DOTALL):
        yield "report.html text", _plain(found[1])
    for paragraph in docx.Document(str(folder / "paper.docx")).paragraphs:
        yield "paper.docx text", paragraph.text
    book = openpyxl.load_workbook(folder / "workbook.xlsx", data_only=True, read_only=True)
    for row in book["Summary"].iter_rows(values_only=True):
        yield "workbook.xlsx Summary text", str(row[0] or "")


def _plain(markup: str) -> str:
    """Take a piece of a page without its tags."""
    return unescape(re.sub("<[^>]+>|\N{WORD JOINER}", "", markup))


def main() -> int:
    """Print every figure; say where one name has two values."""
    folder, *terminal = map(Path, sys.argv[1:])
    found = figures(folder, "\n".join(each.read_text(encoding="utf-8") for each in terminal))
    for each in sorted(found, key=lambda figure: (figure.key, figure.where)):
        print(f"{each.name} | {each.schedule} | {each.period} | {each.statistic} | {each.value:,.2f} | {each.where}")
    wrong = clashes(found)
    print(f"\n{len(found):,} figures, {len({each.key for each in found}):,} names by schedule, period and statistic")
    for one, other in wrong:
        print(f"TWO VALUES: {', '.join(one.key)}: {one.value:,.2f} in {one.where}, {other.value:,.2f} in {other.where}")
    print(f"{len(wrong)} with two values")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
