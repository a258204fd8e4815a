"""Is the posterior calibrated? `python benchmarks/calibration.py [FITS] [DRAWS] [PROCESSES]` (default 200, 19, 2).

Known rates, fitted (`familyflow.calibrate.fit.sbc`): each fit is kept in outputs/calibration/, and the same
command goes on from there; with no fit missing it only makes the report. Then what the draws would weigh if they were
exact, and a council whose figures the engine made. All into docs/calibration-check.csv, .md and figures/.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.stats import binom

from familyflow import scenario
from familyflow.calibrate.fit import central
from familyflow.calibrate.fit.sbc import (
    BINS,
    LEVEL,
    Ranked,
    effective,
    judged,
    known,
    lived,
    log_weights,
    ranked,
    recovered,
    rejected,
)
from familyflow.report.figures import style
from familyflow.report.figures.style import COLOURS, GREY, PALE, Picture, styled

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

PLACES = ("bradford", "durham", "somerset", "swindon", "thurrock")
SEED = 7
APART = 1000
"""The seed of the first fit's draws. Each fit has its own: with one sample for all, ranks would not be uniform."""
WEIGHED = 25
"""Draws of each place whose weights are worked out; each takes some fifty balances."""
RECOVERED = (("somerset", 0), ("durham", 1))
SHOWN = 0.2
"""Unknowns of which the figures say less than this are not shown among the recovered."""
KEPT = Path("outputs") / "calibration"
DOCS = Path(__file__).parents[1] / "docs"


def fit(number: int, draws: int) -> dict[str, Any]:
    """Make the number-th council and fit it."""
    place = PLACES[number % len(PLACES)]
    council = known(scenario.load(place), SEED, number)
    return {"number": number, "place": place, **asdict(ranked(council, APART + number, draws))}


def weigh(place: str) -> dict[str, Any]:
    """Weigh some draws of a place."""
    logs = log_weights(scenario.load(place), SEED, WEIGHED)
    return {"place": place, "draws": WEIGHED, "effective": effective(logs), "spread": float(logs.std())}


def recover(place: str, number: int) -> list[dict[Hashable, Any]]:
    """Fit a council whose figures the engine made."""
    council = lived(scenario.load(place), SEED, number)
    return recovered(council, central(council.scenario)).to_dict("records")


