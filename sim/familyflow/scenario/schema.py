"""The shape of a scenario file: which keys it holds, of which type, unit and bounds."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from familyflow.ground.calendar import financial_year_start, years_on
from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.quantity import CEILINGS, Quantity, Status
from familyflow.pathway.adult_work import OTHER_ROLES
from familyflow.scenario.vocabulary import (
    DERIVED,
    EFFECTS,
    ESTABLISHMENTS,
    GROUPS,
    HELD_ROLES,
    KINDS,
    MARGINS,
    MEASURES,
    MOST,
    PROGRAMME_STAGES,
    ROLES,
    STOCKS,
    WORK,
)

LISTED: Final = 12
"""How many allowed names a message lists before it stops."""
FIRST: Final = 2000
LAST: Final = 2100
"""The years in which a scenario can start."""
_PRICE_YEAR: Final = re.compile(r"(\d{4})/(\d{2})")
_YEAR: Final = r"^(\d{4}(/\d{2})?(-\d{4}(/\d{2})?)?)?$"


def one_of(allowed: tuple[str, ...], given: str) -> str:
    """Say which names are allowed, with the nearest to the one given."""
    if len(allowed) == 1:
        return f"must be {allowed[0]}"
    rest = f" and {len(allowed) - LISTED} more" if len(allowed) > LISTED else ""
    return f"must be one of {', '.join(allowed[:LISTED]) or '(none)'}{rest}{suggestion(given, allowed)}"


def refusal(says: str, key: str | None = None) -> PydanticCustomError:
    """Make an error that says what is allowed, about a key of the table at hand or about the whole of it."""
    return PydanticCustomError("refused", "{says}", {"says": says, "key": key})


class Table(BaseModel):
    """A table of the file: no key that is not declared, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def has_its_keys(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """Refuse an unknown key, then a missing one, before looking at any value."""
        if isinstance(given, dict):
            fields = {declared.alias or name: declared for name, declared in cls.model_fields.items()}
            for key in given:
                if key not in fields:
                    raise refusal(f"is not a key of this table: a key {one_of(tuple(fields), str(key))}", key)
            for key, declared in fields.items():
                if declared.is_required() and key not in given:
                    raise refusal(f"give {declared.description}", key)
        return given


class QuantityTable(Table):
    """A number with its 90% range, unit, year, source and status."""

    value: float = Field(description="the central value")
    low: float = Field(description="the low end of the 90% range (the value itself when it is exact)")
    high: float = Field(description="the high end of the 90% range (the value itself when it is exact)")
    unit: str = Field(description="the unit of the value")
    year: str = Field(description='the year it is true of, such as "2019" or "2019/20"', pattern=_YEAR)
    source: str = Field(description="the key of a source, here in [sources] or in calibration/sources.csv")
    status: Literal["published", "derived", "assumed"] = Field(description="one of published, derived, assumed")
    note: str = ""

    @model_validator(mode="after")
    def is_possible(self) -> "QuantityTable":
        """Refuse a negative number, one beyond what its unit allows, and a range that misses its value."""
        ceiling = CEILINGS.get(self.unit)
        for key in ("value", "low", "high"):
            number = getattr(self, key)
            if number < 0:
                raise refusal("must be 0 or more", key)
            if ceiling is not None and number > ceiling:
                raise refusal(
                    f"must lie between 0 and {ceiling:g}, as a {self.unit}{_as_share(number, self.unit)}", key
                )
        if self.low > self.high:
            raise refusal(f"must not be above the high end, {self.high:g}", "low")
        if not self.low <= self.value <= self.high:
            raise refusal(f"must lie within its range, low {self.low:g} to high {self.high:g}", "value")
        _ = self.quantity()
        return self

    def quantity(self) -> Quantity:
        """Return the number as the model uses it."""
        given = self.model_dump()
        try:
            return Quantity(**(given | {"status": Status(self.status)}))
        except Problem as problem:
            raise refusal(f"is not possible: {problem}") from problem


def _as_share(number: float, unit: str) -> str:
    """Offer the share that a percentage was probably meant to be."""
    return f" ({number:g} percent is {number / 100:g})" if unit == "share" and number <= CEILINGS["percent"] else ""


def _in_unit(unit: str) -> Callable[[QuantityTable], QuantityTable]:
    """Make the check that a quantity is in the unit its key expects."""

    def check(quantity: QuantityTable) -> QuantityTable:
        """Refuse a quantity in another unit."""
        if quantity.unit != unit:
            raise refusal(unit_expected(quantity.unit, unit), "unit")
        return quantity

    return check


def unit_expected(given: str, unit: str) -> str:
    """Say which unit is expected instead of the one given."""
    hint = " (41 percent is the share 0.41)" if (given, unit) == ("percent", "share") else ""
    return f'must be "{unit}"{hint}'


def _is_name(name: str) -> str:
    """Refuse a name that cannot be part of a quantity's id."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        says = "is not a name: use small letters, digits and _, with a letter first"
        raise refusal(says)
    return name


def _among(allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Make the check that a word is one of those allowed."""

    def check(word: str) -> str:
        """Refuse any other word."""
        if word not in allowed:
            raise refusal(one_of(allowed, word))
        return word

    return check


def _all_different(words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that names the same thing twice."""
    for word in words:
        if words.count(word) > 1:
            says = f'names "{word}" twice'
            raise refusal(says)
    return words


def _is_financial_year(label: str) -> str:
    """Refuse what is not a financial year such as 2024/25."""
    match = _PRICE_YEAR.fullmatch(label)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]):
        says = 'must be a financial year such as "2024/25"'
        raise refusal(says)
    return label


def _is_recent(day: date) -> date:
    """Refuse a start that is centuries away, which is a slip of the pen."""
    if not FIRST <= day.year <= LAST:
        raise refusal(f"must be a date from {FIRST} to {LAST}")
    return day


def _has_its_margins(harms: dict[str, QuantityTable]) -> dict[str, QuantityTable]:
    """Refuse a table of harms that leaves one out."""
    for margin in MARGINS:
        if margin not in harms:
            raise refusal(f"give the share of families, as for {', '.join(MARGINS)}", margin)
    return harms


def _is_a_list(given: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Freeze a list of the file; anything else is left for the type check to refuse."""
    return tuple(given) if isinstance(given, list) else given


Day: TypeAlias = date
Children: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("children"))]
PerYear: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("children per year"))]
Share: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("share"))]
Fte: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("fte"))]
Pounds: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("gbp"))]
WorkingDays: TypeAlias = Annotated[QuantityTable, AfterValidator(_in_unit("working days"))]
Establishment: TypeAlias = Annotated[float, Field(ge=0, le=10_000)]
Name: TypeAlias = Annotated[str, AfterValidator(_is_name)]
Title: TypeAlias = Annotated[str, Field(min_length=1)]
Group: TypeAlias = Annotated[str, AfterValidator(_among(GROUPS)), WithJsonSchema({"enum": list(GROUPS)})]
Offered: TypeAlias = Annotated[
    str, AfterValidator(_among(PROGRAMME_STAGES)), WithJsonSchema({"enum": list(PROGRAMME_STAGES)})
]
Role: TypeAlias = Annotated[str, AfterValidator(_among(ROLES)), WithJsonSchema({"enum": list(ROLES)})]
HeldRole: TypeAlias = Annotated[str, AfterValidator(_among(HELD_ROLES)), WithJsonSchema({"enum": list(HELD_ROLES)})]
OtherRole: TypeAlias = Annotated[str, AfterValidator(_among(OTHER_ROLES)), WithJsonSchema({"enum": list(OTHER_ROLES)})]
Measure: TypeAlias = Annotated[
    str, AfterValidator(_among((*MEASURES, *DERIVED))), WithJsonSchema({"enum": [*MEASURES, *DERIVED]})
]
EffectName: TypeAlias = Annotated[str, AfterValidator(_among(EFFECTS)), WithJsonSchema({"enum": list(EFFECTS)})]
Names: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_is_a_list), AfterValidator(_all_different)]
Groups: TypeAlias = Annotated[tuple[Group, ...], BeforeValidator(_is_a_list), AfterValidator(_all_different)]
Stages: TypeAlias = Annotated[tuple[Offered, ...], BeforeValidator(_is_a_list), AfterValidator(_all_different)]
EffectNames: TypeAlias = Annotated[tuple[EffectName, ...], BeforeValidator(_is_a_list), AfterValidator(_all_different)]
Margin: TypeAlias = Annotated[str, AfterValidator(_among(MARGINS)), WithJsonSchema({"enum": list(MARGINS)})]
Harms: TypeAlias = Annotated[dict[Margin, Share], AfterValidator(_has_its_margins)]
"""How common parental harms are among families assessed."""


