"""What is found of councils that took up Family Safeguarding, as people read it: a page, its tables and figures."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.calibrate.trends import adopters as asked
from familyflow.calibrate.trends.adopters import LIKE, OTHERS, SINCE, TITLES, Departure, Estimate, Record
from familyflow.calibrate.trends.credibility import PLACEBOS, RULE, doubts
from familyflow.calibrate.trends.departures import MEASURES, PER_REFERRAL, YEARS
from familyflow.ground.files import plain_words, writing
from familyflow.report.figures import style
from familyflow.report.figures.adopters import by_council, by_year

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


PAGE: Final = "adopters.md"
ESTIMATES: Final = "adopters.csv"
ONE_BY_ONE: Final = "adopters-by-council.csv"
FIGURES: Final = "figures"
_TITLES: Final = {each.name: each.title for each in MEASURES}
_CARE: Final = "cla_at_31mar_number"
_REFERRALS: Final = "referrals_number"
_BESIDE: Final = {OTHERS: "all others", LIKE: "the twelve nearest"}


def document(record: Record) -> dict[str, object]:
    """Return all that was found, and the doubts by measure, as JSON holds it."""
    measures = dict.fromkeys(each.measure for each in record.found)
    return {
        "estimates": asked.to_rows(record.found),
        "by_council": [_plain(each) for each in record.one_by_one],
        "doubts": {measure: list(doubts(record.found, measure)) for measure in measures},
    }


def _plain(each: Departure) -> dict[str, object]:
    """Return a departure as plain values, numbers to six digits."""
    return {key: asked.digits(value) if isinstance(value, float) else value for key, value in asdict(each).items()}


def save(record: Record, folder: Path) -> Path:
    """Write page, tables and figures into a folder; return the page's path. Problem when it cannot be written."""
    with plain_words(folder):
        (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    write_rows(folder / ESTIMATES, asked.to_rows(record.found))
    write_rows(folder / ONE_BY_ONE, [_plain(each) for each in record.one_by_one])
    for picture in (by_year(record), by_council(record)):
        with writing(folder / FIGURES / f"{picture.name}.png") as path:
            path.write_bytes(style.png(picture))
    with writing(folder / PAGE) as path:
        path.write_text(page(record), encoding="utf-8", newline="\n")
    return folder / PAGE


def write_rows(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as a table; what is None is an empty cell."""
    with writing(file) as path, path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def saved(folder: Path) -> Record:
    """Read what a page was made of."""
    with (folder / ESTIMATES).open(encoding="utf-8", newline="") as file:
        found = asked.from_rows(csv.DictReader(file))
    with (folder / ONE_BY_ONE).open(encoding="utf-8", newline="") as file:
        return Record(found, tuple(_departure(row) for row in csv.DictReader(file)))


def _departure(row: Mapping[str, str]) -> Departure:
    """Return a departure from a row of text."""
    words = {"council", "measure"}
    whole = {"origin", "year"}
    values = {
        each.name: row[each.name]
        if each.name in words
        else int(row[each.name])
        if each.name in whole
        else float(row[each.name] or "nan")
        for each in fields(Departure)
    }
    return Departure(**values)  # type: ignore[arg-type]


# ---------------------------------------------------------------- in print


PRINTED: Final = (
    "measure",
    "year",
    "beside all others",
    "90% range",
    "p",
    "beside the nearest",
    "90% range",
    "p",
    "below",
)


def printed(record: Record, measures: Sequence[str] = ()) -> Iterator[Iterator[str]]:
    """Yield the rows of a terminal's table, of some measures or all, by their names."""
    for measure in _held(record, measures):
        yield from (_row(record, measure, year, measure) for year in range(1, YEARS + 1))


def said(record: Record, measures: Sequence[str] = ()) -> Iterator[str]:
    """Yield a line a measure: whether it counts as credible, and by what rule."""
    for measure in _held(record, measures):
        yield f"{measure} ({_TITLES[measure]}): {_judged(record, measure)}"
    yield RULE
    yield "Changes against what was forecast from before they began, others' median taken off; a council's level."


def _judged(record: Record, measure: str) -> str:
    """Return whether a measure counts as credible, and if not why."""
    why = doubts(record.found, measure)
    return f"not credible: {'; '.join(why)}" if why else "credible"


def _held(record: Record, measures: Sequence[str]) -> list[str]:
    """List the measures of a record, or those of them that are named."""
    held = {each.measure for each in record.found}
    return [name for name in _TITLES if name in held and (not measures or name in measures)]


# ---------------------------------------------------------------- the page


def page(record: Record) -> str:
    """Write the page."""
    parts = (
        "# Adopters: councils that took up Family Safeguarding",
        _lead(record),
        f"![Change by year since they began, beside what was forecast]({FIGURES}/adopters.png)",
        "## What was found",
        _FOUND,
        _table(PRINTED, (_row(record, name, year, _TITLES[name]) for name in _TITLES for year in range(1, YEARS + 1))),
        "## What is credible",
        f"{RULE} With {len(_TITLES)} measures one or another may pass or fail by chance.",
        _table(("measure", "third year", "verdict"), (_verdict(record, measure) for measure in _TITLES)),
        _referrals(record),
        "## Where nothing should be found",
        _PLACEBO,
        _table(_PLACEBO_HEADINGS, _placebos(record)),
        "## Would other choices say otherwise?",
        _OTHERWISE,
        _table(
            ("care starts in the third year", "beside", "change", "90% range", "councils", "below"), _choices(record)
        ),
        "## One by one",
        f"![Care starts in the third year, council by council]({FIGURES}/adopters_by_council.png)",
        _ONE_BY_ONE,
        _table(_COUNCIL_HEADINGS, _councils(record)),
        "## Who, and from when",
        _table(("council", "began", "forecast from", "source", "status", "note"), _who()),
        "## How it was done",
        _METHOD,
        "## What this does not show",
        _LIMITS,
    )
    return "\n\n".join(parts) + "\n"


_PLACEBO_HEADINGS: Final = (
    "measure",
    "placebo",
    "year",
    "beside all others",
    "90% range",
    "p",
    "beside the nearest",
    "p",
)
_COUNCIL_HEADINGS: Final = ("council", "forecast from", "measure", "first year", "second", "third", "third without it")


def _lead(record: Record) -> str:
    """Say in a few sentences what was found."""
    starts, near = (record.of(asked.CARE_STARTS, SINCE, YEARS, each) for each in (OTHERS, LIKE))
    care, first = record.of(_CARE, SINCE, YEARS), record.of(asked.CARE_STARTS, SINCE, 1)
    if starts is None or near is None or care is None or first is None:
        return "Too few councils are in the table for an answer."
    return (
        f"In the third year after they began, councils that took up Family Safeguarding had {_change(starts)} care "
        f"starts than had been forecast of them from before (90% range {_range(starts)}), once what happened to all "
        f"other councils is taken off; beside the twelve that stood nearest at that date {_change(near)} "
        f"({_range(near)}). {starts.below} of {starts.councils} were below; random councils are as far off in "
        f"{starts.p_random:.2%} of draws. First year: {_percent(first.ratio)} ({_range(first)}). Children in care in "
        f"the third year: {_percent(care.ratio)} ({_range(care)}). **Councils chose themselves, or were chosen: this "
        "is evidence, and no proof.**"
    )


_FOUND: Final = (
    "What was published over what was forecast, as a change; what other councils' forecasts missed by, at the median, "
    "is taken off. Every row is the level of a whole council: all its children, whether or not their families met the "
    "programme. *p* is the share of draws of councils that did not take it up which are as far off, either way. "
    "*Below*: how many councils were under the forecast, of how many."
)
_PLACEBO: Final = (
    "The same councils, from before they began: what is found here was under way already, or is chance. And random "
    "councils: the *p* of every row."
)
_OTHERWISE: Final = (
    "The nearest councils stood as high or rose as fast at the date and did not take it up: how they fared is what "
    "coming down from a peak does by itself. The latest dates count councils of which only the year is known from the "
    "end of that year."
)
_ONE_BY_ONE: Final = (
    "Change against forecast, beside all others; and the pooled third year when the council is left out. One council's "
    "year is mostly chance: the bars of the figure are what chance alone would do."
)


def _row(record: Record, measure: str, year: int, name: str) -> Iterator[str]:
    """Yield the cells of one measure and year, under a name."""
    yield from (name, str(year))
    for comparison in (OTHERS, LIKE):
        each = record.of(measure, SINCE, year, comparison)
        yield from (_percent(each.ratio), _range(each), _p(each)) if each else ("", "", "")
    each = record.of(measure, SINCE, year)
    yield f"{each.below} of {each.councils}" if each else ""


def _verdict(record: Record, measure: str) -> Iterator[str]:
    """Yield a measure's third year, and whether it counts as credible."""
    each = record.of(measure, SINCE, YEARS)
    yield from (_TITLES[measure], _percent(each.ratio) if each else "", _judged(record, measure))


def _referrals(record: Record) -> str:
    """Say how much of what was found of care starts referrals had already."""
    fewer, per = record.of(_REFERRALS, SINCE, YEARS), record.of(PER_REFERRAL, SINCE, YEARS)
    if fewer is None or per is None:
        return ""
    holds = "which holds no change" if per.low < 1 < per.high else "which leaves out no change"
    return (
        f"**Mind the referrals.** They were {_percent(fewer.ratio)} in the third year ({_range(fewer)}). Care starts "
        f"*per referral* were {_percent(per.ratio)} ({_range(per)}), {holds}. Whether fewer were referred because "
        "families did better, because the front door changed at the same time, or because what is counted changed, "
        f"these figures cannot tell. {_PER_CHILD if per.low < 1 < per.high else ''}"
    ).strip()


_PER_CHILD: Final = (
    "So the fall of care starts is one per child of the council; a fall per child referred has not been shown."
)


def _placebos(record: Record) -> Iterator[Iterator[str]]:
    """Yield the rows of every placebo."""
    for measure in _TITLES:
        for kind in PLACEBOS:
            for year in range(1, YEARS):
                if record.of(measure, kind, year) is not None:
                    yield _placebo_row(record, measure, kind, year)


def _placebo_row(record: Record, measure: str, kind: str, year: int) -> Iterator[str]:
    yield from (_TITLES[measure], TITLES[kind].removeprefix("Placebo: "), str(year))
    one, two = (record.of(measure, kind, year, each) for each in (OTHERS, LIKE))
    yield from (_percent(one.ratio), _range(one), _p(one)) if one else ("", "", "")
    yield from (_percent(two.ratio), _p(two)) if two else ("", "")


def _choices(record: Record) -> Iterator[Iterator[str]]:
    """Yield the rows of care starts in the third year by other choices."""
    kinds = [each for each in TITLES if each not in PLACEBOS]
    for kind in kinds:
        for comparison in (OTHERS, LIKE):
            each = record.of(asked.CARE_STARTS, kind, YEARS, comparison)
            if each is not None:
                cells = (
                    TITLES[kind],
                    _BESIDE[comparison],
                    _percent(each.ratio),
                    _range(each),
                    str(each.councils),
                    str(each.below),
                )
                yield iter(cells)


def _councils(record: Record) -> Iterator[Iterator[str]]:
    """Yield the rows of every council, by measure."""
    for measure in (asked.CARE_STARTS, _CARE):
        for name in dict.fromkeys(each.council for each in record.one_by_one):
            own = {each.year: each for each in record.one_by_one if (each.council, each.measure) == (name, measure)}
            if own:
                yield _council_row(name, measure, own)


def _council_row(name: str, measure: str, own: Mapping[int, Departure]) -> Iterator[str]:
    yield from (name, f"March {next(iter(own.values())).origin}", _TITLES[measure])
    for year in range(1, YEARS + 1):
        yield _percent(float(np.exp(own[year].others))) if year in own else ""
    yield _percent(own[YEARS].without) if YEARS in own else ""


def _who() -> Iterator[Iterator[str]]:
    """Yield the councils, when they began, and how that is known."""
    for each in asked.read():
        days = {each.earliest.isoformat(), each.latest.isoformat()}
        began = " to ".join(sorted(days))
        yield iter((each.council, began, f"31 March {each.origin}", f"`{each.source}`", each.status, each.note))


_METHOD: Final = f"""\
- **Who**: the councils of [`calibration/adopters.csv`](../calibration/adopters.csv). Each one's origin is the
  last 31 March before the earliest day on which it can have begun, so that nothing after the origin is taken for
  *before*. Year 1 is the financial year in which it began: most of it before all teams worked.
- **Forecast**: that of [the track record](track-record.md), from figures up to the origin alone; what councils
  have in common is the shipped [drift](model.md#44-how-rates-move-by-themselves), estimated from all years,
  started from what was typical at the origin. Rates per child.
- **What others missed by**, the median of the same origin and year ahead, is taken off: the pandemic, national
  policy, growth. Beside *all others*, and beside *the twelve nearest*: by level and two-year change of a stock
  and its starts (care, CP plans or children in need, whichever the measure belongs to), in standard deviations,
  at the origin.
- **Variance** of one council: the forecast's own, widened or narrowed until other councils' misses are as wide as
  their forecasts say, and that of the median. **Together**: a normal random-effects model; its mean has a flat
  prior, the spread of councils' own effects a half-normal one of 0.15, summed by quadrature. Ranges are 90%.
- **Random councils**: {asked.DRAWS:,} draws of as many that did not take it up, of the same origins; *p* compares
  the mean over its standard deviation. Tests plant changes in made-up councils, and see that nine ranges in ten
  hold them.
- Made by `familyflow evidence adopters --out docs`; tables [`adopters.csv`](adopters.csv) and
  [`adopters-by-council.csv`](adopters-by-council.csv). [Decision 38](decisions/0038-adopters.md) says why so."""

_LIMITS: Final = """\
- **Why** anything fell. Councils chose themselves or were chosen (the trial's for high or rising demand;
  Hertfordshire began at a peak of plans: 578, 1,140 and 896 on 31 March 2013 to 2015), and did other things in
  the same years: new leaders, new front doors, money that came with the programme.
- Other councils may have taken the programme up, or something like it, and stand among those compared with. That
  makes differences smaller.
- Twelve councils, some of which share origins: few for a random-effects model. Their third years lie in 2018 to
  2024, most in or after the pandemic.
- Looked-after counts begin in 2015: Hertfordshire's are forecast from one year, and its nearest are found by
  level alone.
- It is a ratio per council, not per family offered: those who were not offered anything are inside it.
- Care starts hold unaccompanied children, whom the national transfer scheme moves between councils.
- Many measures, years and comparisons are shown; among so many a *p* of 0.05 comes by chance."""


_SMALL: Final = 0.001


def _table(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f}%"


def _range(each: Estimate) -> str:
    return f"{_percent(each.low)} to {_percent(each.high)}"


def _change(each: Estimate) -> str:
    """Say a change as more or fewer."""
    return f"{abs(100 * (each.ratio - 1)):.0f}% {'fewer' if each.ratio < 1 else 'more'}"


def _p(each: Estimate) -> str:
    if np.isnan(each.p_random):
        return ""
    return "<0.001" if each.p_random < _SMALL else f"{each.p_random:.3f}"
