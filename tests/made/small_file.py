"""The text of a small scenario that is valid, for tests that spoil a part of it."""

from __future__ import annotations

PER_YEAR = ("contacts", "referrals", "assessments", "section47s", "cp_starts", "care_starts")
BANDS = ("0_3m", "3_6m", "6_12m", "1_2y", "2y_plus")
SHARES = {
    "rereferrals_12m_share": 0.2,
    "referrals_nfa_share": 0.1,
    "assessments_not_in_need_share": 0.3,
    **{f"cp_ended_share_{band}": 0.2 for band in BANDS},
    **{f"cin_ended_share_{band}": 0.2 for band in BANDS},
    **{f"care_ceased_share_{way}": 0.2 for way in ("home", "sgo", "adoption", "turned_18")},
    **{f"placement_share_{where}": 0.2 for where in ("foster", "residential", "supported", "with_parents")},
    "uasc_share": 0.05,
}
HARMS = {
    "domestic_abuse": 0.41,
    "mental_ill_health": 0.4,
    "drug_misuse": 0.21,
    "alcohol_misuse": 0.18,
    "any": 0.7,
    "all_three": 0.14,
}


def quantity(value: float, unit: str) -> str:
    """Write an exact quantity as in a scenario file."""
    known = f'unit = "{unit}", year = "2019", source = "slides", status = "published"'
    return f"{{ value = {value}, low = {value}, high = {value}, {known} }}"


def targets() -> str:
    """Write the targets of a small council."""
    flows = [f"{key} = {quantity(500, 'children per year')}" for key in PER_YEAR]
    shares = [f"{key} = {quantity(value, 'share')}" for key, value in SHARES.items()]
    return "\n".join((*flows, f"assessment_median_days = {quantity(30, 'working days')}", *shares))


def added(name: str, areas: str, stages: str, workers: str = "") -> str:
    """Write a further team, and the table after it."""
    return f'[teams.{name}]\ntitle = "{name}"\nareas = {areas}\nstages = {stages}\n{workers}[programme]\n'


VALID = f"""schema = 1
name = "small"
title = "A small council"
authority = "Smallshire"
start = 2019-06-30
years = 5
price_year = "2024/25"
[sources]
slides = "Smallshire, slides, 2019"
[population]
children = {quantity(10000, "children")}
[snapshot]
children_on_cin = {quantity(200, "children")}
children_on_cp = {quantity(50, "children")}
children_in_care = {quantity(70, "children")}
[targets]
{targets()}
[[history]]
measure = "children_on_cp"
date = 2019-03-31
value = 55
source = "slides"
[harms]
{chr(10).join(f"{harm} = {quantity(share, 'share')}" for harm, share in HARMS.items())}
[areas.north]
title = "The north"
share = {quantity(0.6, "share")}
[areas.south]
title = "The south"
share = {quantity(0.4, "share")}
[staff]
vacancy_rate = {quantity(0.2, "share")}
[teams.front]
title = "Assessment"
areas = ["north", "south"]
stages = ["assessment", "section47"]
social_workers = {quantity(10, "fte")}
[teams.plans]
title = "Plans"
areas = ["north", "south"]
stages = ["cin", "cp", "care"]
social_workers = {quantity(20, "fte")}
[teams.new]
title = "New"
areas = []
stages = ["cin", "cp", "care"]
social_workers = {quantity(8, "fte")}
[programme]
title = "Family Safeguarding"
stages = ["cin", "cp"]
effects = ["care_entry"]
[programme.posts]
da_victim_worker = {quantity(2, "fte")}
[programme.shared_posts]
psychologist = {quantity(1, "fte")}
[schedules.no_change]
title = "No change"
steps = []
[schedules.rollout]
title = "As published"
steps = [
  {{ date = 2020-04-01, action = "open", team = "new", areas = ["south"], existing_cases = "stay" }},
  {{ date = 2020-10-01, action = "go_live", team = "plans" }},
  {{ date = 2021-04-01, action = "staff", team = "plans", social_workers = 14.0 }},
  {{ date = 2022-04-01, action = "close", team = "new", to = "plans" }},
]
[[claims]]
text = "Fewer children in care"
measure = "care_entries"
change = -0.15
by = 2022-09-30
source = "slides"
[parameters]
"effect.care_entry" = {quantity(0.9, "ratio")}
"""

NORTH = quantity(0.6, "share")