COMPARATORS: Final = ("england", "region", "neighbours")
"""Against whom a statement about the past can be held."""
Direction: TypeAlias = Literal["fewer", "more", "no_more"]
"""What a claim without a size says: any fall, any rise, or no increase."""
SIZED: Final = "leave it out: change gives the size, and a direction is for what has none"
"""Why a size and a direction do not go together."""
PastDirection: TypeAlias = Literal["fewer", "more"]
Comparator: TypeAlias = Annotated[str, AfterValidator(_among(COMPARATORS)), WithJsonSchema({"enum": list(COMPARATORS)})]
Comparators: TypeAlias = Annotated[tuple[Comparator, ...], BeforeValidator(_is_a_list), AfterValidator(_all_different)]


class Population(Table):
    """Who lives there."""

    children: Children = Field(description="children under 18")


class Snapshot(Table):
    """Children open on day 0, reproduced exactly."""

    children_on_cin: Children = Field(description="children with a CIN plan or open support, not CP or care")
    children_on_cp: Children = Field(description="children with a child protection plan")
    children_in_care: Children = Field(description="children looked after")


class Targets(Table):
    """What the fit must reproduce: a year's flows, shares of them, and durations."""

    contacts: PerYear = Field(description="contacts in a year, children")
    referrals: PerYear = Field(description="referrals in a year, children")
    rereferrals_12m_share: Share = Field(description="share of referrals within 12 months of an earlier one")
    referrals_nfa_share: Share = Field(description="share of referrals with no further action")
    assessments: PerYear = Field(description="assessments in a year, children")
    assessments_not_in_need_share: Share = Field(description="share of assessments that find no need")
    assessment_median_days: WorkingDays = Field(description="median length of an assessment")
    section47s: PerYear = Field(description="section 47 enquiries in a year, children")
    cin_starts: PerYear | None = None
    cp_starts: PerYear = Field(description="child protection plans started in a year")
    cp_ended_share_0_3m: Share = Field(description="share of CP plans ended that lasted up to 3 months")
    cp_ended_share_3_6m: Share = Field(description="share of CP plans ended that lasted 3 to 6 months")
    cp_ended_share_6_12m: Share = Field(description="share of CP plans ended that lasted 6 to 12 months")
    cp_ended_share_1_2y: Share = Field(description="share of CP plans ended that lasted 1 to 2 years")
    cp_ended_share_2y_plus: Share = Field(description="share of CP plans ended that lasted over 2 years")
    cin_ended_share_0_3m: Share = Field(description="share of CIN episodes ended that lasted up to 3 months")
    cin_ended_share_3_6m: Share = Field(description="share of CIN episodes ended that lasted 3 to 6 months")
    cin_ended_share_6_12m: Share = Field(description="share of CIN episodes ended that lasted 6 to 12 months")
    cin_ended_share_1_2y: Share = Field(description="share of CIN episodes ended that lasted 1 to 2 years")
    cin_ended_share_2y_plus: Share = Field(description="share of CIN episodes ended that lasted over 2 years")
    care_starts: PerYear = Field(description="children starting to be looked after in a year")
    care_ceased_share_home: Share = Field(description="share of those leaving care who go home")
    care_ceased_share_sgo: Share = Field(description="share of those leaving care by special guardianship")
    care_ceased_share_adoption: Share = Field(description="share of those leaving care by adoption")
    care_ceased_share_turned_18: Share = Field(description="share of those leaving care who turn 18")
    placement_share_foster: Share = Field(description="share of children in care in foster care, kinship included")
    placement_share_residential: Share = Field(description="share of children in care in residential care")
    placement_share_supported: Share = Field(description="share of children in care in supported accommodation")
    placement_share_with_parents: Share = Field(description="share of children in care placed with parents")
    uasc_share: Share = Field(description="share of children in care who came unaccompanied")
    proceedings: PerYear | None = None


