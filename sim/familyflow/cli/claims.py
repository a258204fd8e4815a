"""familyflow claims: what a council claimed, and what published figures say of its statements about the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.scenario import Scenario


@click.command()
@click.argument("scenario")
@click.option("--past", is_flag=True, help="Hold statements about the past against published figures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def claims(scenario: str, *, past: bool, as_json: bool) -> None:
    """List a scenario's claims, which a run answers, or check its statements about the past. Nothing is simulated.

    With --past: what the council did, what England, its region and its statistical neighbours did in the same years,
    and how unusual the difference is among all councils.
    """
    from json import dumps

    from familyflow.scenario import load

    given = load(scenario)
    if as_json:
        click.echo(dumps(_document(given, past=past), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_past(given) if past else _listed(given)))


def _document(scenario: Scenario, *, past: bool) -> dict[str, Any]:
    """Return the claims, or the answers to statements about the past, as plain values."""
    from familyflow.calibrate.evidence.past import answers
    from familyflow.report.document import past as report
    from familyflow.results.claims import asked
    from familyflow.results.json import plain

    if past:
        return report.document(scenario.name, answers(scenario))
    every = [{"number": number, **asked(claim), "by": claim.by} for number, claim in enumerate(scenario.claims, 1)]
    return {"scenario": scenario.name, "claims": plain(every)}


def _past(scenario: Scenario) -> Iterator[str]:
    """Write what published figures say of each statement."""
    from familyflow.calibrate.evidence.past import answers
    from familyflow.report.document import past as report

    found = answers(scenario)
    yield f"{scenario.title}: statements about the past"
    yield from (report.HOW, "", *report.told(found)) if found else (report.NONE,)


def _listed(scenario: Scenario) -> Iterator[str]:
    """Write each claim and what it promises."""
    from familyflow.report.words import promise
    from familyflow.results.claims import asked

    yield f"{scenario.title}: claims"
    for number, claim in enumerate(scenario.claims, 1):
        yield f"{number}. {claim.text}"
        yield f"   {promise({**asked(claim), 'by': claim.by})} ({claim.measure})"
    if not scenario.claims:
        yield "The scenario has no claims to answer."
