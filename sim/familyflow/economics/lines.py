"""The cost lines: what each counted thing costs, who pays, and what kind of saving there is when it falls.

A line is data: an amount from the ledger times one price. Kinds are never added together silently, and
nothing is paid for twice: a child-day in care is priced by its placement alone, never by an average as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from familyflow.ground.problem import Problem
from familyflow.pathway.care import PLACEMENTS
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, SOCIAL_WORKER
from familyflow.scenario.vocabulary import INCOME, INCOME_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COUNCIL: Final = "council"
NHS: Final = "NHS"
POLICE: Final = "police"
CRIMINAL_JUSTICE: Final = "criminal justice"
COURTS: Final = "courts, legal aid and Cafcass"

SALARY: Final = "price.salary."
"""The ids of yearly salaries begin so; what follows is the role."""
ON_COST: Final = "price.on_cost"
OVERHEAD: Final = "price.overhead"
"""What a post costs above its salary: pension and national insurance; then management, premises and ICT."""
FTE_DAYS: Final = "fte_days_"
"""Measures of days worked by a role begin so."""
CARE_EXITS: Final = "care_exits"
COUNTED_IN_DAYS: Final = ("child_days_", FTE_DAYS)
"""Measures that begin so cost money every day: each needs a line, or a place among the wholes."""
WHOLES: Final = ("child_days_in_care", CARE_EXITS)
"""Measures that contain others: the parts (each placement, each way out) are priced, the whole never."""


class Kind(StrEnum):
    """What a change in a line is worth: cash, staff time, another body's money, the investment, or money towards it."""

    CASHABLE = "cashable"
    CAPACITY = "capacity"
    PARTNER = "partner"
    PROGRAMME = "programme"
    INCOME = "income"


@dataclass(frozen=True, slots=True)
class Line:
    """One cost: amount of `measure` x `price` x each of `times` x (1 + each of `uplifts`) x `factor`.

    `price` is the parameter id of a price in GBP, the only part with a price year; `times` and `uplifts` are
    ids of rates and shares. `factor` turns the price's unit into the measure's (1/7 for a weekly price on
    child-days).
    `lasting`: each counted event costs a daily amount from then on, from the middle of its month. `growth`: the id of
    a yearly growth of this price above the deflator, from the year in which it was stated. `terms`: the name under
    which the case holds its cashability, lag, step and grade, where that is not its own. `service`: what it buys.
    `identified`: whether published figures say what it comes to in all; not where nobody publishes what is counted.
    """

    name: str
    measure: str
    price: str
    kind: Kind
    payer: str = COUNCIL
    factor: float = 1.0
    times: tuple[str, ...] = ()
    uplifts: tuple[str, ...] = ()
    lasting: bool = False
    growth: str = ""
    terms: str = ""
    service: str = ""
    identified: bool = True


PER_WEEK: Final = 1 / DAYS_PER_WEEK
PER_MONTH: Final = 1 / DAYS_PER_MONTH
PER_YEAR: Final = 1 / DAYS_PER_YEAR

GROWTH_OF_PLACEMENTS: Final = MappingProxyType({"residential": "price.residential_real_growth"})
"""Placements whose price has outrun the deflator, and by how much a year; no such growth is known of the others."""
GROWTH_OF_PAY: Final = "price.pay_real_growth"

PLACEMENT_LINES: Final = tuple(
    Line(
        f"placement_{name}",
        f"child_days_{name}",
        f"price.{name}_week",
        Kind.CASHABLE,
        factor=PER_WEEK,
        growth=GROWTH_OF_PLACEMENTS.get(name, ""),
        service="placements",
    )
    for name in PLACEMENTS
)

AGENCY_LINE: Final = Line(
    "agency_premium",
    f"{FTE_DAYS}{AGENCY_SOCIAL_WORKER}",
    SALARY + SOCIAL_WORKER,
    Kind.CASHABLE,
    factor=PER_YEAR,
    times=("price.agency_premium",),
    uplifts=(ON_COST,),
    growth=GROWTH_OF_PAY,
    service="agency staff",
)
"""What an agency worker costs above a permanent one, whose own cost is in `social_workers`."""