class AreaTable(Table):
    """A part of the authority."""

    title: Title = Field(description="the area's name as people know it")
    share: Share = Field(description="the area's share of children and arrivals")


class TeamTable(Table):
    """A team, the areas it serves on day 0, its groups of stages, and its establishment of the workers they need."""

    title: Title = Field(description="the team's name as people know it")
    areas: Names = Field(description="areas served on day 0; [] for a team that a schedule opens")
    stages: Groups = Field(description=f"groups of stages, of {', '.join(GROUPS)}", min_length=1)
    social_workers: Fte | None = None
    key_workers: Fte | None = None
    families: Literal["all", "with_harms", "without_harms"] = "all"
    posts: dict[OtherRole, Fte] = Field(description="other posts on day 0, by role", default_factory=dict)

    @model_validator(mode="after")
    def is_of_one_kind(self) -> "TeamTable":
        """Refuse stages of several kinds of team, a missing establishment, and one of other workers."""
        kinds = [role for role, groups in WORK.items() if set(self.stages) <= set(groups)]
        if not kinds:
            says = f"must be of one kind: {'; or '.join(', '.join(groups) for groups in WORK.values())}"
            raise refusal(says, "stages")
        needed = ESTABLISHMENTS[kinds[0]] if kinds[0] else None
        for key in ESTABLISHMENTS.values():
            if (getattr(self, key) is None) == (key == needed):
                raise refusal(_establishment(key, needed), key)
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of family that it takes."""
        return KINDS if self.families == "all" else (self.families,)


def _establishment(key: str, needed: str | None) -> str:
    """Say why an establishment must, or must not, be there."""
    if key == needed:
        return f"give the team's establishment of {key.replace('_', ' ')}"
    return f"leave it out: {f'these stages are the work of {needed}' if needed else 'a front door holds no cases'}"


class Budget(Table):
    """What the published document says the programme costs."""

    total: Pounds = Field(description="the published total, in pounds of each year")
    years: float = Field(description="the number of years it covers", ge=0.1, le=30)
    since: Annotated[Day, AfterValidator(_is_recent)] | None = Field(
        alias="from",
        default=None,
        description="its first day, such as 2020-04-01; 1 April of the total's year if left out",
    )

    @model_validator(mode="after")
    def has_a_start(self) -> "Budget":
        """Refuse a first day that no date gives, and one that is centuries away."""
        if self.since is None:
            try:
                _is_financial_year(self.total.year)
                _is_recent(self.start)
            except PydanticCustomError as error:
                raise refusal(f"the year of its total, {self.total.year!r}, {error.message()}; or give from") from error
        return self

    @property
    def start(self) -> date:
        """The first day that it covers."""
        return self.since or financial_year_start(self.total.year)

    @property
    def end(self) -> date:
        """The last day that it covers."""
        return years_on(self.start, self.years) - timedelta(days=1)


class ProgrammeTable(Table):
    """What going live brings."""

    title: Title = Field(description="the programme's name")
    null: bool = False
    stages: Stages = Field(description=f"where programmes are offered, of {', '.join(PROGRAMME_STAGES)}")
    effects: EffectNames = Field(description="the effects it claims, by name; [] for none")
    new_money: bool = True
    care_follows_exposure: bool = False
    promised_caseload: Children | None = None
    posts: dict[Role, Fte] = Field(description="posts per live team, by role", default_factory=dict)
    shared_posts: dict[Role, Fte] = Field(description="posts for all live teams together", default_factory=dict)
    published_budget: Budget | None = None


class IncomeTable(Table):
    """Money that schedules bring the council from outside: a grant, or what a partner pays."""

    title: Title = Field(description="the income's name as people know it")
    payer: Title = Field(description='who pays it, such as "Department for Education"')
    total: Pounds = Field(description="all of it, in pounds of its year")


class DatedTable(Table):
    """A dated step of a schedule."""

    date: Day = Field(description="the date, such as 2020-10-01")


class StepTable(DatedTable):
    """A dated step of a schedule, about one team."""

    team: str = Field(description="the team that the step is about")


ExistingCases: TypeAlias = Literal["stay", "transfer", "with_workers"]
"""What becomes of open cases: they stay, or move to another worker of the team, or along with their workers."""


class GoLive(StepTable):
    """The team's adult workers are trained and begin; they were hired a training time earlier."""

    action: Literal["go_live"]


