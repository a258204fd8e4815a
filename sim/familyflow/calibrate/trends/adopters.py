"""Councils that took up Family Safeguarding, against what was forecast of them from before they began.

Each adopter's origin is the last 31 March before it began; `departures` says how far what came in the years after was
from what had been forecast, beside two sets of councils that did not take it up: all others; and the twelve that stood
nearest at the origin, by level and two-year change of a stock and its starts, since adopters may have begun at a peak.
Several councils are put together by `pooling`.

The same is asked where nothing can be found, of other readings of the dates, of parts of the councils (`QUESTIONS`),
and of councils drawn at random among those that did not take it up: `p_random` is the share of such draws in which the
mean is as many standard deviations from nothing, either way.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import hierarchy
from familyflow.calibrate.trends.departures import (
    FEW,
    MEDIAN,
    SEED,
    YEARS,
    Measure,
    ahead,
    beside,
    chosen,
    gaps,
    logs_of,
    near,
    spread_of,
)
from familyflow.calibrate.trends.history import HALF, Panel, panel
from familyflow.calibrate.trends.pooling import Pooled, pool, ratios_to_error
from familyflow.ground import paths
from familyflow.ground.draws import name_key
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from familyflow.calibrate.trends.departures import Flags, Forecast
    from familyflow.calibrate.trends.history import Floats
    from familyflow.ground.progress import Progress

ADOPTERS: Final = "adopters.csv"
ESTIMATE: Final = "adopters_estimate.csv"
DRAWS: Final = 2000
"""Draws of random councils."""
OTHERS: Final = "others"
LIKE: Final = "nearest"
COMPARISONS: Final = (OTHERS, LIKE)
SINCE: Final = "since_go_live"
YEAR_EARLY: Final = "a_year_early"
TWO_EARLY: Final = "two_years_before"
LOOKALIKES: Final = "lookalikes"
LATEST: Final = "latest_start"
BEFORE_LATEST: Final = "two_years_before_latest"
NO_COVID: Final = "without_2021"
TRIAL: Final = "trial_councils"
NOT_TRIAL: Final = "all_but_trial"
CARE_STARTS: Final = "cla_started_number"
WAVES: Final = ("first", "second", "pilot", "trial", "own")
WAVES_BUT_TRIAL: Final = tuple(each for each in WAVES if each != "trial")
_MARCH: Final = (3, 31)
_FEWEST: Final = 3
"""Fewer adopters than this are not put together."""


@dataclass(frozen=True, slots=True)
class Adopter:
    """A council that took a programme up, in which wave, and between which days it began."""

    council: str
    programme: str
    wave: str
    earliest: date
    latest: date
    source: str
    status: str
    note: str

    @property
    def origin(self) -> int:
        """Return the year of the last 31 March before the earliest day on which it can have begun."""
        return self.earliest.year - ((self.earliest.month, self.earliest.day) <= _MARCH)

    @property
    def latest_origin(self) -> int:
        """Return the year of the last 31 March that is not after the latest such day."""
        return self.latest.year - ((self.latest.month, self.latest.day) < _MARCH)


def read() -> tuple[Adopter, ...]:
    """Return the councils of the shipped table, in its order."""
    with paths.shipped("calibration", ADOPTERS).open(encoding="utf-8", newline="") as file:
        return tuple(_adopter(row) for row in csv.DictReader(file))


def _adopter(row: dict[str, str]) -> Adopter:
    first, last = (date.fromisoformat(row[name]) for name in ("earliest", "latest"))
    rest = (row[name] for name in ("source", "status", "note"))
    return Adopter(row["council"], row["programme"], row["wave"], first, last, *rest)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is found in one kind of question, of one measure, so many years on, beside some councils.

    `found`: logs. `below`: how many of the councils fell below. `p_random` is nan where it is not asked.
    """

    kind: str
    measure: str
    year: int
    comparison: str
    found: Pooled
    councils: int
    below: int
    p_random: float

    @property
    def ratio(self) -> float:
        """Return the mean ratio to what was forecast."""
        return float(np.exp(self.found.mean))

    @property
    def low(self) -> float:
        """Return the lower end of the 90% range of the ratio."""
        return float(np.exp(self.found.low))

    @property
    def high(self) -> float:
        """Return the upper end of the 90% range of the ratio."""
        return float(np.exp(self.found.high))


@dataclass(frozen=True, slots=True)
class Departure:
    """One adopter's measure in one year: forecast and published counts, and log ratios with others' median taken off.

    `without`: the pooled ratio beside all others when this council is left out.
    """

    council: str
    origin: int
    measure: str
    year: int
    forecast: float
    published: float
    others: float
    sd: float
    nearest: float
    without: float


