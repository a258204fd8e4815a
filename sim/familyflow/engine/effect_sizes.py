"""What a live team changes, so that the effect that is lived is the effect that is stated.

A stated total T is a ratio of a published outcome: families offered the programme against like families who were not.
Two channels deliver it: adult workers who end harms, and practice, which multiplies hazards. All practice ratios are
solved together, so that the balance of families offered, with the workers and the lengths in place, has every total
at once, raised to s + (1 - s) d at dose d: at the plan's dose and at none, log-linear between. What is not claimed is
held at 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import delivery, dose
from familyflow.engine.balance import expect, mean_days
from familyflow.engine.structure import PROFILES
from familyflow.pathway.adult_work import REFERENCE, SUPERVISOR
from familyflow.pathway.effects import CARE_ENTRIES, STARTS, Profile, Whom

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.engine.balance import Expectation
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway.adult_work import Programme as Intervention
    from familyflow.pathway.effects import Effect
    from familyflow.scenario.model import Programme, Scenario

EXACT = 1e-12
"""How exactly the log of each total is met."""
MET = 1e-9
"""A total further off than this, in logs, is not met."""
STEPS = 60
FURTHEST = log(50.0)
"""The log of the strongest practice that is tried on any exit: what needs more cannot be met."""
HIGHEST_SHARE = 0.999
"""No decision goes one way more often than this."""


@dataclass(frozen=True, eq=False)
class Practice:
    """The logs of what a team multiplies at full strength, by profile (P), and of what services do.

    `none`, `plan` (S, E, P): hazards and odds of families offered the programme, at no dose and at the plan's `dose`.
    `everyone` (S, E, P): of all families. `times` (S, P): times to a decision. `services` (programmes, S, E): hazards
    and odds of families that have begun a service. `unmet`: effects whose total cannot be met.
    """

    none: Floats
    plan: Floats
    dose: float
    everyone: Floats
    times: Floats
    services: Floats
    unmet: tuple[str, ...] = ()

    def offered(self, at: float) -> Floats:
        """Return the logs (S, E, P) for families offered the programme, in a team with this dose."""
        share = at / self.dose if self.dose else 0.0
        return np.asarray(self.none + share * (self.plan - self.none))


@dataclass(frozen=True)
class _Total:
    """What the balance must deliver: an effect's ratio, as its log, of families offered or of the whole council."""

    effect: Effect
    log: float
    claimed: bool
    council: bool


@dataclass(frozen=True, eq=False)
class _Offered:
    """The balance of families offered: of all that had a harm when they came.

    `before`: as things are; `beside`: with what the programme claims of every family on a plan (`everyone`: S, E;
    logs), against which a total that is not claimed is held. `others`: families that never change; `alone`:
    unaccompanied children a day entering care.
    """

    structure: Structure
    rates: Rates
    everyone: Floats
    before: Expectation
    beside: Expectation
    others: Expectation
    alone: float

    def under(self, practice: Floats, resolving: Floats) -> Expectation:
        """Return the flows of families offered under practice (S, E; logs) and rates (B, S, H) of ending risks."""
        return _multiplied(self.structure, self.rates, practice + self.everyone, resolving)

    def delivered(self, total: _Total, after: Expectation) -> float:
        """Return the log of the ratio of a total's outcome that flows deliver."""
        against = self.before if total.claimed else self.beside
        return log(self._outcome(total, after) / self._outcome(total, against))

    def _outcome(self, total: _Total, flows: Expectation) -> float:
        """Return a total's outcome: entries to care or starts a day, days on a plan, or children on it in a council."""
        group = total.effect.outcome
        if group == CARE_ENTRIES:
            return flows.entering + (self.others.entering + self.alone if total.council else 0.0)
        if group.endswith(STARTS):
            started = group.removesuffix(STARTS)
            return flows.started(started) + (self.others.started(started) if total.council else 0.0)
        if total.council:
            return flows.stock(group) + self.others.stock(group)
        return flows.stock(group) / flows.started(group)


def solve(scenario: Scenario, structure: Structure, rates: Rates, expected: Expectation) -> Practice:
    """Return practice at full strength of what a scenario's programme claims. `expected`: flows as things are."""
    values, programme = structure.values, scenario.programme
    plan = dose.planned(scenario, values, structure.pathway)
    found = _direct(structure, programme, plan.dose(values))
    wanted = _wanted(structure.pathway.effects, programme, plan)
    if programme.null or not wanted or not structure.joint[1:].any():
        return found
    offered = _offered(structure, rates, expected, _on_plans(structure, found.everyone))
    after = in_plan(scenario, structure, expected, plan)
    unmet = [
        *_lay(offered, found.none, _totals(values, programme, wanted, 0.0), delivery.outside(structure)),
        *_lay(offered, found.plan, _totals(values, programme, wanted, found.dose), after),
    ]
    return replace(found, unmet=(*found.unmet, *dict.fromkeys(unmet)))