class Open(StepTable):
    """The team opens and takes its groups of stages in these areas from the teams that have them."""

    action: Literal["open"]
    areas: Names = Field(description="the areas it takes", min_length=1)
    existing_cases: ExistingCases = Field(description='"stay", "transfer" or "with_workers"')


class Boundary(StepTable):
    """An open team takes these areas too."""

    action: Literal["boundary"]
    areas: Names = Field(description="the areas it takes", min_length=1)
    existing_cases: ExistingCases = Field(description='"stay", "transfer" or "with_workers"')


class Close(StepTable):
    """The team closes; its areas and its cases go to another."""

    action: Literal["close"]
    to: str = Field(description="the team that receives its areas and cases")
    existing_cases: Literal["transfer", "with_workers"] = "transfer"


class Staff(StepTable):
    """The team's establishment of social workers or, below the threshold, of key workers changes."""

    action: Literal["staff"]
    social_workers: Establishment | None = None
    key_workers: Establishment | None = None

    @model_validator(mode="after")
    def is_of_one_kind(self) -> "Staff":
        """Refuse a step that staffs a team with nobody, or with workers of two kinds."""
        if (self.social_workers is None) == (self.key_workers is None):
            raise refusal("give the new establishment in FTE: either social_workers or key_workers", "social_workers")
        return self

    @property
    def posts(self) -> float:
        """The new establishment (FTE)."""
        return (self.social_workers or 0.0) + (self.key_workers or 0.0)


