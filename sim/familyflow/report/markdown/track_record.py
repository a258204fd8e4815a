"""The track record as people read it: a page in plain words, its figures, and the tables behind them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from familyflow.calibrate.trends import hierarchy, scores
from familyflow.calibrate.trends.history import SERIES
from familyflow.calibrate.trends.naive import NAIVE, TITLES
from familyflow.ground.files import plain_words, writing
from familyflow.report.figures import style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

PAGE: Final = "track-record.md"
FOLDER: Final = "track-record"
SCORES: Final = "scores.csv"
PLACES: Final = "places.csv"
FORECASTS: Final = "forecasts.csv"
ABOUT: Final = "about.json"
DIGITS: Final = 6
BINS: Final = 10
_TITLES: Final = {each.measure: each.title for each in SERIES} | {"all": "All of them"}
_AIM: Final = "75% to 85%"


@dataclass(frozen=True, slots=True)
class About:
    """What was scored: whose figures, how many places, from which years, and with which seed."""

    whose: str
    places: int
    origins: tuple[int, ...]
    last: int
    seed: int
    shipped: bool
    since: str = ""
    """What has changed since, which is not in the scores."""


@dataclass(frozen=True, eq=False)
class Record:
    """A finished back-cast: forecasts one by one, cells, and where what came fell."""

    about: About
    forecasts: pd.DataFrame
    cells: pd.DataFrame
    places: pd.DataFrame


def record(about: About, forecasts: pd.DataFrame) -> Record:
    """Summarise forecasts."""
    places = scores.even(forecasts, BINS).reset_index()
    places.columns = pd.Index(["measure", "horizon", *(f"bin_{i + 1}" for i in range(BINS))])
    return Record(about, forecasts, scores.cells(forecasts).round(DIGITS), places.round(DIGITS))


def save(found: Record, folder: Path) -> Path:
    """Write page, figures and tables into a folder; give the page's path. Errors: Problem when it cannot be written."""
    beside = folder / FOLDER
    with plain_words(beside):
        beside.mkdir(parents=True, exist_ok=True)
    tables = {FORECASTS: found.forecasts.round(DIGITS), SCORES: found.cells, PLACES: found.places}
    for name, table in tables.items():
        with writing(beside / name) as path:
            table.to_csv(path, index=False, lineterminator="\n")
    for picture in (coverage(found.cells), evenness(found.places)):
        with writing(beside / f"{picture.name}.png") as path:
            path.write_bytes(style.png(picture))
    _write(beside / ABOUT, json.dumps(asdict(found.about), indent=2) + "\n")
    _write(folder / PAGE, page(found.about, found.cells))
    return folder / PAGE


def _write(path: Path, text: str) -> None:
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def saved(folder: Path) -> tuple[About, pd.DataFrame]:
    """Read what a page was made of."""
    about = json.loads((folder / FOLDER / ABOUT).read_text(encoding="utf-8"))
    return About(**{**about, "origins": tuple(about["origins"])}), pd.read_csv(folder / FOLDER / SCORES)


# ---------------------------------------------------------------- the page


def page(about: About, cells: pd.DataFrame) -> str:
    """Write the page."""
    each, overall = cells.iloc[:-1], cells.iloc[-1]
    parts = (
        "# Track record",
        _lead(about, each, overall),
        "## What was done",
        _done(about),
        *([about.since] if about.since else []),
        "## Did the ranges hold?",
        _held_words(overall),
        _table(_HELD, (_held_row(row) for row in _rows(each))),
        f"![Share of outcomes within each range, by measure and years ahead]({FOLDER}/coverage.png)",
        f"![Where outcomes fell among ten equally likely parts of the forecast]({FOLDER}/evenness.png)",
        _EVENLY,
        "## Were the forecasts better than simple ones?",
        _MEASURED,
        _table(_SKILLED, (_skill_row(row, "skill") for row in _rows(cells))),
        "As points: median of the forecast against the simple forecast's one number, by mean distance from what came.",
        _table(_POINTED, (_skill_row(row, "point_skill") for row in _rows(cells))),
        "## Where it loses",
        _loses(each),
        "## What this does not show",
        _LIMITS,
    )
    return "\n\n".join(parts) + "\n"