# ---------------------------------------------------------------- the study


@dataclass(frozen=True, eq=False)
class Study:
    """All that is asked of: councils' figures, who took the programme up, and forecasts from each origin."""

    known: Panel
    adopters: tuple[Adopter, ...]
    forecasts: Mapping[int, Forecast]

    @property
    def held(self) -> tuple[Adopter, ...]:
        """Return the adopters that the figures hold."""
        return tuple(each for each in self.adopters if each.council in self.known.places)

    @property
    def pool_of(self) -> Flags:
        """Return which places did not take the programme up (P,)."""
        took = {each.council for each in self.adopters}
        return np.array([place not in took for place in self.known.places])

    def beside(self, origin: int, measure: Measure, year: int, comparison: str) -> tuple[Floats, Floats]:
        """Return every place's y and v (P,), so many years after an origin; nan where there is none."""
        made = self.forecasts.get(origin)
        if made is None or year > made.middle.shape[2]:
            nothing = np.full(len(self.known.places), np.nan)
            return nothing, nothing
        gap = logs_of(measure, gaps(self.known, origin, made.middle)[..., year - 1])
        spread = spread_of(measure, made.spread[..., year - 1])
        return beside(gap, spread, self._like(origin, measure, comparison), self.pool_of)

    def _like(self, origin: int, measure: Measure, comparison: str) -> Flags:
        """Return which places each place is compared with (P, P)."""
        if comparison == LIKE:
            return near(self.known, origin, measure.pair, self.pool_of)
        return np.asarray(self.pool_of & ~np.eye(len(self.pool_of), dtype=np.bool_))


def study(table: pd.DataFrame | None = None, tell: Progress | None = None) -> Study:
    """Make the forecasts that the questions need, from the table in use and the shipped hierarchy.

    Problem when the table holds too few of the councils that took the programme up.
    """
    known, took, found = panel(councils.table() if table is None else table), read(), hierarchy.shipped()
    held = [each.council for each in took if each.council in known.places]
    if len(held) < _FEWEST:
        raise Problem(
            f"the table in use holds {len(held)} of the {len(took)} councils of {ADOPTERS}: too few to compare"
        )
    wanted = sorted({origin for each in took for origin in _origins(each)} & {*known.years[1:-1]} & {*found.years})
    made = {}
    for done, origin in enumerate(wanted):
        if tell is not None:
            tell("forecasts from before", done, len(wanted))
        made[origin] = ahead(found, known, origin)
    return Study(known, took, made)


def _origins(adopter: Adopter) -> set[int]:
    """Return the years that an adopter's questions start from."""
    return {question.origin(adopter) for question in QUESTIONS}


# ---------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of question: whose, from which origin, how many years on, beside whom, and whether of random councils."""

    kind: str
    title: str
    origin: Callable[[Adopter], int]
    years: int = YEARS
    comparisons: tuple[str, ...] = COMPARISONS
    waves: tuple[str, ...] = WAVES
    random: bool = False
    left_out: tuple[int, ...] = ()


What: TypeAlias = "tuple[Measure, int, str]"
"""Of which measure, so many years on, beside whom."""
QUESTIONS: Final = (
    Question(SINCE, "Since they began", lambda each: each.origin, random=True),
    Question(YEAR_EARLY, "Placebo: the year before", lambda each: each.origin - 1, years=1, random=True),
    Question(TWO_EARLY, "Placebo: the two years before", lambda each: each.origin - 2, years=2, random=True),
    Question(LATEST, "Latest dates", lambda each: each.latest_origin),
    Question(
        *(BEFORE_LATEST, "Placebo: the two years before the latest dates", lambda each: each.latest_origin - 2),
        years=2,
        random=True,
    ),
    Question(NO_COVID, "Without the pandemic's year", lambda each: each.origin, left_out=(hierarchy.COVID,)),
    Question(TRIAL, "The national trial's five alone", lambda each: each.origin, waves=("trial",)),
    Question(NOT_TRIAL, "All but the trial's five", lambda each: each.origin, waves=WAVES_BUT_TRIAL),
)
"""What is asked of every measure."""
TITLES: Final = MappingProxyType(
    {each.kind: each.title for each in QUESTIONS} | {LOOKALIKES: "Their nearest, which did not take it up"}
)
"""What each kind of question is called."""


