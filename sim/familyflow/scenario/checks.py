"""What must hold between the parts of a scenario file, its schedules apart."""

from __future__ import annotations

from itertools import product
from math import ceil, floor, fsum
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import anniversary
from familyflow.ground.problem import suggestion
from familyflow.scenario import prevalence, tables
from familyflow.scenario.errors import Finding
from familyflow.scenario.schema import one_of, unit_expected
from familyflow.scenario.vocabulary import ESTABLISHMENTS, INCOME, MARGINS, NO_CHANGE, RETIRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario.boundaries import Work
    from familyflow.scenario.lines import Place
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.schema import QuantityTable, ScenarioFile

SUM_TOLERANCE: Final = 0.005
"""How far the areas' shares may be from adding up to 1."""
BAND_TOLERANCE: Final = 0.02
"""How far published shares of a whole may be from it, being rounded and suppressed."""

_BANDS: Final = ("0_3m", "3_6m", "6_12m", "1_2y", "2y_plus")
_WHOLES: Final = (
    tuple(f"cp_ended_share_{band}" for band in _BANDS),
    tuple(f"cin_ended_share_{band}" for band in _BANDS),
)
_PARTS: Final = (
    tuple(f"care_ceased_share_{way}" for way in ("home", "sgo", "adoption", "turned_18")),
    tuple(f"placement_share_{where}" for where in ("foster", "residential", "supported", "with_parents")),
)


def own_quantities(file: ScenarioFile) -> Iterator[tuple[str, Place, QuantityTable]]:
    """Return every quantity that a file states as (id, place in the file, quantity)."""
    for section, prefix in (("population", "population"), ("snapshot", "snapshot"), ("targets", "target")):
        for key, quantity in getattr(file, section):
            if quantity is not None:
                yield f"{prefix}.{key}", (section, key), quantity
    for margin, quantity in file.harms.items():
        yield f"harms.{margin}", ("harms", margin), quantity
    for name, area in file.areas.items():
        yield f"area.{name}.share", ("areas", name, "share"), area.share
    yield from _team_quantities(file)
    yield from _programme_quantities(file)
    for name, given in file.income.items():
        yield f"{INCOME}{name}", ("income", name, "total"), given.total
    yield from overrides(file)


def _team_quantities(file: ScenarioFile) -> Iterator[tuple[str, Place, QuantityTable]]:
    """Return the posts of each team: its establishment, and others on day 0."""
    for name, team in file.teams.items():
        for key in ESTABLISHMENTS.values():
            if (establishment := getattr(team, key)) is not None:
                yield f"team.{name}.{key}", ("teams", name, key), establishment
        for role, posts in team.posts.items():
            yield f"team.{name}.post.{role}", ("teams", name, "posts", role), posts


def _programme_quantities(file: ScenarioFile) -> Iterator[tuple[str, Place, QuantityTable]]:
    """Return the posts of a programme, its published budget and the caseload it promises."""
    for section in ("posts", "shared_posts"):
        for role, quantity in getattr(file.programme, section).items():
            yield f"post.{role}", ("programme", section, role), quantity
    if budget := file.programme.published_budget:
        yield "programme.published_budget", ("programme", "published_budget", "total"), budget.total
    if promised := file.programme.promised_caseload:
        yield "programme.promised_caseload", ("programme", "promised_caseload"), promised


def overrides(file: ScenarioFile) -> Iterator[tuple[str, Place, QuantityTable]]:
    """Return the quantities that take the place of shared ones."""
    for key, quantity in file.staff.items():
        yield f"staff.{key}", ("staff", key), quantity
    for key, quantity in file.parameters.items():
        yield key, ("parameters", key), quantity


LOGGED: Final = ("effect.", "harm.")
"""Ratios whose logs are taken, so that none can be 0."""
GRANT: Final = "case.grant_year"
"""A grant that the investment case takes off spending, whatever the schedule: none beside the incomes of schedules."""
_ONCE: Final = "must be 0 beside [income], where each grant is given once"


def findings(file: ScenarioFile, shared: Mapping[str, Quantity], sources: Mapping[str, str]) -> list[Finding]:
    """Find what is wrong between the parts of a file, its schedules apart."""
    return [
        *_overrides_known(file, shared),
        *_sources_known(file, sources),
        *_area_shares(file),
        *_target_shares(file),
        *_snapshot_fits(file),
        *_roles_once(file),
        *_team_areas(file),
        *_overlaps(file),
        *_no_change(file),
        *_former_names(file),
        *_granted_twice(file),
        *_budget_dates(file),
        *_claim_dates(file),
        *_past_measures(file),
        *_prevalences(file),
    ]