PERMANENCE_LINES: Final = (
    Line(
        "special_guardianship_allowances",
        "care_exits_sgo",
        "price.sgo_year",
        Kind.CASHABLE,
        factor=PER_YEAR,
        lasting=True,
        service="permanence",
    ),
    Line("adoption_fees", "care_exits_adoption", "price.adoption", Kind.CASHABLE, service="permanence"),
)

CAPACITY_LINES: Final = (
    Line("contacts", "contacts", "price.contact", Kind.CAPACITY),
    Line("referrals", "referrals", "price.referral", Kind.CAPACITY),
    Line("assessments", "assessments", "price.assessment", Kind.CAPACITY),
    Line("section47_enquiries", "section47s", "price.section47", Kind.CAPACITY),
    Line(
        "early_help",
        "child_days_early_help",
        "price.early_help_month",
        Kind.CAPACITY,
        factor=PER_MONTH,
        identified=False,
    ),
    Line("cin_plans", "child_days_on_cin", "price.cin_month", Kind.CAPACITY, factor=PER_MONTH),
    Line("cp_plans", "child_days_on_cp", "price.cp_month", Kind.CAPACITY, factor=PER_MONTH),
    Line("closings", "closures", "price.closing", Kind.CAPACITY),
    Line("pre_proceedings", "pre_proceedings", "price.pre_proceedings", Kind.CAPACITY),
    Line("proceedings_council", "proceedings", "price.proceedings_la", Kind.CAPACITY),
)
"""Mostly the time of the council's own social workers and lawyers: money only when posts go."""

INCIDENT_SHARES: Final = ((POLICE, 415 / 2167), (NHS, 1171 / 2167), (CRIMINAL_JUSTICE, 581 / 2167))
"""Who pays for a domestic abuse incident (GMCA Unit Cost Database v1.4, CR2.0.1 to 2.0.3, from Walby 2009).

The council's own part of that source, children's services and housing, is left out: the first is priced here
already.
"""

SERVICES: Final = MappingProxyType(
    {
        POLICE: "police",
        NHS: "A&E, emergency admissions and other health care",
        CRIMINAL_JUSTICE: "courts, prisons and probation",
    }
)
"""What a partner's part of a domestic abuse incident buys."""

INCIDENT_LINES: Final = tuple(
    Line(
        f"domestic_abuse_{payer.replace(' ', '_').lower()}",
        "harm_days_domestic_abuse",
        "price.domestic_abuse_incident",
        Kind.PARTNER,
        payer,
        factor=share * PER_YEAR,
        times=("rate.domestic_abuse_incidents_year",),
        service=SERVICES[payer],
        identified=False,
    )
    for payer, share in INCIDENT_SHARES
)

PARTNER_LINES: Final = (
    Line(
        "proceedings_partners",
        "proceedings",
        "price.proceedings_partner",
        Kind.PARTNER,
        COURTS,
        service="courts, legal aid and Cafcass",
    ),
    *(
        Line(
            harm,
            f"harm_days_{harm}",
            f"price.{harm}_year",
            Kind.PARTNER,
            payer,
            factor=PER_YEAR,
            service=service,
            identified=False,
        )
        for harm, payer, service in (
            ("drug_misuse", CRIMINAL_JUSTICE, "drug-related crime"),
            ("alcohol_misuse", NHS, "A&E, emergency admissions and other health care"),
            ("mental_ill_health", NHS, "mental health care, crises included"),
        )
    ),
    *INCIDENT_LINES,
)
"""What falls to others, each day that a family lives with a harm: one adult a family."""

LINES: Final = (*PLACEMENT_LINES, AGENCY_LINE, *PERMANENCE_LINES, *CAPACITY_LINES, *PARTNER_LINES)
"""Every line but the programme's own, which depend on what is priced."""

