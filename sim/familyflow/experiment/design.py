"""A sweep's design: the file that names its inputs, and the points at which they are fixed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from familyflow import scenario as scenarios
from familyflow.experiment.plan import planned
from familyflow.ground.defaults import DEFAULT_SEED, LARGEST_SEED, MOST_DRAWS, MOST_POINTS, MOST_YEARS
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status
from familyflow.ground.readings import CENTRAL
from familyflow.scenario.errors import Finding, from_pydantic, problem
from familyflow.scenario.schema import Names, Table, one_of, refusal
from familyflow.scenario.settings import ids_of, impossible, outside
from familyflow.scenario.text import SUFFIX, parse, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from familyflow.experiment.plan import Plan
    from familyflow.scenario import Scenario
    from familyflow.scenario.errors import Source
    from familyflow.scenario.lines import Place

    Floats: TypeAlias = NDArray[np.float64]

GRID: Final = "grid"
LATIN_HYPERCUBE: Final = "latin_hypercube"
SOBOL: Final = "sobol"
_LARGEST_BASE: Final = 2**15


def _as_tuple(given: object) -> object:
    """Take a list as the tuple that is wanted."""
    return tuple(given) if isinstance(given, list) else given


class InputTable(Table):
    """A quantity of the scenario, and the values that it is fixed at."""

    quantity: str = Field(description='the id of a quantity of the scenario, such as "effect.care_entry"')
    values: Annotated[tuple[float, ...], BeforeValidator(_as_tuple), Field(min_length=1)] | None = None
    low: float | None = None
    high: float | None = None
    steps: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None

    @model_validator(mode="after")
    def is_one_or_the_other(self) -> InputTable:
        """Refuse half a range, a range beside values, and values given twice."""
        if self.values is not None:
            for key in ("low", "high", "steps"):
                if getattr(self, key) is not None:
                    raise refusal("cannot stand beside values: give the one or the other", key)
            if len(set(self.values)) < len(self.values):
                raise refusal("give each value once", "values")
        if (self.low is None) != (self.high is None):
            raise refusal("give low and high together, or neither", "low" if self.low is None else "high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise refusal(f"must be below the high end, {self.high:g}", "low")
        return self


class DesignFile(Table):
    """The whole of a design file."""

    scenario: str = Field(description="the name of a shipped scenario, or the path of a file as seen from this one")
    method: Literal["grid", "latin_hypercube", "sobol"] = Field(description="one of grid, latin_hypercube, sobol")
    draws: int = Field(description="how many draws each point is run on", ge=1, le=MOST_DRAWS)
    measures: Names = Field(description="a list of the measures wanted", min_length=1)
    inputs: Annotated[tuple[InputTable, ...], BeforeValidator(_as_tuple)] = Field(
        description="a table [[inputs]] for each input", min_length=1
    )
    schedules: Names = ()
    points: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    base: Annotated[int, Field(ge=2, le=_LARGEST_BASE)] | None = None
    years: Annotated[int, Field(ge=1, le=MOST_YEARS)] | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = DEFAULT_SEED

    @model_validator(mode="after")
    def has_its_size(self) -> DesignFile:
        """Refuse a size that the method does not have, and want the one that it has."""
        wanted = {LATIN_HYPERCUBE: "points", SOBOL: "base"}.get(self.method)
        for key in ("points", "base"):
            if key != wanted and getattr(self, key) is not None:
                raise refusal(f"is not for {self.method}", key)
        if wanted and getattr(self, wanted) is None:
            raise refusal(_WANTED[wanted], wanted)
        if self.base and self.base & (self.base - 1):
            raise refusal("must be a power of 2, such as 64", "base")
        return self


_WANTED: Final = {
    "points": "give how many points are taken",
    "base": "give a power of 2, such as 64: (inputs + 2) times as many points are taken",
}
Kind: TypeAlias = Literal["grid", "latin_hypercube", "sobol"]


@dataclass(frozen=True, slots=True)
class Input:
    """A quantity that a sweep fixes, in its own unit: at the values of a grid, or anywhere from low to high."""

    quantity: str
    low: float
    high: float
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """What a sweep runs: a plan, at each of the points that a method takes of some inputs, for some measures.

    `size` is the number of points of a Latin hypercube, or the base of a Sobol design.
    """

    name: str
    plan: Plan
    method: Kind
    inputs: tuple[Input, ...]
    measures: tuple[str, ...]
    size: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the inputs."""
        return tuple(each.quantity for each in self.inputs)


def load(path: Path, measures: Sequence[str], reading: str = CENTRAL, settings: Sequence[str] = ()) -> Design:
    """Read and check a design file; Problem when it cannot be used.

    `measures` are those that can be asked for; the scenario is the design's under a reading of the evidence, with some
    numbers set.
    """
    source = parse(str(path), read(path, "design"))
    try:
        file = DesignFile.model_validate(source.data)
    except ValidationError as error:
        raise problem(source, from_pydantic(source.data, error)) from None
    scenario = scenarios.as_asked(_scenario(source, file.scenario, path), reading, settings)
    if found := [*_findings(file, scenario, tuple(measures))]:
        raise problem(source, found)
    plan = planned(scenario, draws=file.draws, schedules=file.schedules, years=file.years, seed=file.seed)
    inputs = tuple(_input(each, scenario.quantities[each.quantity], file.method) for each in file.inputs)
    design = Design(path.stem, plan, file.method, inputs, file.measures, file.points or file.base or 0)
    _refuse_impossible(design, source)
    return design


def _scenario(source: Source, given: str, path: Path) -> Scenario:
    """Load the scenario that a design names; a path is seen from the design's folder."""
    try:
        return scenarios.load(path.parent / given if given.endswith(SUFFIX) else given)
    except Problem as error:
        if "\n" in str(error):
            raise
        raise problem(source, [Finding(("scenario",), str(error))]) from None