class Cut(DatedTable):
    """A team keeps at most so many posts of a role from this date on; without a team, all live teams together do."""

    action: Literal["cut"]
    team: str | None = None
    role: HeldRole = Field(description=f"the role, of {', '.join(HELD_ROLES)}")
    to: Establishment = Field(description="the posts (FTE) that are kept at most")


class Income(DatedTable):
    """An income comes in evenly from this date on."""

    action: Literal["income"]
    income: str = Field(description="the income that comes in, of [income.NAME]")
    years: float = Field(description="the number of years over which it comes in", gt=0, le=30)


TeamStep: TypeAlias = GoLive | Open | Boundary | Close | Staff | Cut
Step: TypeAlias = TeamStep | Income
Steps: TypeAlias = Annotated[tuple[Annotated[Step, Field(discriminator="action")], ...], BeforeValidator(_is_a_list)]


class ScheduleTable(Table):
    """Dated steps, in order."""

    title: Title = Field(description="the schedule's name as people know it")
    as_happened: bool = False
    formerly: Names = ()
    steps: Steps = Field(description="the dated steps, in order; [] for none")


class History(Table):
    """A published figure, for the charts."""

    measure: Measure = Field(description="the measure it is about")
    date: Day = Field(description="the date it was true, such as 2019-03-31")
    value: float = Field(description="the figure", ge=0)
    source: str = Field(description="the key of its source")


class Claim(Table):
    """A statement that the authority made, in a form that a run can answer: a size or a direction, and a date.

    `margin` is the increase that this file, not the authority, lets pass as none or minimal. `date_given`: the document
    gives the date or the time; else they are this file's. `question`: the authority asks, and does not promise.
    """

    text: Title = Field(description="the claim in words")
    measure: Measure = Field(description="the measure it is about")
    change: float | None = Field(
        default=None, description="the change it promises, as a share: -0.15 is 15% fewer", ge=-1, le=100
    )
    direction: Direction | None = None
    margin: float | None = Field(
        default=None, description="the increase that is read as none or minimal, as a share", ge=0, le=1
    )
    against: Literal["no_change", "start", "published"] = "no_change"
    base: float | None = Field(default=None, description="the published figure from which it is to change", gt=0)
    by: Day | None = None
    within_years: int | None = Field(
        default=None, description="the years after a schedule's first go-live", ge=1, le=30
    )
    date_given: bool = True
    question: bool = False
    source: str = Field(description="the key of its source")

    @model_validator(mode="after")
    def has_a_size_or_a_direction(self) -> "Claim":
        """Refuse a claim with both or neither, and a margin of what is no limit on an increase."""
        if self.change is None and self.direction is None:
            says = "give the change that the document promises, as a share, or where it gives no size a direction"
            raise refusal(says, "change")
        if self.change is not None and self.direction is not None:
            raise refusal(SIZED, "direction")
        if self.margin is not None and self.direction != "no_more":
            raise refusal('leave it out: only a claim with direction = "no_more" has one', "margin")
        return self

    @model_validator(mode="after")
    def has_one_date(self) -> "Claim":
        """Refuse a claim with two dates or none."""
        if self.by is None and self.within_years is None:
            says = "give the date by which it is to be true, or within_years: the years after the first go-live"
            raise refusal(says, "by")
        if self.by is not None and self.within_years is not None:
            raise refusal("leave it out: by gives the date already", "within_years")
        return self

    @model_validator(mode="after")
    def has_a_start(self) -> "Claim":
        """Refuse a change since day 0 of what is not counted at a date, and a published figure that is not there."""
        if self.against == "start" and self.measure not in STOCKS:
            says = f'must be "no_change", because {self.measure} is not counted on day 0'
            raise refusal(says, "against")
        if self.against == "published" and self.base is None:
            raise refusal("give the published figure from which it is to change", "base")
        if self.against != "published" and self.base is not None:
            raise refusal('leave it out: only a claim with against = "published" has one', "base")
        return self