def estimates(given: Study, measures: Sequence[str] = (), draws: int = DRAWS) -> tuple[Estimate, ...]:
    """Return what is found, by measure, question, comparison and year. Problem for an unknown measure."""
    return tuple(each for measure in chosen(measures) for each in _of_measure(given, measure, draws))


def _of_measure(given: Study, measure: Measure, draws: int) -> Iterator[Estimate]:
    for question in QUESTIONS:
        for comparison in question.comparisons:
            for year in range(1, question.years + 1):
                yield from _estimate(given, question, (measure, year, comparison), draws)
    for year in range(1, YEARS + 1):
        yield from _lookalikes(given, measure, year)


def _estimate(given: Study, question: Question, what: What, draws: int) -> Iterator[Estimate]:
    """Yield the answer to one question of one measure, year and comparison, where there is one."""
    rows = list(_cases(given, question, what[1]))
    answered = [given.beside(origin, *what) for _, origin in rows]
    y, v = _own(rows, answered)
    if np.isfinite(y).sum() >= _FEWEST:
        chance = _chance(given, rows, answered, draws) if question.random else np.nan
        yield _found(question.kind, what, (y, v), chance)


def _cases(given: Study, question: Question, year: int) -> Iterator[tuple[int, int]]:
    """Yield the places, by their number, and origins of which a question is asked, so many years on."""
    for each in given.held:
        origin = question.origin(each)
        if each.wave in question.waves and origin + year not in question.left_out:
            yield given.known.places.index(each.council), origin


