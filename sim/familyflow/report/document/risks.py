"""What may go otherwise than the average says, by rule from the draws, and what would have to be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.ground.quantity import Status
from familyflow.report.document.evidence import counts
from familyflow.report.document.money import over_draws
from familyflow.report.words import draws, fewer, number, pounds, quoted
from familyflow.results.claims import ANSWERED, NOT_SUPPORTED
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.report.document.inputs import Material


_FEW: Final = 100
"""Draws below which a report says that they are few."""


def risks(material: Material) -> list[str]:
    """Name the risks that the results themselves show."""
    return [*_assumed(material), *_of_schedules(material), *_precision(material)]


def _assumed(material: Material) -> Iterator[str]:
    """Say how much rests on judgement."""
    found = counts(material)
    yield (
        f"{found[Status.ASSUMED]} of {sum(found.values())} inputs are assumed, effects of the programme among them: "
        "the ranges hold what these are judged to be, not what nobody thought of."
    )
    yield (
        "Rates drift by themselves, in each draw as far as councils' have, the same under every schedule: published "
        "counts have moved further in a year than most programmes claim. Posts follow demand in part."
    )


def _of_schedules(material: Material) -> Iterator[str]:
    """Say of each schedule what the bad end of its range looks like."""
    for name, title in material.others.items():
        place = material.place(name)
        npv = material.case.appraisal.npv[:, place]
        peak = over_draws(material.case.appraisal.peak[:, place])["p95"]
        entries = material.of(name, "care_entries_averted")
        worse = number(float((npv < 0).mean()), "share")
        yield (
            f"{title}: the council is worse off in {worse} of draws. At the bad end of the {RANGE} it loses "
            f"{pounds(-min(over_draws(npv)['p5'], 0.0))} in present value, has {pounds(peak)} to find before savings "
            f"make it good, and entries to care are {fewer(entries['p5'], material.least)}."
        )


def _precision(material: Material) -> Iterator[str]:
    """Say how few draws there are, when they are few."""
    if material.plan.draws < _FEW:
        yield f"Only {draws(material.plan.draws)} were run, and a share of so few is not sure. Run more to decide."


def not_supported(material: Material) -> Iterator[str]:
    """Name the claims that the simulation does not support under any schedule."""
    table = material.findings.claims
    for _, rows in table.groupby("number"):
        if set(rows["verdict"]) & ANSWERED == {NOT_SUPPORTED}:
            yield f"Ask for the evidence behind a claim that no schedule supports: {quoted(rows['claim'].iloc[0])}."