def _findings(file: DesignFile, scenario: Scenario, measures: tuple[str, ...]) -> Iterator[Finding]:
    """Find names that are not there, inputs given twice, and values that cannot be."""
    for key, given, allowed in (
        ("measures", file.measures, measures),
        ("schedules", file.schedules, tuple(scenario.schedules)),
    ):
        for index, name in enumerate(given):
            if name not in allowed:
                yield Finding((key, index), one_of(allowed, name))
    seen: set[str] = set()
    for index, each in enumerate(file.inputs):
        if each.quantity not in scenario.quantities:
            yield Finding(("inputs", index, "quantity"), one_of(tuple(scenario.quantities), each.quantity))
        elif each.quantity in seen:
            yield Finding(("inputs", index, "quantity"), "is an input already: give it once")
        elif each.quantity in ids_of(scenario.settings):
            yield Finding(("inputs", index, "quantity"), "is set by --set already: set it or vary it")
        else:
            yield from _input_findings(index, each, scenario.quantities[each.quantity], file.method)
        seen.add(each.quantity)


def _input_findings(index: int, given: InputTable, quantity: Quantity, method: str) -> Iterator[Finding]:
    """Find values outside their unit, what does not go with the method, and a range that is missing."""
    numbers: list[tuple[Place, float | None]] = [(("low",), given.low), (("high",), given.high)]
    numbers += [(("values", position), number) for position, number in enumerate(given.values or ())]
    for way, number in numbers:
        if number is not None and (says := outside(number, given.quantity, quantity.unit)):
            yield Finding(("inputs", index, *way), says)
    if key := _unsuited(given, method):
        yield Finding(("inputs", index, key[0]), key[1])
    if given.values is None and given.low is None and quantity.low == quantity.high:
        says = f"give low and high: the scenario has {given.quantity} at {quantity.value:g} without a range"
        yield Finding(("inputs", index, "low"), says)


def _unsuited(given: InputTable, method: str) -> tuple[str, str] | None:
    """Return a key that does not go with the method, and what is allowed there."""
    if method == GRID and given.values is None and given.steps is None:
        return "steps", "a grid wants values, or the number of steps from low to high"
    if method != GRID and (given.values or given.steps):
        key = "values" if given.values else "steps"
        return key, f"is for a grid: {method} takes points anywhere from low to high"
    return None


def _input(given: InputTable, quantity: Quantity, method: str) -> Input:
    """Fill an input in: without low and high its range is the quantity's own; a grid's steps are evenly spaced."""
    if given.values is not None:
        return Input(given.quantity, min(given.values), max(given.values), given.values)
    low = quantity.low if given.low is None else given.low
    high = quantity.high if given.high is None else given.high
    values = tuple(map(float, np.linspace(low, high, given.steps or 0))) if method == GRID else ()
    return Input(given.quantity, low, high, values)


def points(design: Design) -> Floats:
    """Return the points of a design: a row a point, a column an input. The same design gives the same points."""
    if design.method == GRID:
        return np.array([*product(*(each.values for each in design.inputs))])
    return _hypercube(design) if design.method == LATIN_HYPERCUBE else _saltelli(design)


def count(design: Design) -> int:
    """Return the number of points of a design."""
    if design.method == GRID:
        return prod(len(each.values) for each in design.inputs)
    return design.size * (len(design.inputs) + 2 if design.method == SOBOL else 1)


def salib_problem(design: Design) -> dict[str, object]:
    """Describe the inputs as SALib wants them: their names and bounds."""
    bounds = [[each.low, each.high] for each in design.inputs]
    return {"num_vars": len(bounds), "names": list(design.names), "bounds": bounds}


def _hypercube(design: Design) -> Floats:
    """Return the points of a Latin hypercube: in each input, one in each of as many equal steps."""
    from scipy.stats import qmc  # noqa: PLC0415 - a second, and only for such a design

    sampler = qmc.LatinHypercube(len(design.inputs), seed=np.random.default_rng(design.plan.seed))
    low, high = ([getattr(each, end) for each in design.inputs] for end in ("low", "high"))
    return qmc.scale(sampler.random(design.size), low, high)


def _saltelli(design: Design) -> Floats:
    """Return the points of Saltelli's scheme: two Sobol samples, and one for each input that mixes them."""
    from SALib.sample import sobol  # type: ignore[import-untyped] # noqa: PLC0415 - half a second, and only here

    seed = np.random.default_rng(design.plan.seed)
    sampled: Floats = sobol.sample(salib_problem(design), design.size, calc_second_order=False, seed=seed)
    return sampled


def fixed(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with some quantities the same in every draw; all others are sampled as ever."""
    return scenarios.with_parameters(scenario, {key: _point(scenario, key, value) for key, value in values.items()})


def _point(scenario: Scenario, key: str, value: float) -> Quantity:
    """Return a quantity that has one value."""
    before = scenario.quantities[key]
    return Quantity(value, value, value, before.unit, before.year, before.source, Status.ASSUMED, "fixed by a sweep")


def _refuse_impossible(design: Design, source: Source) -> None:
    """Refuse too many points, and a point at which the scenario cannot be."""
    if (number := count(design)) > MOST_POINTS:
        raise Problem(f"{source.file}: inputs: make {number:,} points: there may be at most {MOST_POINTS:,}")
    for point in points(design):
        values = dict(zip(design.names, map(float, point), strict=True))
        if says := impossible(fixed(design.plan.scenario, values)):
            where = ", ".join(f"{key} = {value:g}" for key, value in values.items())
            raise Problem(f"{source.file}: inputs: the point {where} cannot be: {says}")