def in_plan(scenario: Scenario, structure: Structure, expected: Expectation, plan: dose.Plan) -> Floats:
    """Return the daily rates (B, S, H) at which risks end under the whole plan. `expected`: flows as things are.

    At the decisions before, teams on plans may offer their own workers' help, or other live teams that of theirs.
    """
    values, stages = structure.values, structure.pathway.stages
    supervised = plan.fte.get(SUPERVISOR, 0.0) > 0
    on_plans = np.array([stage.offers for stage in stages])
    before = structure.decision & [stage.name in scenario.programme.stages for stage in stages]
    apart = dose.before_plans(scenario, values, structure.pathway)
    places = _places(values, plan.fte)
    if not before.any():
        seen = delivery.Seen(delivery.seen_in_teams(structure, expected, places, on_plans, supervised=supervised))
        return delivery.in_teams(structure, seen, supervised=supervised)
    asked = on_plans if apart else on_plans | before
    shares = delivery.seen_in_teams(structure, expected, places, asked, supervised=supervised)
    early = shares
    if apart:
        early = delivery.seen_in_teams(structure, expected, _places(values, apart), before, supervised=supervised)
    days = max(mean_days(structure, int(s)) for s in np.flatnonzero(before))
    return delivery.in_teams(structure, delivery.Seen(shares, early, days), supervised=supervised)


def _on_plans(structure: Structure, everyone: Floats) -> Floats:
    """Return the lasting effects on every family (S, E; logs) that act on plans; triage comes before any offer."""
    offers = np.array([stage.offers for stage in structure.pathway.stages])
    return np.where(offers[:, None], everyone[:, :, PROFILES.index(Profile.RAMP)], 0.0)


def _places(values: Mapping[str, float], fte: Mapping[str, float]) -> dict[str, float]:
    """Return the parents whom so many workers (FTE by role) can hold at once."""
    return {role: fte.get(role, 0.0) * values[f"adult.{role}.concurrent"] for role in REFERENCE}


def _wanted(effects: Sequence[Effect], programme: Programme, plan: dose.Plan) -> tuple[Effect, ...]:
    """Return the effects that are solved: all on families offered, where one is claimed or workers end harms.

    What is not claimed is held at 1; entries to care are left to follow exposure where the programme says so.
    """
    mine = [effect for effect in effects if effect.whom is Whom.OFFERED]
    if not (any(effect.name in programme.effects for effect in mine) or any(plan.fte.get(role) for role in REFERENCE)):
        return ()
    return tuple(
        effect
        for effect in mine
        if effect.name in programme.effects
        or (effect.outcome and not (effect.outcome == CARE_ENTRIES and programme.care_follows_exposure))
    )


def _direct(structure: Structure, programme: Programme, at: float) -> Practice:
    """Return what needs no balance: effects on every family's exits and times, and what services do."""
    found, claimed = _nothing(structure, at), programme.effects
    for effect in (e for e in structure.pathway.effects if e.name in claimed and e.whom is Whom.ALL):
        size, profile = _signed(effect, log(structure.values[effect.ratio])), PROFILES.index(effect.profile)
        for s, e in map(structure.locate, effect.exits):
            found.everyone[s, e, profile] += size
        for stage in effect.times:
            found.times[structure.pathway.index[stage], profile] += size
    unmet = []
    for p, service in enumerate(structure.pathway.programmes):
        begun, met = _of_begun(structure.values, service) if service.ratio else (1.0, True)
        unmet += [] if met or service.role not in (*programme.roles, *programme.shared_roles) else [service.name]
        for s, e in map(structure.locate, service.exits):
            found.services[p, s, e] = log(begun)
    return replace(found, unmet=tuple(unmet))


def _of_begun(values: Mapping[str, float], service: Intervention) -> tuple[float, bool]:
    """Return a service's ratio for families that begin it, from the stated one of all offered; and if it can be met.

    The evidence counts all whom the service was offered, so those who do not begin are inside its ratio.
    """
    stated, begins = values[service.ratio], values[f"adult.{service.role}.engages"]
    begun = 1 - (1 - stated) / begins if begins else 0.0
    return max(begun, exp(-FURTHEST)), begun >= exp(-FURTHEST)


def _signed(effect: Effect, size: float) -> float:
    """Turn the log of a stated ratio into that of the hazard: a longer time is a lower hazard."""
    return -size if effect.inverse else size


def _nothing(structure: Structure, at: float) -> Practice:
    """Return practice that changes nothing, to be filled."""
    stages, exits = structure.to.shape
    none, plan, everyone = np.zeros((3, stages, exits, len(PROFILES)))
    times = np.zeros((stages, len(PROFILES)))
    services = np.zeros((len(structure.pathway.programmes), stages, exits))
    return Practice(none, plan, at, everyone, times, services)


