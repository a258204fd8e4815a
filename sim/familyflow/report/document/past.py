"""Statements about the past in words and as JSON: what was said, what was published, and how unusual that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence.opendata import known_measures
from familyflow.calibrate.evidence.past import NOT_SAID
from familyflow.report import words
from familyflow.results.json import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.calibrate.evidence.past import Answer, Change, Comparison
    from familyflow.results.json import Document
    from familyflow.scenario.schema import Past

NONE: Final = "The scenario makes no statement about the past."
HOW: Final = (
    "Years end on 31 March, and counts are of that day. Against: the council's change less the other's, in points. "
    "As far: councils that lie as far from theirs on that side."
)


def told(answers: Sequence[Answer]) -> list[str]:
    """Write every answer in lines: the statement, then what can be said of it."""
    return [line for answer in answers for line in (answer.statement.text, *(f"  {each}" for each in says(answer)), "")]


def says(answer: Answer) -> Iterator[str]:
    """Write what was stated, what the council did, and each comparison; where figures are missing, which are held."""
    yield f"{stated(answer.statement)}: {answer.verdict}"
    if answer.verdict == NOT_SAID:
        yield missing(answer)
    if answer.own is not None and answer.span is not None:
        yield f"{answer.council}: {_moved(answer, answer.own)}"
        yield from (compared(answer, each) for each in answer.against)


def stated(statement: Past) -> str:
    """Write the size or direction that was stated, and its years; without one, history is told."""
    years = f"{statement.from_year} to {statement.to_year}"
    dated = years if statement.years_given else f"no years given, read as {years}"
    return f"{size(statement)} ({dated})"


def size(statement: Past) -> str:
    """Write the size that was stated or, without one, the direction; of what nothing measures, that it was stated."""
    if statement.change is not None:
        return f"stated: {100 * statement.change:+g}%"
    if statement.direction is not None:
        return f"stated: {statement.direction}"
    return "published history" if statement.measure else "stated"


def missing(answer: Answer) -> str:
    """Say which figures are held, and so what they can and cannot say."""
    asked = answer.statement
    if asked.measure is None:
        return "The published figures hold nothing that measures it."
    if not answer.held:
        return f"No figures of {answer.council} are held: {meaning(answer)}."
    held = f"{words.capital(meaning(answer))}: held of {answer.council} from {answer.held[0]} to {answer.held[-1]}"
    return f"{held}. They cannot say {asked.from_year} to {asked.to_year}: of those years they hold {_inside(answer)}."


def _inside(answer: Answer) -> str:
    """Name the years held of those asked about."""
    if answer.span is not None:
        return f"{answer.span[0]} to {answer.span[1]}, shown below"
    inside = [year for year in answer.held if answer.statement.from_year <= year <= answer.statement.to_year]
    return f"{inside[0]} alone" if inside else "none"


def meaning(answer: Answer) -> str:
    """Return what a statement's measure means."""
    measure = answer.statement.measure
    text = known_measures()[measure]["meaning"] if measure else ""
    return text[:1].lower() + text[1:]


def compared(answer: Answer, each: Comparison) -> str:
    """Write one comparison, and how unusual it is."""
    side = "below" if each.difference < 0 else "above"
    rare = f"{each.as_far} of {each.of} councils ({words.number(each.share, 'share')}) are as far {side} theirs"
    return f"{called(each)}: {_moved(answer, each.change)}; {answer.council} {_points(each.difference)}: {rare}"


def called(each: Comparison) -> str:
    """Name a comparator, and of how many councils with figures it is made."""
    return f"{each.places} {each.name}" if each.kind == "neighbours" else each.name


def _moved(answer: Answer, change: Change) -> str:
    """Write two figures and the change between them."""
    first, last = answer.span or (0, 0)
    return f"{_figure(change.before)} in {first}, {_figure(change.after)} in {last}, {words.change(change.relative)}"


def _figure(value: float) -> str:
    """Write a figure as it was published."""
    return f"{value:,.1f}".removesuffix(".0")


def _points(difference: float) -> str:
    """Write a difference of two changes in percentage points."""
    return f"{100 * difference:+.1f} points"


def document(scenario: str, answers: Sequence[Answer]) -> Document:
    """Return the answers as plain values."""
    made: Document = plain({"scenario": scenario, "statements": [_statement(each) for each in answers]})
    return made


def _statement(answer: Answer) -> Mapping[str, object]:
    """Return one statement and its answer."""
    asked = answer.statement
    return {
        "statement": asked.text,
        "measure": asked.measure,
        "source": asked.source,
        "stated": asked.change,
        "direction": asked.direction,
        "from_year": asked.from_year,
        "to_year": asked.to_year,
        "years_given": asked.years_given,
        "council": answer.council,
        "held": list(answer.held),
        "answered": list(answer.span) if answer.span else None,
        "verdict": answer.verdict,
        "change": _change(answer.own),
        "against": [_comparison(each) for each in answer.against],
        "says": list(says(answer)),
    }


def _change(change: Change | None) -> Mapping[str, float] | None:
    """Return two figures and the change between them."""
    if change is None:
        return None
    return {"before": change.before, "after": change.after, "change": change.relative}


def _comparison(each: Comparison) -> Mapping[str, object]:
    """Return one comparison."""
    return {
        "comparator": each.kind,
        "name": each.name,
        "places": each.places,
        **(_change(each.change) or {}),
        "difference": each.difference,
        "as_far": each.as_far,
        "of": each.of,
        "share": each.share,
    }


def rows(answers: Sequence[Answer]) -> Iterator[tuple[str, ...]]:
    """Return a row a comparison, for a page: statement, stated, verdict, council, comparator, against it, as far."""
    for answer in answers:
        first = (answer.statement.text, stated(answer.statement), answer.verdict)
        if answer.own is None:
            yield (*first, missing(answer), "", "", "")
        for number, each in enumerate(answer.against):
            own = _moved(answer, answer.own) if answer.own and not number else ""
            cells = (f"{called(each)}: {words.change(each.change.relative)}", _points(each.difference))
            yield (*(first if not number else ("", "", "")), own, *cells, f"{each.as_far} of {each.of}")


HEADINGS: Final = ("statement", "stated", "verdict", "council", "compared with", "against it", "as far, of councils")
"""The headings of `rows`."""