def _own(rows: list[tuple[int, int]], answered: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return y and v (n,) of the places of some rows, from every place's."""
    own = [[side[place] for side in each] for (place, _), each in zip(rows, answered, strict=True)]
    y, v = np.array(own).reshape(-1, 2).T
    return y, v


def _found(kind: str, what: What, of: tuple[Floats, Floats], chance: float) -> Estimate:
    """Put several councils together."""
    measure, year, comparison = what
    y, v = (each[np.isfinite(of[0])] for each in of)
    return Estimate(kind, measure.name, year, comparison, pool(y, v), len(y), int((y < 0).sum()), chance)


def _chance(given: Study, rows: list[tuple[int, int]], answered: list[tuple[Floats, Floats]], draws: int) -> float:
    """Return the share of draws of councils that did not take it up, of the same origins, that are as far off.

    nan where fewer did not take it up than did.
    """
    y, v = np.array(answered).transpose(1, 2, 0)
    places = np.array([place for place, _ in rows])
    each = np.arange(len(places))
    own = abs(ratios_to_error(y[None, places, each], v[None, places, each])[0])
    pool_rows = np.flatnonzero(given.pool_of & np.isfinite(y).any(axis=1))
    if len(pool_rows) < len(places):
        return np.nan
    luck = np.random.Generator(np.random.Philox(key=[SEED, name_key("adopters.random")]))
    order = np.argsort(luck.random((draws, len(pool_rows))), axis=1)[:, : len(places)]
    drawn = pool_rows[order]
    off = np.abs(ratios_to_error(y[drawn, each], v[drawn, each]))
    return float((1 + (off >= own).sum()) / (1 + draws))


def _lookalikes(given: Study, measure: Measure, year: int) -> Iterator[Estimate]:
    """Yield how the councils that stood nearest to each adopter, and did not take it up, fared beside all others."""
    rows = [_nearest_median(given, place, origin, measure, year) for place, origin in _cases(given, QUESTIONS[0], year)]
    y, v = np.array(rows).reshape(-1, 2).T
    if np.isfinite(y).sum() >= _FEWEST:
        yield _found(LOOKALIKES, (measure, year, OTHERS), (y, v), np.nan)


def _nearest_median(given: Study, place: int, origin: int, measure: Measure, year: int) -> tuple[float, float]:
    """Return the median y, and its variance, of the councils nearest to one; nan where there are too few."""
    y, v = given.beside(origin, measure, year, OTHERS)
    theirs = near(given.known, origin, measure.pair, given.pool_of)[place] & np.isfinite(y)
    count = int(theirs.sum())
    if count < FEW or not np.isfinite(y[place]):
        return np.nan, np.nan
    return float(np.median(y[theirs])), float(MEDIAN * v[theirs].sum()) / count**2


# ---------------------------------------------------------------- one by one, and the one number


def departures(given: Study, measures: Sequence[str] = ()) -> tuple[Departure, ...]:
    """Return each adopter's measures one by one, from its origin on."""
    asked = ((measure, year) for measure in chosen(measures) for year in range(1, YEARS + 1))
    return tuple(each for measure, year in asked for each in _one_by_one(given, measure, year))


def _one_by_one(given: Study, measure: Measure, year: int) -> Iterator[Departure]:
    """Yield every adopter's departure in one measure and year, where there is one."""
    rows = list(_cases(given, QUESTIONS[0], year))
    sides = [given.beside(origin, measure, year, OTHERS) for _, origin in rows]
    y, v = _own(rows, sides)
    for i in np.flatnonzero(np.isfinite(y)):
        place, origin = rows[i]
        rest = np.isfinite(y) & (np.arange(len(y)) != i)
        without = float(np.exp(pool(y[rest], v[rest]).mean)) if rest.any() else np.nan
        like = float(given.beside(origin, measure, year, LIKE)[0][place])
        named = (given.known.places[place], origin, measure.name, year)
        yield Departure(*named, *_counts(given, place, origin, measure, year), y[i], v[i] ** HALF, like, without)


def _counts(given: Study, place: int, origin: int, measure: Measure, year: int) -> tuple[float, float]:
    """Return what was forecast, at the children of the year asked for, and what was published."""
    known, at = given.known, given.known.years.index(origin)
    grown = known.children[place, at + year] / known.children[place, at]
    middle, came = given.forecasts[origin].middle[:, place, year - 1] * grown, known.counts[:, place, at + year]
    if measure.per is None:
        return float(middle[measure.series]), float(came[measure.series])
    return float(middle[measure.series] / middle[measure.per]), float(came[measure.series] / came[measure.per])


def care_starts_in_the_third_year(given: Study | None = None) -> Estimate:
    """Return the one number that others stand on: care starts in the third year, beside all others."""
    found = estimates(given or study(), [CARE_STARTS], draws=1)
    return next(each for each in found if (each.kind, each.year, each.comparison) == (SINCE, YEARS, OTHERS))


# ---------------------------------------------------------------- as tables

COLUMNS: Final = (
    *("kind", "measure", "year", "comparison", "ratio", "low", "high", "se_log", "adopters", "below", "p_random"),
    *("between", "next_low", "next_high", "unit", "status", "source"),
)
SOURCE: Final = "adopters_comparison"
_DIGITS: Final = 6


def to_rows(found: Sequence[Estimate]) -> list[dict[str, object]]:
    """Return estimates as rows of COLUMNS, numbers to six digits; what is not asked is None."""
    return [dict(zip(COLUMNS, _row(each), strict=True)) for each in found]


def _row(each: Estimate) -> Iterator[object]:
    found = each.found
    yield from (each.kind, each.measure, each.year, each.comparison)
    yield from (digits(number) for number in (each.ratio, each.low, each.high, found.sd))
    yield from (each.councils, each.below, digits(each.p_random), digits(found.between))
    yield from (digits(float(np.exp(end))) for end in (found.next_low, found.next_high))
    yield from ("ratio to forecast", "derived", SOURCE)


def digits(number: float) -> float | None:
    """Return a number to six digits, or None where there is none."""
    return None if np.isnan(number) else float(f"{number:.{_DIGITS}g}")


def from_rows(rows: Iterable[Mapping[str, str]]) -> tuple[Estimate, ...]:
    """Return estimates from rows of text, as they stand in a file."""
    return tuple(_from_row(each) for each in rows)


def _from_row(row: Mapping[str, str]) -> Estimate:
    ratio, low, high, sd, between, next_low, next_high, chance = (
        float(row[name] or "nan")
        for name in ("ratio", "low", "high", "se_log", "between", "next_low", "next_high", "p_random")
    )
    mean, low, high, next_low, next_high = np.log([ratio, low, high, next_low, next_high]).tolist()
    found = Pooled(mean, sd, low, high, between, next_low, next_high)
    named = (row["kind"], row["measure"], int(row["year"]), row["comparison"])
    return Estimate(*named, found, int(row["adopters"]), int(row["below"]), chance)


def shipped() -> tuple[Estimate, ...]:
    """Return the estimates that ship with the product, made of the shipped table."""
    with paths.shipped("calibration", ESTIMATE).open(encoding="utf-8", newline="") as file:
        return from_rows(csv.DictReader(file))


@dataclass(frozen=True, eq=False)
class Record:
    """What was found, together and one by one."""

    found: tuple[Estimate, ...]
    one_by_one: tuple[Departure, ...]

    def of(self, measure: str, kind: str, year: int, comparison: str = OTHERS) -> Estimate | None:
        """Return one estimate, if there is one."""
        wanted = (measure, kind, year, comparison)
        return next(
            (each for each in self.found if (each.measure, each.kind, each.year, each.comparison) == wanted), None
        )