TEAMS_SET_UP: Final = "teams_set_up"
POSTS_RECRUITED: Final = "posts_recruited"
POSTS_TRAINED: Final = "posts_trained"
POST_DAYS: Final = "programme_post_days"
PROGRAMME_DAYS: Final = "programme_days"
"""What a rollout takes besides salaries; `rollout.measures` makes each from the days that posts are filled."""

ROLLOUT_LINES: Final = (
    Line("set_up", TEAMS_SET_UP, "price.set_up_team", Kind.PROGRAMME),
    Line("recruitment", POSTS_RECRUITED, "price.recruitment_post", Kind.PROGRAMME),
    Line("training", POSTS_TRAINED, "price.training_post", Kind.PROGRAMME),
    Line("supervision", POST_DAYS, "price.supervision_year", Kind.PROGRAMME, factor=PER_YEAR),
    Line("evaluation", PROGRAMME_DAYS, "price.evaluation_year", Kind.PROGRAMME, factor=PER_YEAR),
    Line("redundancy", "posts_redundant", "price.redundancy_post", Kind.PROGRAMME),
)


def post_line(role: str) -> Line:
    """Return the line of one role's posts: salary, on-costs and overheads, each day that a post is filled."""
    return Line(
        "social_workers" if role == SOCIAL_WORKER else f"post_{role}",
        f"{FTE_DAYS}{role}",
        SALARY + role,
        Kind.PROGRAMME,
        factor=PER_YEAR,
        uplifts=(ON_COST, OVERHEAD),
        growth=GROWTH_OF_PAY,
        terms="posts",
    )


def income_line(name: str, payer: str) -> Line:
    """Return the line of an income: all of it, times the share that comes in."""
    return Line(f"income_{name}", f"{INCOME_SHARE}{name}", f"{INCOME}{name}", Kind.INCOME, payer)


def lines_for(ids: Iterable[str], payers: Mapping[str, str] = MappingProxyType({})) -> tuple[Line, ...]:
    """Return every line that ids price: `LINES`, those of a rollout, one for each role with a salary and each income.

    Posts of social workers and of family key workers are programme too: a schedule that adds some pays for them,
    one that has fewer displaces existing budget; no other differs. `payers`: who pays each income, by its name.
    """
    known = tuple(ids)
    roles = (name.removeprefix(SALARY) for name in known if name.startswith(SALARY))
    incomes = (name.removeprefix(INCOME) for name in known if name.startswith(INCOME))
    return (
        *LINES,
        *(line for line in ROLLOUT_LINES if line.price in known),
        *(post_line(role) for role in roles),
        *(income_line(name, payers.get(name, COUNCIL)) for name in incomes),
    )


def reads(lines: Iterable[Line]) -> frozenset[str]:
    """Name the quantities that cost lines are priced with; they touch nobody's life."""
    named = (name for line in lines for name in (line.price, *line.times, *line.uplifts, line.growth))
    return frozenset(filter(None, named))


def refuse_double_counting(lines: Sequence[Line]) -> None:
    """Raise Problem when a payer pays twice for one measure, or for a whole whose parts are priced."""
    paid = Counter((line.payer, line.measure) for line in lines)
    twice = [f"{payer} for {measure}" for (payer, measure), count in paid.items() if count > 1]
    measures = {line.measure for line in lines}
    twice += [f"{whole} beside its parts" for whole in WHOLES if whole in measures]
    if twice:
        raise Problem(f"cost lines: {twice[0]} is priced twice; each cost belongs to one line")


def refuse_unpriced(measures: Iterable[str], lines: Sequence[Line]) -> None:
    """Raise Problem when days of care or of a post are counted that no line prices: they would look free."""
    priced = {line.measure for line in lines} | set(WHOLES)
    daily = {name for name in measures if name.startswith(COUNTED_IN_DAYS)}
    for name in sorted(daily - priced):
        raise Problem(f"cost lines: {name} has no price; add one, as {SALARY}<role> does for a post")