class Past(Table):
    """A statement about the past, to be held against published figures; no run can answer it.

    `measure` is a column of the table of councils' figures; without one nothing published measures it.
    """

    text: Title = Field(description="the statement in words")
    measure: str | None = None
    change: float | None = Field(
        default=None, description="the change it tells of, as a share: -0.08 is 8% fewer", ge=-1, le=100
    )
    direction: PastDirection | None = None
    from_year: int = Field(description="the year from which, such as 2018 for 31 March 2018", ge=FIRST, le=LAST)
    to_year: int = Field(description="the year up to which", ge=FIRST, le=LAST)
    years_given: bool = True
    against: Comparators = COMPARATORS
    source: str = Field(description="the key of its source")

    @model_validator(mode="after")
    def is_one_statement(self) -> "Past":
        """Refuse a size beside a direction, and years that do not follow each other."""
        if self.change is not None and self.direction is not None:
            raise refusal(SIZED, "direction")
        if self.to_year <= self.from_year:
            raise refusal(f"must be after from_year, {self.from_year}", "to_year")
        return self


class ScenarioFile(Table):
    """A scenario: one authority, one programme, its schedules."""

    schema_version: Literal[1] = Field(alias="schema", description="the version of this format, 1")
    name: Name = Field(description="the scenario's short name")
    title: Title = Field(description="the scenario's title")
    authority: Title = Field(description="the authority's name, as published")
    start: Annotated[Day, AfterValidator(_is_recent)] = Field(description="the date of the snapshot, day 0")
    years: int = Field(description="the default horizon in years", ge=1, le=30)
    price_year: Annotated[str, AfterValidator(_is_financial_year)] = Field(
        description='the financial year of all prices, such as "2024/25"'
    )
    sources: dict[Name, Title] = Field(default_factory=dict)
    population: Population = Field(description="the table [population]")
    snapshot: Snapshot = Field(description="the table [snapshot]")
    targets: Targets = Field(description="the table [targets]")
    history: Annotated[tuple[History, ...], BeforeValidator(_is_a_list)] = ()
    harms: Harms = Field(description="the table [harms]")
    areas: dict[Name, AreaTable] = Field(description="at least one table [areas.NAME]", min_length=1, max_length=MOST)
    staff: dict[Name, QuantityTable] = Field(default_factory=dict)
    teams: dict[Name, TeamTable] = Field(description="at least one table [teams.NAME]", min_length=1, max_length=MOST)
    programme: ProgrammeTable = Field(description="the table [programme]")
    income: dict[Name, IncomeTable] = Field(default_factory=dict)
    schedules: dict[Name, ScheduleTable] = Field(description="at least [schedules.no_change]", min_length=1)
    claims: Annotated[tuple[Claim, ...], BeforeValidator(_is_a_list)] = ()
    past: Annotated[tuple[Past, ...], BeforeValidator(_is_a_list)] = ()
    parameters: dict[str, QuantityTable] = Field(default_factory=dict)


def schema_json() -> str:
    """Return the JSON Schema of a scenario file, for editors that complete and check as one types."""
    return json.dumps(ScenarioFile.model_json_schema(mode="validation"), indent=2)