_EVENLY: Final = (
    "In the second figure each bar is a tenth of the forecast, from lowest to highest. If ranges were exactly "
    "right, all bars would have the same height; a hump in the middle means ranges too wide, a slope means too low "
    "or too high."
)
_HELD: Final = ("measure", "years ahead", "forecasts", "50% held", "80% held", "95% held", "below", "above")
_SKILLED: Final = ("measure", "years ahead", *(f"skill against {TITLES[each]}" for each in NAIVE), "against the best")
_POINTED: Final = ("measure", "years ahead", *(f"point against {TITLES[each]}" for each in NAIVE), "against the best")
_MEASURED: Final = (
    "Each simple forecast was given a spread of its own: the errors that it had made up to the origin, pooled over "
    "councils, either way round. The score is the continuous ranked probability score (CRPS), which rewards a range "
    "that is near and narrow, in children per 10,000 children. Skill is how much smaller it is than the simple "
    "forecast's: +10% is a tenth better, a minus is worse. *Against the best* takes whichever simple forecast did "
    "best in that row, which nobody knows beforehand."
)
_LIMITS: Final = """\
- Figures are those of the latest release, not as they stood in the year of the forecast: numbers of children were
  revised after the 2021 census, and councils correct their returns.
- Outcomes of one year move together across councils. There are few years, so a cell's figures rest on far fewer
  independent cases than its forecasts; a share of 83% is no proof of 83%.
- A few constants of the method were chosen after seeing how variants scored here
  ([decision 25](decisions/0025-how-rates-drift.md)); councils that the method has never seen are scored by
  `familyflow backtest --data FILE`.
- A forecast here knows nothing of an inspection, a new director or a programme. It says how such figures move, not why.
- A movement within these ranges is what such figures do by themselves, so that it says nothing for a programme or
  against it. [The model](model.md#44-how-rates-move-by-themselves) has the method."""


def _lead(about: About, each: pd.DataFrame, overall: pd.Series[float]) -> str:
    low, high = scores.AIMED
    within = int(each["held_80"].between(low, high).sum())
    best = max(NAIVE, key=lambda name: -float(overall[f"skill_{name}"]))
    return (
        f"How good are forecasts of a council's figures that are made without knowing what came? For {about.whose}, "
        f"from {_span(about.origins)} on, one to three years ahead, the 80% range held {overall['held_80']:.0%} of "
        f"outcomes; by measure and years ahead it held from {each['held_80'].min():.1%} to "
        f"{each['held_80'].max():.1%}, within the aim of {_AIM} in {within} of {len(each)} cells. Beside "
        f"*{TITLES[best]}*, the best of three simple forecasts overall, the score is "
        f"{_percent(abs(overall[f'skill_{best}']))} {'better' if overall[f'skill_{best}'] > 0 else 'worse'}."
    )


def _held_words(overall: pd.Series[float]) -> str:
    return (
        f"Of {_number(overall['forecasts'])} forecasts, the 50% range held {overall['held_50']:.1%}, the 80% range "
        f"{overall['held_80']:.1%} and the 95% range {overall['held_95']:.1%}. Each is a range of outcomes. *Below* "
        "and *above* say how often what came was under or over the 80% range: 10% each would be right."
    )


def _share(row: Mapping[str, object], name: str) -> float:
    return float(str(row[name]))


def _done(about: About) -> str:
    command = "familyflow backtest --out docs" if about.shipped else "familyflow backtest --data FILE"
    hierarchy_of = (
        "What councils have in common was fitted to the same councils, up to that year."
        if about.shipped
        else "What councils have in common was fitted to the shipped councils alone, up to that year."
    )
    return (
        f"From each of the years {_span(about.origins)}, with figures up to that year and nothing later, the next "
        f"three years of {about.places} councils were forecast and compared with what was published up to "
        f"{about.last}. {hierarchy_of} {_WHY_NOT} A forecast is made wherever a council has published the measure at "
        "least once up to the origin and again in the year asked; years with gaps are bridged, and a measure that "
        f"was never published is not scored. Made by `{command}` with seed {about.seed}; the tables are "
        f"[`{SCORES}`]({FOLDER}/{SCORES}) and [`{PLACES}`]({FOLDER}/{PLACES})."
    )


_WHY_NOT: Final = (
    f"{hierarchy.COVID} is left out as an outcome: referrals fell by 7% and starts of care by 8% in the pandemic's "
    "first year, which no method could know, and one such year would decide the table. It is used as past, but "
    "flows are taken to come back from it."
)


def _span(years: Sequence[int]) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


def _loses(each: pd.DataFrame) -> str:
    low, high = scores.AIMED
    lines = [
        f"- {_cell(row)}: the 80% range held {row['held_80']:.1%}, outside {_AIM}."
        for row in _rows(each)
        if not low <= _share(row, "held_80") <= high
    ]
    for name in NAIVE:
        worse = [row for row in _rows(each) if _share(row, f"skill_{name}") < 0]
        if worse:
            named = "; ".join(f"{_cell(row)} by {_percent(-_share(row, f'skill_{name}'))}" for row in worse)
            lines.append(f"- *{TITLES[name].capitalize()}* scores better in {named}.")
    return "\n".join(lines) or "In no cell, by these measures."


