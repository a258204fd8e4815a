"""Numbers that are set for one run, without a file: `ID=VALUE`, held exactly, or `ID=VALUE:LOW:HIGH`."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.quantity import CEILINGS, Quantity, Status
from familyflow.scenario import checks, rollout
from familyflow.scenario.reader import with_parameters
from familyflow.scenario.vocabulary import RETIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.scenario.model import Scenario

SOURCE: Final = "set_for_this_run"
"""The key of the source that such a number is given."""
MOST_POSTS: Final = 10_000.0
_RANGE: Final = 3
_POSTS: Final = ("post.", "team.")


def with_settings(scenario: Scenario, settings: Sequence[str]) -> Scenario:
    """Return the scenario with some numbers set; Problem when one is unknown, set twice or impossible."""
    if not settings:
        return scenario
    read: dict[str, Quantity] = {}
    for text in settings:
        name = _name(scenario, text)
        if name in (*read, *ids_of(scenario.settings)):
            raise Problem(f"--set {text}: {name} is set already: set it once")
        read[name] = _quantity(text, scenario.quantities[name])
    changed = with_parameters(scenario, read)
    council = tuple(name for name in scenario.programme.council_level if name not in read)
    made = replace(
        changed,
        settings=(*scenario.settings, *(written(name, each) for name, each in read.items())),
        sources={**scenario.sources, SOURCE: "Set for this run by --set"},
        programme=replace(scenario.programme, council_level=council),
    )
    if says := impossible(made):
        raise Problem(f"--set {' --set '.join(settings)}: {scenario.name} cannot be: {says}")
    return made


def ids_of(settings: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of numbers that were set."""
    return tuple(text.partition("=")[0] for text in settings)


def written(name: str, quantity: Quantity) -> str:
    """Write a setting in its shortest exact form."""
    numbers = (quantity.value, quantity.low, quantity.high)
    shown = numbers[:1] if quantity.low == quantity.high else numbers
    return f"{name}={':'.join(repr(each).removesuffix('.0') for each in shown)}"


def impossible(scenario: Scenario) -> str:
    """Say what cannot be true together in a scenario whose numbers were changed, or nothing."""
    steps = (f"{'.'.join(map(str, finding.place))}: {finding.allowed}" for finding in rollout.findings(scenario))
    return checks.complaint(scenario) or next(steps, "")


def outside(number: float, name: str, unit: str) -> str:
    """Say how a number is outside what its unit and kind allow, or nothing."""
    ceiling = CEILINGS.get(unit)
    if number < 0:
        return f"must be 0 or more, in {unit}"
    if ceiling is not None and number > ceiling:
        return f"must lie between 0 and {ceiling:g}, as a {unit}"
    if number == 0 and unit == "ratio" and name.startswith(checks.LOGGED):
        return "must be above 0, as a ratio whose log is taken (1 is no effect)"
    if unit == "fte" and name.startswith(_POSTS) and number > MOST_POSTS:
        return f"must be {MOST_POSTS:,.0f} posts at most"
    return ""


def _name(scenario: Scenario, text: str) -> str:
    """Read the id that a setting names; Problem when it names none that the scenario has."""
    name, equals, _ = (part.strip() for part in text.partition("="))
    if not equals or not name:
        raise Problem(f"--set {text}: must be ID=VALUE or ID=VALUE:LOW:HIGH, such as effect.care_entry=1")
    if name in RETIRED:
        raise Problem(f"--set {text}: {name} {RETIRED[name]}")
    if name not in scenario.quantities:
        raise Problem(f"--set {text}: {name} is no number of {scenario.name}{suggestion(name, scenario.quantities)}")
    return name


def _quantity(text: str, old: Quantity) -> Quantity:
    """Read a setting's number or range; Problem when it is none, or what the quantity cannot be."""
    name, _, given = (part.strip() for part in text.partition("="))
    value, low, high = _numbers(text, given, old)
    for number in (value, low, high):
        if says := outside(number, name, old.unit):
            raise Problem(f"--set {text}: {name} = {number:g}: {says}")
    was = f"{old.value:g}" if old.low == old.high else f"{old.value:g} ({old.low:g} to {old.high:g})"
    note = f"Set for this run; it was {was}, {old.status.value}. {old.note}".strip()
    try:
        return replace(old, value=value, low=low, high=high, status=Status.ASSUMED, source=SOURCE, note=note)
    except Problem as error:
        raise Problem(f"--set {text}: {error}") from None


def _numbers(text: str, given: str, old: Quantity) -> tuple[float, float, float]:
    """Read a value, or a value with the low and high end of its 90% range."""
    allowed = f"must be a number in {old.unit}, or value:low:high"
    try:
        numbers = [float(each) for each in given.split(":")]
    except ValueError:
        raise Problem(f"--set {text}: {given or 'nothing'} is no number: {allowed}") from None
    if len(numbers) not in {1, _RANGE} or not all(map(isfinite, numbers)):
        raise Problem(f"--set {text}: {given}: {allowed}")
    value, low, high = numbers if len(numbers) == _RANGE else numbers * _RANGE
    return value, low, high
