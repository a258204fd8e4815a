from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from familyflow.calibrate.fit.diagnostics import Account
from familyflow.report.figures import fit, style
from familyflow.report.figures.fit import FAN, FORECAST, PUBLISHED
from familyflow.report.html.fit import number, page, pictures, span
from familyflow.scenario import load

if TYPE_CHECKING:
    from familyflow.report.figures.style import Picture

NAMES = ("arrivals.family", "decision.referral.nfa", "pace.cin", "care.home", "placement.foster")


@pytest.fixture(scope="module")
def account() -> Account:
    table = pd.DataFrame(
        {
            "key": ["snapshot.children_on_cp", "target.referrals", "target.proceedings"],
            "target": ["children on a CP plan", "referrals <a year>", "children in proceedings a year"],
            "published": [260.0, 3134.0, 107.0],
            "low": [260.0, 2880.0, 70.0],
            "high": [260.0, 3592.0, 125.0],
            "balance": [262.0, 3210.0, 75.0],
            "fitted": [260.4, 3201.0, 75.0],
            "p5": [250.0, 3000.0, 60.0],
            "p95": [270.0, 3400.0, 90.0],
            "simulated_before": [250.0, 3178.0, 74.0],
            "simulated": [258.0, 3180.0, 76.0],
            "mc_error": [2.3, 11.5, 1.7],
            "residual": [0.08, 0.31, np.nan],
            "status": ["met", "NOT MET with the others", "held out, differs"],
            "source": ["dfe_cin, 2019, published"] * 3,
        }
    )
    unknowns = pd.DataFrame(
        {
            "unknown": NAMES,
            "prior": NAMES,
            "unit": "ratio",
            "value": 1.0,
            "prior_p5": 0.5,
            "prior_p95": 2.0,
            "p5": 0.8,
            "p50": 1.1,
            "p95": 1.5,
            "prior_sd": 0.4,
            "posterior_sd": 0.2,
            "shrinkage": [0.75, 0.75, 0.75, 0.75, -0.02],
            "says": ["informed"] * 4 + ["keeps its prior"],
        }
    )
    tension = pd.DataFrame(
        [("referrals a year", "contacts a year", 0.9, -1.1, 0.1, -0.2, 1.9)],
        columns=["one", "other", "one_off", "other_off", "one_without", "other_without", "pull"],
    )
    return Account(load("swindon"), table, unknowns, tension, ["Most figures are of <2019>."], (25.0, 21, 0.23), 100)


@pytest.fixture(scope="module")
def fan() -> pd.DataFrame:
    past = [("children_on_cp", year, PUBLISHED, *[300.0 + year - 2015] * 5) for year in range(2015, 2020)]
    ahead = [("children_on_cp", year, FORECAST, 200.0, 250.0, 290.0, 330.0, 400.0) for year in range(2020, 2023)]
    return pd.DataFrame([*past, *ahead], columns=list(FAN))


def name_of(drawn: list[Picture]) -> list[str]:
    return [picture.name for picture in drawn]


def test_a_fit_has_three_figures_and_each_says_in_words_what_it_shows(account: Account) -> None:
    drawn = pictures(account)
    assert name_of(drawn) == ["history", "residuals", "prior_posterior"]
    assert all(picture.description for picture in drawn)
    assert "placement.foster" in drawn[2].description


def test_a_council_without_history_has_no_figure_of_years(account: Account) -> None:
    bare = replace(account, scenario=replace(account.scenario, history=()))
    assert "history" not in name_of(pictures(bare))
    assert "Published and fitted</h2>" not in page(bare, pictures(bare))


def test_a_forecast_is_drawn_as_a_fan_after_what_was_published(account: Account, fan: pd.DataFrame) -> None:
    drawn = pictures(account, fan)[0]
    panel = drawn.figure.axes[0]
    assert len(panel.collections) + len(panel.patches) >= 3  # two bands of the forecast and the range of the level
    assert "forecast" in drawn.title
    assert "300 in 2015 to 304 in 2019, fitted 260" in drawn.description
    text = page(account, [drawn, *pictures(account)[1:]], fan)
    assert "Forecast, median" in text
    assert "Forecast, median" not in page(account, pictures(account))


def test_the_page_needs_nothing_else_and_escapes_what_it_is_given(account: Account) -> None:
    text = page(account, pictures(account))
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src &#x27;none&#x27;" in text
    assert "referrals &lt;a year&gt;" in text
    assert "&lt;2019&gt;" in text


def test_the_page_has_a_text_and_a_table_for_each_figure(account: Account) -> None:
    text = page(account, pictures(account))
    assert text.count("<img ") == text.count('alt="') == 3
    for name in ("history", "targets", "simulation", "unknowns", "tension"):
        assert f'<table id="{name}-table">' in text


def test_the_page_says_what_was_not_met_what_was_held_out_and_what_pulls(account: Account) -> None:
    text = page(account, pictures(account))
    assert "5 unknowns are fitted to 2 published figures. 1 are met within 5% or their range, 1 are not; 1 held" in text
    assert "published 107 (70 to 125), the fit gives 75: differs" in text
    assert "referrals a year is fitted 0.9 sd too high; without the other it would be 0.1 sd too high." in text


def test_nothing_that_pulls_is_said_in_a_sentence(account: Account) -> None:
    calm = replace(account, tension=account.tension.head(0))
    assert "No figure pulls markedly against another" in page(calm, pictures(calm))


def test_the_same_account_gives_the_same_page(account: Account) -> None:
    assert page(account, pictures(account)) == page(account, pictures(account))


def test_pictures_are_images(account: Account) -> None:
    assert style.png(fit.residuals(account.table)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345.6, "12,346"), (0.012345, "0.0123"), (260.44, "260.4"), (float("nan"), ""), (0.0, "0")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_an_exact_number_is_no_range() -> None:
    assert span(260.0, 260.0) == "260"
    assert span(1.0, 2.5) == "1 to 2.5"