def complaint(scenario: Scenario) -> str:
    """Say what cannot be true together of the central values of a scenario that was changed, or nothing."""
    values = scenario.central()
    says = [_divided({name: values[f"area.{name}.share"] for name in scenario.areas})]
    says += [_missed(parts, [values[f"target.{part}"] for part in parts]) for parts in (*_WHOLES, *_PARTS)]
    if not prevalence.possible({margin: values[f"harms.{margin}"] for margin in MARGINS}):
        says.append("no joint distribution of the four harms has these prevalences")
    if scenario.income and values[GRANT]:
        says.append(f"{GRANT} {_ONCE}")
    open_children = fsum(value for key, value in values.items() if key.startswith("snapshot."))
    if not 0 < values["population.children"] >= open_children:
        says.append(f"population.children must be more than 0, and at least the {open_children:g} of the snapshot")
    return next(filter(None, says), "")


def _overrides_known(file: ScenarioFile, shared: Mapping[str, Quantity]) -> Iterator[Finding]:
    """Find overrides of unknown quantities, of other units, or made twice."""
    seen: set[str] = set()
    for key, place, quantity in overrides(file):
        if key in RETIRED:
            yield Finding(place, RETIRED[key])
        elif key not in shared:
            yield Finding(place, f"is not a shared parameter, see calibration/parameters.csv{suggestion(key, shared)}")
        elif quantity.unit != shared[key].unit:
            yield Finding((*place, "unit"), unit_expected(quantity.unit, shared[key].unit))
        elif key in seen:
            yield Finding(place, "is given in [staff] already: give it once")
        elif quantity.unit == "ratio" and key.startswith(LOGGED) and quantity.low <= 0:
            yield Finding((*place, "low"), "must be above 0: a ratio's logarithm is taken")
        seen.add(key)


def _sources_known(file: ScenarioFile, sources: Mapping[str, str]) -> Iterator[Finding]:
    """Find sources that neither the file nor the calibration tables list."""
    given = [(place, quantity.source) for _, place, quantity in own_quantities(file)]
    given += [(("history", index), item.source) for index, item in enumerate(file.history)]
    given += [(("claims", index), item.source) for index, item in enumerate(file.claims)]
    given += [(("past", index), item.source) for index, item in enumerate(file.past)]
    for place, source in given:
        if source not in sources:
            allowed = f"must be a key of [sources] or of calibration/sources.csv{suggestion(source, sources)}"
            yield Finding((*place, "source"), allowed)


def _area_shares(file: ScenarioFile) -> Iterator[Finding]:
    """Find shares of areas that are not the whole."""
    if says := _divided({name: area.share.value for name, area in file.areas.items()}):
        yield Finding(("areas", list(file.areas)[-1], "share", "value"), says)


def _divided(areas: Mapping[str, float]) -> str:
    """Say how the shares of areas miss the whole, or nothing."""
    total = fsum(areas.values())
    if abs(total - 1) <= SUM_TOLERANCE:
        return ""
    return f"the shares of {', '.join(areas)} must add up to 1, but make {total:.4g}"


def _target_shares(file: ScenarioFile) -> Iterator[Finding]:
    """Find shares of one whole that miss it, or parts that exceed it."""
    for parts in (*_WHOLES, *_PARTS):
        if says := _missed(parts, [getattr(file.targets, part).value for part in parts]):
            yield Finding(("targets", parts[-1], "value"), says)


def _missed(parts: tuple[str, ...], shares: Iterable[float]) -> str:
    """Say how shares of one whole miss it, or nothing."""
    total = fsum(shares)
    if total <= 1 + BAND_TOLERANCE and (parts not in _WHOLES or total >= 1 - BAND_TOLERANCE):
        return ""
    bound = "add up to 1" if parts in _WHOLES else "add up to 1 at most"
    return f"{', '.join(parts)} must {bound}, within {BAND_TOLERANCE:g}, but make {total:.4g}"


def _snapshot_fits(file: ScenarioFile) -> Iterator[Finding]:
    """Find more children open than there are."""
    open_children = fsum(quantity.value for _, quantity in file.snapshot)
    children = file.population.children.value
    if open_children > children or not children:
        allowed = f"must be more than 0, and at least the {open_children:g} children of [snapshot]"
        yield Finding(("population", "children", "value"), allowed)