def once(name: str, make: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Give what is kept under a name, or make and keep it."""
    path = KEPT / f"{name}.json"
    if not path.exists():
        path.write_text(json.dumps(make()), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


def kept(draws: int) -> dict[int, dict[str, Any]]:
    """Read the fits that are there, by number."""
    path = KEPT / "ranks.jsonl"
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["number"]: row for row in rows if row["draws"] == draws}


def run(fits: int, draws: int, processes: int) -> list[Ranked]:
    """Do the fits that are missing, and give all."""
    missing = [number for number in range(fits) if number not in kept(draws)]
    if missing:
        context = multiprocessing.get_context("spawn")
        with (
            ProcessPoolExecutor(processes, mp_context=context) as pool,
            (KEPT / "ranks.jsonl").open("a", encoding="utf-8") as file,
        ):
            for done, future in enumerate(as_completed([pool.submit(fit, n, draws) for n in missing]), start=1):
                file.write(json.dumps(future.result()) + "\n")
                file.flush()
                print(f"fit {done} of {len(missing)}", file=sys.stderr)
    rows = kept(draws)
    return [Ranked(rows[n]["ranks"], draws, rows[n]["afresh"]) for n in range(fits)]


@styled
def figure(found: pd.DataFrame, fits: int) -> Picture:
    """Draw the p-values against what they should be, and how often 80% intervals hold the truth."""
    drawn, ((left, right),) = style.matrix(1, 2, 4.2, sharey="none")
    p = np.sort(found["p"])
    even = (np.arange(len(p)) + 0.5) / len(p)
    left.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    left.plot(even, p, ".", color=COLOURS[0], markersize=7)
    left.set_xlabel("share of numbers")
    left.set_ylabel("chi-square p of their ranks, in order")
    style.head(left, "Ranks of the truth: p-values against the even line")
    low, high = (binom.ppf(q, fits, 0.8) / fits for q in (0.005, 0.995))
    right.axhspan(low, high, color=PALE, alpha=0.6, linewidth=0)
    right.axhline(0.8, color=GREY, linewidth=1)
    right.plot(even, np.sort(found["cover_80"]), ".", color=COLOURS[0], markersize=7)
    right.set_ylim(0.6, 1)
    right.set_xlabel("share of numbers, in order")
    right.set_ylabel("share of fits")
    style.head(right, "How often an 80% interval holds the truth")
    key = [
        Line2D([], [], color=COLOURS[0], marker=".", markersize=7, linestyle="", label="an unknown or a target"),
        Patch(color=PALE, alpha=0.6, linewidth=0, label=f"where 99% lie by chance in {fits} fits"),
    ]
    title = f"Is the posterior calibrated? {fits} councils with known rates"
    drawn_said = f"80% intervals cover {found['cover_80'].min():.0%} to {found['cover_80'].max():.0%} of truths."
    style.finish(drawn, title, "", key)
    return Picture("calibration_check", title, drawn_said, drawn)


def page(found: pd.DataFrame, fits: list[Ranked], weights: list[dict[str, Any]], engine: dict[str, Any]) -> str:
    """Write the page."""
    sentences = "\n".join(f"- {each}" for each in verdicts(found, fits))
    parts = [
        HEAD,
        done(found, fits),
        "![P-values of the ranks, and coverage of 80% intervals](figures/calibration_check.png)",
        f"## What came out\n\n{sentences}",
        WEIGHTS,
        markdown(
            ("place", "draws", "effective share", "standard deviation of log weights"),
            [(w["place"], w["draws"], f"{w['effective']:.0%}", f"{w['spread']:.2f}") for w in weights],
        ),
        ENGINE,
        *(recovery(name, rows) for name, rows in engine.items()),
        "## Every number",
        numbers(found),
    ]
    return "\n\n".join(parts) + "\n"


HEAD = """# Is the posterior calibrated?

Made by `python benchmarks/calibration.py`. Counts of ranks are in [calibration-check.csv](calibration-check.csv)."""
WEIGHTS = """## How exact a draw is

A draw solves Q'F(x) = Q'e: see [the model](model.md). Its density is known, and with it the weight that would make it
an exact draw of the posterior. The effective share says what part of as many exact draws the weighted ones would be
worth. The weights are not used."""
ENGINE = """## Recovery from simulated figures

Councils whose figures the engine made, with staff and waits, fitted with simulated moments. Shown are the unknowns
whose variance the figures cut by a fifth or more."""


def done(found: pd.DataFrame, fits: list[Ranked]) -> str:
    """Say what was done."""
    lines = (
        f"{len(fits)} councils like the shipped five ({', '.join(PLACES)}, in turn). The truth is drawn",
        "from the priors, figures are published from it with their stated errors, the council is fitted and its",
        f"posterior sampled {fits[0].draws} times (simulation-based calibration: Talts and others 2018). What is not",
        "fitted is held at the truth's own value. If the sampler is right, the rank of the truth among the draws is",
        f"uniform for each of the {len(found)} numbers: unknowns, and targets as they truly are, the one that is held",
        "out among them.",
    )
    return "\n".join(("## What was done", "", *lines))


def numbers(found: pd.DataFrame) -> str:
    """Tabulate every number."""
    shares = ("cover_50", "cover_80", "cover_90")
    rows = [
        (f"`{r['name']}`", f"{r['mean_rank']:.2f}", f"{r['p']:.3f}", *(f"{r[share]:.0%}" for share in shares))
        for r in found.to_dict("records")
    ]
    return markdown(("number", "mean rank", "chi-square p", "50% covers", "80% covers", "90% covers"), rows)


def verdicts(found: pd.DataFrame, fits: list[Ranked]) -> list[str]:
    """Say what the ranks say."""
    failing, cover, alone = rejected(found), found["cover_80"], int((found["p"] < LEVEL).sum())
    inside = cover.between(0.75, 0.85).mean()
    ends = [np.ceil(0.75 * len(fits)) - 1, np.floor(0.85 * len(fits))]
    chance = float(np.diff(binom.cdf(ends, len(fits), 0.8))[0])
    which = f"rejected are {', '.join(f'`{name}`' for name in failing)}" if failing else "none is rejected"
    return [
        f"Ranks in {BINS} bins, chi-square, all numbers together at {LEVEL:.0%} (Holm): {which}.",
        f"By itself at 1%: {alone} of {len(found)} numbers, where {LEVEL * len(found):.1f} are expected.",
        f"80% intervals hold {cover.mean():.1%} of truths, {cover.min():.0%} to {cover.max():.0%} by number.",
        f"They hold 75% to 85% for {inside:.0%} of the numbers, where chance would leave {chance:.0%}.",
        f"50% intervals hold {found['cover_50'].mean():.1%}, 90% intervals {found['cover_90'].mean():.1%}.",
        f"{sum(f.afresh for f in fits)} of {sum(f.draws for f in fits):,} draws had to be solved afresh.",
    ]


def recovery(name: str, rows: list[dict[str, Any]]) -> str:
    """Tabulate what was recovered of one council."""
    shown = [row for row in rows if row["shrinkage"] >= SHOWN]
    inside = sum(row["low"] <= row["truth"] <= row["high"] for row in shown)
    head = f"{name}: {inside} of {len(shown)} lie within their 90% interval."
    headings = ("unknown", "truth", "fitted", "low", "high", "off, sd")
    cells = [
        (f"`{r['unknown']}`", *(f"{r[key]:.3g}" for key in ("truth", "fitted", "low", "high")), f"{r['off']:+.1f}")
        for r in shown
    ]
    return f"{head}\n\n{markdown(headings, cells)}"


def markdown(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Write a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main(arguments: list[str]) -> None:
    """Fit and report."""
    fits, draws, processes = (int(each) for each in [*arguments, *("200", "19", "2")[len(arguments) :]])
    KEPT.mkdir(parents=True, exist_ok=True)
    fitted = run(fits, draws, processes)
    weights = [once(f"weights_{place}", partial(weigh, place)) for place in PLACES]
    engine = {f"{place}, number {n}": once(f"recovered_{place}", partial(recover, place, n)) for place, n in RECOVERED}
    found = judged(fitted)
    found.round(4).to_csv(DOCS / "calibration-check.csv", index=False, lineterminator="\n")
    style.save(figure(found, fits), KEPT)
    (DOCS / "figures" / "calibration_check.png").write_bytes(style.png(figure(found, fits)))
    text = page(found, fitted, weights, engine)
    (DOCS / "calibration-check.md").write_text(text, encoding="utf-8", newline="\n")
    print("\n".join(verdicts(found, fitted)))


if __name__ == "__main__":
    main(sys.argv[1:])