def _offered(structure: Structure, rates: Rates, expected: Expectation, everyone: Floats) -> _Offered:
    """Return the balance of families offered, and what the outcomes of all others are."""
    harmed = structure.combos.any(axis=1)
    mine = replace(structure, joint=np.where(harmed, structure.joint, 0.0))
    others = replace(structure, joint=np.where(harmed, 0.0, structure.joint))
    as_is = delivery.outside(structure)
    before, apart = expect(mine, rates, as_is), expect(others, rates, as_is)
    beside = _multiplied(mine, rates, everyone, as_is) if everyone.any() else before
    return _Offered(mine, rates, everyone, before, beside, apart, expected.alone)


def _multiplied(structure: Structure, rates: Rates, logs: Floats, resolving: Floats) -> Expectation:
    """Return the flows with hazards and odds (S, E) multiplied, given as logs, at rates (B, S, H) of ending risks."""
    ratio = structure.ratio * np.exp(logs)[:, :, None]
    return expect(replace(structure, ratio=ratio), rates, resolving)


def _totals(values: Mapping[str, float], programme: Programme, wanted: Sequence[Effect], at: float) -> list[_Total]:
    """Return what the balance must deliver at a dose: the claimed ratios, and 1 for what is held."""
    power, claimed, council = dose.delivered(values, at), programme.effects, programme.council_level
    return [
        _Total(
            effect,
            power * log(values[effect.ratio]) if effect.name in claimed else 0.0,
            claimed=effect.name in claimed,
            council=effect.ratio in council,
        )
        for effect in wanted
    ]


def _lay(offered: _Offered, table: Floats, totals: Sequence[_Total], resolving: Floats) -> list[str]:
    """Fill in, in place, the practice (S, E, P) that delivers the totals; return the names of those that cannot be."""
    shares, solved = ([t for t in totals if bool(t.effect.outcome) is kind] for kind in (False, True))
    met: list[tuple[_Total, float, bool]] = [(total, *_share(offered, total)) for total in shares]
    met += zip(solved, *_solve(offered, solved, resolving), strict=True)
    for total, size, _ in met:
        profile = PROFILES.index(total.effect.profile)
        for s, e in map(offered.structure.locate, total.effect.exits):
            table[s, e, profile] += _signed(total.effect, size)
    return [total.effect.name for total, _, good in met if not good]


def _share(offered: _Offered, total: _Total) -> tuple[float, bool]:
    """Return the log of what multiplies the exits of a total without an outcome of its own, and if it can be met.

    At a decision the ratio is of the share who take the exits, so the odds are multiplied by more; on a plan it is of
    the hazard.
    """
    at = [offered.structure.locate(path) for path in total.effect.exits]
    if not all(offered.structure.decision[s] for s, _ in at):
        return total.log, True
    taken = sum(float(offered.before.flows[s, e]) for s, e in at)
    share = taken / sum(float(offered.before.flows[s].sum()) for s in {s for s, _ in at})
    ratio = exp(total.log)
    if ratio * share >= HIGHEST_SHARE:
        return FURTHEST, False
    return log(ratio * (1 - share) / (1 - ratio * share)), True


def _solve(offered: _Offered, totals: Sequence[_Total], resolving: Floats) -> tuple[list[float], list[bool]]:
    """Return the logs of practice at which every total is delivered at once, and which of them are.

    Newton's method with Broyden's updates (Broyden 1965), from the totals themselves, in a fixed order.
    """
    wanted = np.array([total.log for total in totals])
    logs = wanted.copy()
    off = _found(offered, totals, logs, resolving) - wanted
    slope = np.eye(len(totals))
    for _ in range(STEPS):
        if np.abs(off).max(initial=0.0) < EXACT:
            break
        if not np.isfinite(slope).all() or np.linalg.matrix_rank(slope) < len(totals):
            break
        step = np.clip(logs - np.linalg.solve(slope, off), -FURTHEST, FURTHEST) - logs
        if not step.any():
            break
        logs = logs + step
        now = _found(offered, totals, logs, resolving) - wanted
        slope += np.outer(now - off - slope @ step, step) / (step @ step)
        off = now
    return logs.tolist(), (np.abs(off) < MET).tolist()


def _found(offered: _Offered, totals: Sequence[_Total], logs: Floats, resolving: Floats) -> Floats:
    """Return the logs of the ratios that the balance delivers under practice of these logs."""
    practice = np.zeros(offered.structure.to.shape)
    for total, size in zip(totals, logs.tolist(), strict=True):
        for s, e in map(offered.structure.locate, total.effect.exits):
            practice[s, e] += _signed(total.effect, size)
    after = offered.under(practice, resolving)
    return np.array([offered.delivered(total, after) for total in totals])
