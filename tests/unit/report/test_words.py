from __future__ import annotations

from datetime import date
from math import nan
from typing import TYPE_CHECKING, Final

import frames
import pytest

from familyflow.report import words

if TYPE_CHECKING:
    import pandas as pd

END = date(2025, 3, 31)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1234.4, "children", "1,234"),
        (-0.4, "children", "0"),
        (3_456_789, "gbp", "3.46"),
        (-34_567_890, "gbp", "-34.6"),
        (-2_000, "gbp", "0.00"),
        (0.375, "share", "38%"),
        (0.0519, "share of children", "5.2%"),
        (17.25, "children per social worker", "17.2"),
        (0.456, "changes per child-year", "0.46"),
        (nan, "days", "-"),
    ],
)
def test_numbers_are_rounded_for_readers(value: float, unit: str, expected: str) -> None:
    assert words.number(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (4.23, "children", "±4.2"),
        (261_000, "gbp", "±0.261"),
        (0.0123, "share", "±1.2%"),
        (0.0012, "share of children", "±0.12%"),
        (nan, "gbp", "-"),
    ],
)
def test_precision_has_one_digit_more(value: float, unit: str, expected: str) -> None:
    assert words.error(value, unit) == expected


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        (0.97, 0.03, "97%"),
        (0.0, 0.0, "same"),
        (0.0, 1.0, "0%"),
        (1.0, 0.0, "100%"),
        (0.999, 0.001, ">99%"),
        (0.001, 0.999, "<1%"),
        (nan, nan, "-"),
    ],
)
def test_a_chance_never_rounds_to_certainty(better: float, worse: float, expected: str) -> None:
    assert words.chance(better, worse) == expected


@pytest.mark.parametrize(("value", "expected"), [(-710_000, "-£0.71m"), (-2_000, "£0.00m"), (35e6, "£35.0m")])
def test_pounds_put_the_sign_first(value: float, expected: str) -> None:
    assert words.pounds(value) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(4, 20, "4 to 20 fewer"), (-9, 3, "9 more to 3 fewer"), (-9, -2, "9 to 2 more"), (-0.4, 6, "0 to 6 fewer")],
)
def test_a_range_of_children_says_which_way_it_goes(low: float, high: float, expected: str) -> None:
    assert words.fewer_span(low, high) == expected


def summary(
    repaid: float,
    cost: float = 3.5e6,
    entries: tuple[float, float, float] = (-4, 12, 30),
    displaced: float = 0.0,
) -> pd.DataFrame:
    """Give the rows that an answer needs."""
    low, mean, high = entries
    same = low == high == 0
    rows = {
        "programme_cost_gbp": (cost, cost, cost, nan, nan),
        "displaced_gbp": (displaced, displaced, displaced, nan, nan),
        "gross_saving_gbp": (0.9e6, 0.1e6, 2e6, 0.9, 0.1),
        "net_saving_gbp": (-2.6e6, -3.4e6, -1.5e6, repaid, 1 - repaid),
        "care_entries_averted": (mean, low, high, 0.0 if same else 0.7, 0.0 if same else 0.3),
    }
    names = ("mean", "p5", "p95", "probability_better", "probability_worse")
    given = {measure: dict(zip(names, row, strict=True)) for measure, row in rows.items()}
    return frames.summary("fast", given).assign(p50=0.0, mc_error=0.1)


@pytest.mark.parametrize(("worst", "warned"), [(31.0, False), (33.0, True), (nan, False)])
def test_caseloads_that_outgrow_the_posts_are_warned_about(worst: float, warned: bool) -> None:  # noqa: FBT001 - a row
    means = {"caseload_mean": {"mean": 16.0, "p95": 18.0}, "caseload_worst_quarter": {"mean": 20.0, "p95": worst}}
    said = words.overload(frames.summary("no_change", means).assign(p5=1.0))
    assert (said is not None) == warned
    assert not warned or "reaches 33 children a worker or more" in str(said)


@pytest.mark.parametrize(
    ("share", "word"), [(0.0, "No"), (0.03, "No"), (0.2, "Probably not"), (0.5, "Probably"), (0.97, "Yes")]
)
def test_a_share_of_draws_is_a_likelihood_in_a_word(share: float, word: str) -> None:
    assert words.likelihood(share) == word


def test_the_answer_says_what_is_spent_and_saved_on_average() -> None:
    said = words.answer(summary(0.97), "fast", "As published", END)
    assert said == (
        "As published. By 31 March 2025 it costs £3.50m on average and saves £0.90m on placements and agency staff, "
        "cash or not; entries to care: 12 fewer on average (range of outcomes: 4 more to 30 fewer)."
    )


def test_the_answer_of_a_cut_says_what_is_spent_less() -> None:
    said = words.answer(summary(1.0, cost=-2e6), "fast", "Cut", END)
    assert "On average it costs £2.00m less than no change by 31 March 2025" in said


def test_an_answer_without_cost_does_not_speak_of_repayment() -> None:
    said = words.answer(summary(0.9, cost=0.0), "fast", "Fast", END)
    assert "no programme cost to repay" in said
    assert "repays" not in said


