"""Read a scenario file into a checked scenario, or say what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from familyflow.ground import paths
from familyflow.ground.problem import Problem, suggestion
from familyflow.scenario import checks, rollout, tables
from familyflow.scenario.errors import from_pydantic, problem
from familyflow.scenario.model import Area, Funding, Programme, Scenario, Schedule, Team
from familyflow.scenario.schema import ScenarioFile, unit_expected
from familyflow.scenario.text import SUFFIX, parse, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.ground.quantity import Quantity


def load(name_or_path: str | Path) -> Scenario:
    """Read and check a scenario by its shipped name or its path; Problem when it cannot be used."""
    path = _find(name_or_path)
    content = read(path)
    source = parse(path.name if path.parent == paths.folder("scenarios") else str(path), content)
    try:
        file = ScenarioFile.model_validate(source.data)
    except ValidationError as error:
        raise problem(source, from_pydantic(source.data, error)) from None
    known = tables.sources() | file.sources
    shared = tables.parameters(known)
    if found := checks.findings(file, shared, known):
        raise problem(source, found)
    scenario = _scenario(file, shared, known, path, tables.digest(content))
    if found := rollout.findings(scenario):
        raise problem(source, found)
    return scenario


def with_parameters(scenario: Scenario, parameters: Mapping[str, Quantity]) -> Scenario:
    """Return the scenario with some quantities replaced; Problem for an unknown id or another unit."""
    for key, quantity in parameters.items():
        if key not in scenario.quantities:
            raise Problem(f"{scenario.name}: {key} is not a quantity{suggestion(key, scenario.quantities)}")
        if quantity.unit != scenario.quantities[key].unit:
            allowed = unit_expected(quantity.unit, scenario.quantities[key].unit)
            raise Problem(f'{scenario.name}: {key}.unit = "{quantity.unit}": {allowed}')
        if quantity.low < 0:
            raise Problem(f"{scenario.name}: {key}.low = {quantity.low:g}: must be 0 or more")
    changes = repr(sorted(parameters.items(), key=lambda pair: pair[0]))
    quantities = {**scenario.quantities, **parameters}
    return replace(scenario, quantities=quantities, digest=amended(scenario, changes))


def null(scenario: Scenario) -> Scenario:
    """Return the scenario with a programme that changes nothing but its own cost."""
    programme = replace(scenario.programme, null=True)
    return replace(scenario, programme=programme, digest=amended(scenario, "null"))


def amended(scenario: Scenario, change: str) -> str:
    """Return the digest of a changed scenario."""
    return hashlib.sha256(f"{scenario.digest}\n{change}".encode()).hexdigest()


def _find(name_or_path: str | Path) -> Path:
    """Find the file of a shipped name, or take a path as it is."""
    name = str(name_or_path)
    shipped = paths.names("scenarios", SUFFIX)
    if name in shipped:
        return paths.shipped("scenarios", f"{name}{SUFFIX}")
    if isinstance(name_or_path, Path) or name.endswith(SUFFIX) or "/" in name or "\\" in name:
        return Path(name)
    return _existing(name, shipped)


def _existing(name: str, shipped: tuple[str, ...]) -> Path:
    """Take a bare name as a path only if something is there."""
    path = Path(name)
    if not name or not path.is_file():
        known = f"the shipped ones are {', '.join(shipped) or '(none)'}"
        raise Problem(f"{name!r}: there is no such scenario; {known}, or give a path{suggestion(name, shipped)}")
    return path


def _scenario(
    file: ScenarioFile, shared: Mapping[str, Quantity], sources: Mapping[str, str], path: Path, digest: str
) -> Scenario:
    """Build the scenario that the floors above read."""
    own = {key: quantity.quantity() for key, _, quantity in checks.own_quantities(file)}
    return Scenario(
        name=file.name,
        title=file.title,
        authority=file.authority,
        start=file.start,
        years=file.years,
        price_year=file.price_year,
        path=path,
        quantities={**shared, **own},
        areas={name: Area(name, area.title) for name, area in file.areas.items()},
        teams={
            name: Team(name, team.title, team.areas, team.stages, tuple(team.posts), team.kinds)
            for name, team in file.teams.items()
        },
        programme=_programme(file),
        schedules={
            name: Schedule(name, given.title, given.steps, given.as_happened, given.formerly)
            for name, given in file.schedules.items()
        },
        history=file.history,
        claims=file.claims,
        sources=sources,
        digest=digest,
        past=file.past,
        income={name: Funding(name, given.title, given.payer) for name, given in file.income.items()},
    )


def _programme(file: ScenarioFile) -> Programme:
    """Build the programme that the floors above read."""
    given = file.programme
    budget = given.published_budget
    return Programme(
        title=given.title,
        null=given.null,
        stages=given.stages,
        roles=tuple(given.posts),
        shared_roles=tuple(given.shared_posts),
        budget_years=budget.years if budget else None,
        budget_from=budget.start if budget else None,
        effects=given.effects,
        new_money=given.new_money,
        care_follows_exposure=given.care_follows_exposure,
    )