def _roles_once(file: ScenarioFile) -> Iterator[Finding]:
    """Find roles that are both in each team and shared."""
    for role in file.programme.posts:
        if role in file.programme.shared_posts:
            yield Finding(("programme", "shared_posts", role), "is in [programme.posts] too: give the role once")


def _team_areas(file: ScenarioFile) -> Iterator[Finding]:
    """Find teams that serve areas that are not there."""
    for name, team in file.teams.items():
        yield from _areas_known(("teams", name, "areas"), team.areas, tuple(file.areas))


def _areas_known(place: Place, areas: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Finding]:
    """Find areas that are not there."""
    for index, area in enumerate(areas):
        if area not in known:
            yield Finding((*place, index), f"an area {one_of(known, area)}")


def _overlaps(file: ScenarioFile) -> Iterator[Finding]:
    """Find work that two teams have on day 0."""
    served: dict[Work, str] = {}
    for name, team in file.teams.items():
        for area, group in product(team.areas, team.stages):
            works = [(area, group, kind) for kind in team.kinds]
            for other in dict.fromkeys(served[work] for work in works if work in served):
                allowed = f"one team for each area and group of stages: {group} in {area} belongs to {other} too"
                yield Finding(("teams", name, "areas"), allowed)
            served = dict.fromkeys(works, name) | served


def _no_change(file: ScenarioFile) -> Iterator[Finding]:
    """Find a missing or eventful schedule of comparison."""
    if NO_CHANGE not in file.schedules:
        yield Finding(
            ("schedules", NO_CHANGE),
            f"give [schedules.{NO_CHANGE}] with steps = []: the others are compared with it",
        )
    elif file.schedules[NO_CHANGE].steps:
        yield Finding(("schedules", NO_CHANGE, "steps"), "must be [], because the others are compared with it")


def _former_names(file: ScenarioFile) -> Iterator[Finding]:
    """Find earlier names of schedules that are another's name."""
    taken = set(file.schedules)
    for name, schedule in file.schedules.items():
        for index, former in enumerate(schedule.formerly):
            if former in taken:
                yield Finding(("schedules", name, "formerly", index), "is another schedule's name")
            taken.add(former)


def _granted_twice(file: ScenarioFile) -> Iterator[Finding]:
    """Find a grant of the investment case beside incomes of schedules."""
    given = file.parameters.get(GRANT)
    if file.income and given is not None and given.value:
        yield Finding(("parameters", GRANT), _ONCE)


def _claim_dates(file: ScenarioFile) -> Iterator[Finding]:
    """Find claims that fall due before the start."""
    for index, claim in enumerate(file.claims):
        if claim.by is not None and claim.by <= file.start:
            yield Finding(("claims", index, "by"), f"must be after the start, {file.start}")


def _budget_dates(file: ScenarioFile) -> Iterator[Finding]:
    """Find a published budget none of whose years are years of the run: nothing could be held against it."""
    if (budget := file.programme.published_budget) is None:
        return
    end = anniversary(file.start, file.years)
    if budget.end <= file.start or budget.start > end:
        place = ("programme", "published_budget", "from") if budget.since else ("programme", "published_budget")
        says = f"its years, {budget.start} to {budget.end}, must have days of the run, {file.start} to {end}, in them"
        yield Finding(place, says)


def _past_measures(file: ScenarioFile) -> Iterator[Finding]:
    """Find statements about the past whose measure is not published."""
    known = tables.measures() if file.past else ()
    for index, statement in enumerate(file.past):
        if statement.measure is not None and statement.measure not in known:
            allowed = f"must be a measure of calibration/measures.csv{suggestion(statement.measure, known)}"
            yield Finding(("past", index, "measure"), allowed)


def _prevalences(file: ScenarioFile) -> Iterator[Finding]:
    """Find prevalences of harms that contradict one another."""
    shares = {margin: quantity.value for margin, quantity in file.harms.items()}
    if prevalence.possible(shares):
        return
    if (found := prevalence.nearest(shares)) is None:
        yield Finding(("harms",), "no joint distribution of the four harms has these prevalences")
        return
    margin, least, most = found
    reach = f"with the other prevalences as they are it must be between {_up(least):g} and {_down(most):g}"
    yield Finding(("harms", margin, "value"), f"no joint distribution of the four harms has it: {reach}")


def _up(share: float) -> float:
    """Round a share up to a tenth of a percent, as far as it is not one already."""
    return ceil(round(share * 1000, 6)) / 1000


def _down(share: float) -> float:
    """Round a share down to a tenth of a percent, as far as it is not one already."""
    return floor(round(share * 1000, 6)) / 1000