def _cell(row: dict[str, object]) -> str:
    return f"{_TITLES[str(row['measure'])]}, {_ahead(row['horizon'])}"


def _ahead(years: object) -> str:
    return f"{years} year{'' if years == 1 else 's'} ahead"


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _held_row(row: dict[str, object]) -> Iterator[str]:
    yield from (_TITLES[str(row["measure"])], str(row["horizon"]), _number(row["forecasts"]))
    for name in ("held_50", "held_80", "held_95", "below", "above"):
        yield f"{float(str(row[name])):.1%}"


def _skill_row(row: dict[str, object], score: str) -> Iterator[str]:
    yield from (_TITLES[str(row["measure"])], str(row["horizon"]) if row["horizon"] else "")
    for name in (*NAIVE, "best"):
        yield f"{float(str(row[f'{score}_{name}'])):+.1%}"


def _number(value: object) -> str:
    return f"{int(float(str(value))):,}"


def _percent(value: object) -> str:
    return f"{float(str(value)):.1%}"


def _table(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# ---------------------------------------------------------------- figures


@style.styled
def coverage(cells: pd.DataFrame) -> style.Picture:
    """Draw the share that each range held, by measure and years ahead."""
    each = cells.iloc[:-1]
    measures = list(dict.fromkeys(each["measure"]))
    figure, panels = style.small_multiples(len(measures), 3, 2.3)
    for axes, measure in zip(panels, measures, strict=True):
        style.head(axes, _TITLES[measure])
        _cover(axes, each[each["measure"] == measure])
    style.label_rows(panels, "share held")
    title = "How often ranges held"
    handles = [
        Line2D([], [], color=style.COLOURS[i], marker="o", linewidth=1.2, label=f"{percent}% range of outcomes")
        for i, percent in enumerate(scores.RANGES)
    ]
    band = Patch(color=style.PALE, label=f"aim for the 80% range: {_AIM}")
    style.finish(figure, title, "Dashed lines: what each range should hold.", [*handles, band])
    return style.Picture("coverage", title, "Share of outcomes within the 50, 80 and 95% ranges, by cell.", figure)


def _cover(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axhspan(*scores.AIMED, color=style.PALE, linewidth=0)
    for i, percent in enumerate(scores.RANGES):
        axes.axhline(percent / 100, color=style.GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(rows["horizon"], rows[f"held_{percent}"], color=style.COLOURS[i], marker="o", linewidth=1.2)
    axes.set_xticks(sorted(rows["horizon"]), [f"{h} year{'' if h == 1 else 's'}" for h in sorted(rows["horizon"])])
    axes.set_ylim(0, 1)


@style.styled
def evenness(places: pd.DataFrame) -> style.Picture:
    """Draw where outcomes fell among ten equally likely parts, by measure, years ahead together by colour."""
    order = [each.measure for each in SERIES if each.scored]
    measures = [each for each in order if each in set(places["measure"])]
    figure, panels = style.small_multiples(len(measures), 3, 2.1)
    horizons = sorted(places["horizon"].unique())
    for axes, measure in zip(panels, measures, strict=True):
        style.head(axes, _TITLES[measure])
        axes.axhline(1 / BINS, color=style.GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        for i, horizon in enumerate(horizons):
            _bars(axes, places[(places["measure"] == measure) & (places["horizon"] == horizon)], i, len(horizons))
    style.label_rows(panels, "share of outcomes")
    title = "Where outcomes fell among ten equally likely parts"
    handles = [Patch(color=style.COLOURS[i], label=_ahead(h)) for i, h in enumerate(horizons)]
    style.finish(figure, title, "Dashed line: what every part should hold. Left: lower than forecast.", handles)
    return style.Picture("evenness", title, "Share of outcomes in each tenth of the forecast, by cell.", figure)


def _bars(axes: Axes, row: pd.DataFrame, i: int, count: int) -> None:
    if row.empty:
        return
    width = 0.84 / count
    where = [part + (i - (count - 1) / 2) * width for part in range(1, BINS + 1)]
    axes.bar(where, row.iloc[0][[f"bin_{part}" for part in range(1, BINS + 1)]], width, color=style.COLOURS[i])
    axes.set_xticks(range(1, BINS + 1))