def test_an_answer_says_when_nothing_differs_and_when_it_is_worse() -> None:
    assert "the same in every draw" in words.answer(summary(0.0, entries=(0, 0, 0)), "fast", "Fast", END)
    assert "7 more on average" in words.answer(summary(0.0, entries=(-9, -7, 1)), "fast", "Fast", END)


def test_no_change_is_what_the_others_are_compared_with() -> None:
    assert words.answer(summary(0.0), "no_change", "No change", END).startswith("No change: what every")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-0.15, "-15%"),
        (0.5, "+50%"),
        (-0.0421, "-4.2%"),
        (-0.0994, "-9.9%"),
        (-0.0999, "-10%"),
        (12.0, "+1,200%"),
        (0.0, "0%"),
        (-0.0, "0%"),
        (-0.0001, "0%"),
        (nan, "-"),
    ],
)
def test_a_change_is_a_signed_percentage(value: float, expected: str) -> None:
    assert words.change(value) == expected


def test_a_range_of_changes_is_low_to_high_and_nothing_for_one_number() -> None:
    assert words.change_span(-0.12, 0.03) == "-12% to +3.0%"
    assert words.change_span(-0.12, -0.12) == "-"
    assert words.change_span(nan, nan) == "-"


@pytest.mark.parametrize(
    ("value", "mean", "promised", "expected"),
    [
        (3.57, -0.04, -0.15, "x 3.6"),
        (0.5, -0.3, -0.15, "x 0.5"),
        (1234.5, -0.0001, -0.15, "x 1,234"),
        (nan, 0.05, -0.15, "none"),
        (nan, 0.0, -0.15, "none"),
        (nan, -0.05, 0.0, "any"),
        (nan, 0.05, 0.0, "none"),
        (nan, nan, -0.15, "-"),
        (nan, -0.05, nan, "-"),
    ],
)
def test_a_multiple_says_what_would_keep_the_promise(value: float, mean: float, promised: float, expected: str) -> None:
    assert words.multiple(value, mean, promised) == expected


def claimed(**said: object) -> dict[str, object]:
    """Return a claim of a size by a date, but for what is said of it."""
    return {"promised": -0.15, "by": END, "against": "no_change", **said}


WITHOUT: Final = {"promised": nan, "margin": nan, "within_years": nan, "date_given": True, "question": False}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "promised: -15% by 31 March 2025, against no change"),
        ({"by": "2025-03-31"}, "promised: -15% by 31 March 2025, against no change"),
        ({"promised": 0.0}, "promised: no increase by 31 March 2025, against no change"),
        ({"promised": 0.5, "against": "start"}, "promised: +50% by 31 March 2025, since the start"),
        (
            {"promised": -0.12, "against": "published", "base": 617.0},
            "promised: -12% by 31 March 2025, from the published 617",
        ),
        ({**WITHOUT, "direction": "fewer"}, "promised: fewer by 31 March 2025, against no change"),
        ({**WITHOUT, "direction": "more"}, "promised: more by 31 March 2025, against no change"),
        ({**WITHOUT, "direction": "no_more"}, "promised: no increase by 31 March 2025, against no change"),
        (
            {**WITHOUT, "direction": "no_more", "margin": 0.02},
            "promised: no or minimal increase (read here as at most 2%) by 31 March 2025, against no change",
        ),
        ({"within_years": 3.0}, "promised: -15% within 3 years of the first go-live, against no change"),
        ({"within_years": 1}, "promised: -15% within 1 year of the first go-live, against no change"),
        (
            {"date_given": False},
            "promised: -15% (no date given: judged at 31 March 2025), against no change",
        ),
        (
            {"within_years": 3, "date_given": False},
            "promised: -15% (no date given: judged 3 years after the first go-live), against no change",
        ),
        (
            {**WITHOUT, "direction": "fewer", "question": True},
            "asked, and read here as: fewer by 31 March 2025, against no change",
        ),
        (
            {"promised": None, "margin": None, "within_years": None, "direction": "fewer"},
            "promised: fewer by 31 March 2025, against no change",
        ),
    ],
)
def test_a_promise_names_its_size_or_direction_its_date_and_what_it_is_against(
    said: dict[str, object], expected: str
) -> None:
    assert words.promise(claimed(**said)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(12.4, "+12"), (-3.0, "-3"), (0.4, "0"), (-0.4, "0"), (1234.0, "+1,234"), (nan, "-")]
)
def test_a_change_in_a_level_has_its_sign(value: float, expected: str) -> None:
    assert words.signed(value, "children") == expected


def test_an_answer_says_what_existing_budget_is_moved() -> None:
    said = words.answer(summary(0.4, cost=0.06e6, displaced=0.72e6), "fast", "Fast", END)
    assert (
        "it costs £0.06m on average, moves £0.72m of existing budget and saves £0.90m on placements and agency staff"
        in said
    )
    assert "existing budget" not in words.answer(summary(0.4), "fast", "Fast", END)
