"""Whether what was found of adopters may be read as more than chance and a trend from before: a rule, stated once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.calibrate.trends.adopters import BEFORE_LATEST, OTHERS, SINCE, TITLES, TWO_EARLY, YEAR_EARLY, Estimate
from familyflow.calibrate.trends.departures import YEARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RARE: Final = 0.05
"""In the third year no more than this share of draws of random councils may be as far off."""
COMMON: Final = 0.10
"""In a placebo at least this share must be."""
PLACEBOS: Final = (YEAR_EARLY, TWO_EARLY, BEFORE_LATEST)
RULE: Final = (
    "A measure counts as credible where, in the third year and beside both sets of councils, the 90% range leaves out "
    f"no change and fewer than {RARE:.0%} of draws of random councils are as far off, and where in no placebo fewer "
    f"than {COMMON:.0%} are."
)


def doubts(found: Iterable[Estimate], measure: str) -> tuple[str, ...]:
    """Return why a measure does not count as credible by RULE; nothing where it does."""
    own = [each for each in found if each.measure == measure]
    third = [each for each in own if each.kind == SINCE and each.year == YEARS]
    placebos = [each for each in own if each.kind in PLACEBOS]
    missing = () if third else ("no third year is known",)
    return (*missing, *(why for each in third for why in _third(each)), *(w for p in placebos for w in _placebo(p)))


def _third(each: Estimate) -> Iterator[str]:
    """Yield what is wrong with the third year."""
    if each.low < 1 < each.high:
        yield f"beside {_beside(each)} the range holds no change ({_percent(each.low)} to {_percent(each.high)})"
    elif each.p_random >= RARE:
        yield f"beside {_beside(each)} random councils are as far off in {each.p_random:.1%} of draws"


def _placebo(each: Estimate) -> Iterator[str]:
    """Yield a placebo that finds something."""
    if each.p_random < COMMON:
        kind = TITLES[each.kind].removeprefix("Placebo: ")
        yield f"{kind}, beside {_beside(each)}: {_percent(each.ratio)} (p {each.p_random:.3f})"


def _beside(each: Estimate) -> str:
    return "all others" if each.comparison == OTHERS else "the nearest"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.0f}%"
