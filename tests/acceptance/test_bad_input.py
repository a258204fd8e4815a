"""A user's mistake gets one clear sentence: file, line, key, what was given, what is allowed."""

from __future__ import annotations

import os
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_file import HARMS, NORTH, VALID, added, quantity

from familyflow import scenario
from familyflow.cli import main
from familyflow.ground import paths
from familyflow.ground.problem import Problem
from familyflow.scenario import timeline

if TYPE_CHECKING:
    from pathlib import Path

CP = f"children_on_cp = {quantity(50, 'children')}"
FTE = quantity(10, "fte")
GO = 'date = 2020-10-01, action = "go_live", team = "plans"'
EFFECT = f'"effect.care_entry" = {quantity(0.9, "ratio")}'
ANY = f"any = {quantity(0.7, 'share')}"

CLAIM = 'measure = "care_entries"'


def past(said: str = "") -> str:
    """Write a statement about the past before the table of parameters."""
    years = "from_year = 2018\nto_year = 2020"
    return f'[[past]]\ntext = "It fell"\n{said}\n{years}\nsource = "slides"\n[parameters]\n'


HUB = added("hub", '["north"]', '["early_help"]', f"key_workers = {FTE}\n")
DOOR = added("door", '["north", "south"]', '["contact", "referral"]')
WITH_OPTIONAL = VALID.replace("[programme]\n", DOOR).replace("[programme]\n", HUB)

COMES_IN = '{ date = 2020-01-01, action = "income", income = "grant", years = 3 }'
GRANT = f'[income.grant]\ntitle = "A grant"\npayer = "Government"\ntotal = {quantity(900_000, "gbp")}\n'
WITH_GRANT = f"""{GRANT}[schedules.funded]
title = "Funded"
steps = [
  {COMES_IN},
]
[schedules.no_change]"""
GRANTED_TWICE = f'[parameters]\n"case.grant_year" = {quantity(1000, "gbp per year")}\n'

EDITS = {
    "misspelt key at the top": (
        "price_year",
        "price_yaer",
        ("price_yaer", "not a key", "did you mean 'price_year'"),
    ),
    "misspelt table": ("[population]", "[populaton]", ("populaton", "did you mean 'population'")),
    "misspelt key in a table": (
        CP,
        CP.replace("_cp", "_pc"),
        ("snapshot.children_on_pc", "did you mean 'children_on_cp'"),
    ),
    "misspelt key of a team": (
        "social_workers = {",
        "social_worker = {",
        ("teams.front.social_worker", "'social_workers'"),
    ),
    "misspelt key of a quantity": (
        f"share = {NORTH}",
        f"share = {NORTH.replace('source', 'sauce')}",
        ("areas.north.share.sauce", '"slides"', "did you mean 'source'"),
    ),
    "missing title": ('title = "A small council"\n', "", ("title is missing", "give ")),
    "missing number": (CP, "", ("snapshot.children_on_cp is missing", "child protection plan")),
    "missing unit": (
        FTE,
        FTE.replace('unit = "fte", ', ""),
        ("teams.front.social_workers.unit is missing", "give "),
    ),
    "bare number for a quantity": (CP, "children_on_cp = 50", ("children_on_cp = 50", "must be a table")),
    "text for a number": (
        FTE,
        FTE.replace("value = 10", 'value = "ten"'),
        ("teams.front.social_workers.value", '"ten"', "must be a number"),
    ),
    "true for a number": (
        FTE,
        FTE.replace("value = 10", "value = true"),
        ("social_workers.value = true", "must be a number"),
    ),
    "number for text": (
        'authority = "Smallshire"',
        "authority = 7",
        ("authority = 7", "must be text in quotes"),
    ),
    "empty title": ('title = "A small council"', 'title = ""', ('title = ""', "must not be empty")),
    "number for a list": (
        'areas = ["north", "south"]',
        "areas = 2",
        ("teams.front.areas = 2", "must be a list"),
    ),
    "list for a table": ("[harms]", "[[harms]]", ("harms", "= [{", "must be a table")),
    "text for true or false": (
        "[programme]\n",
        '[programme]\nnull = "no"\n',
        ("programme.null", '"no"', "true or false"),
    ),
    "infinite number": (FTE, FTE.replace("high = 10", "high = inf"), ("social_workers.high = inf", "finite")),
    "no number": (FTE, FTE.replace("value = 10", "value = nan"), ("social_workers.value = nan", "finite")),
    "enormous whole number": (
        FTE,
        FTE.replace("value = 10", f"value = 1{'0' * 400}"),
        ("teams.front.social_workers.value", "must be a"),
    ),
    "wrong unit": (
        CP,
        CP.replace('"children"', '"families"'),
        ("children_on_cp.unit", '"families"', 'must be "children"'),
    ),
    "percent for a share": (
        f"share = {NORTH}",
        f"share = {quantity(60, 'percent')}",
        ("areas.north.share.unit", '"percent"', 'must be "share"', "0.41"),
    ),
    "wrong unit of a parameter": (
        EFFECT,
        EFFECT.replace('"ratio"', '"share"'),
        ("parameters.effect.care_entry.unit", '"share"', 'must be "ratio"'),
    ),
    "negative children": (
        CP,
        CP.replace("value = 50, low = 50", "value = -50, low = -60"),
        ("snapshot.children_on_cp.value = -50", "0 or more"),
    ),
    "negative staff in a step": (
        "social_workers = 14.0",
        "social_workers = -14.0",
        ("schedules.rollout.steps[3, staff plans 2021-04-01].social_workers = -14", "0 or more"),
    ),
    "negative history": (
        "value = 55",
        "value = -55",
        ("history[1, children_on_cp 2019-03-31].value = -55", "0 or more"),
    ),
    "share above 1": (
        f"share = {NORTH}",
        f"share = {quantity(60, 'share')}",
        ("areas.north.share.value = 60", "between 0 and 1", "60 percent is 0.6"),
    ),
    "range too wide to be meant": (
        FTE,
        FTE.replace("low = 10", "low = 1e-9"),
        ("social_workers = {", "is not possible", "at most 1,000,000 times"),
    ),
    "number of thousands of digits": (
        "years = 5",
        f"years = 0x{'f' * 5000}",
        ("years = a number of thousands of digits", "30 or less"),
    ),
    "several prevalences that contradict": (
        "\n".join(f"{harm} = {quantity(share, 'share')}" for harm, share in HARMS.items()),
        "\n".join(f"{harm} = {quantity(1 - share, 'share')}" for harm, share in HARMS.items()),
        ("harms = {", "no joint distribution of the four harms has these prevalences"),
    ),
    "percentage above 100": (
        ANY,
        ANY.replace("0.7", "170"),
        ("harms.any.value = 170", "between 0 and 1"),
    ),
    "value below its range": (
        FTE,
        FTE.replace("low = 10", "low = 11").replace("high = 10", "high = 12"),
        ("social_workers.value = 10", "within its range, low 11 to high 12"),
    ),
    "unknown status": (
        FTE,
        FTE.replace("published", "publishd"),
        (
            "social_workers.status",
            '"publishd"',
            "one of published, derived, assumed",
            "did you mean 'published'",
        ),
    ),
    "year in words": (
        FTE,
        FTE.replace('"2019"', '"last year"'),
        ("social_workers.year", '"last year"', '"2019/20"'),
    ),
    "unknown source": (
        FTE,
        FTE.replace('"slides"', '"slide"'),
        ("social_workers.source", '"slide"', "[sources]", "did you mean 'slides'"),
    ),
    "unknown source of a claim": (
        'by = 2022-09-30\nsource = "slides"',
        'by = 2022-09-30\nsource = "sildes"',
        ('claims[1, "Fewer children in care"].source = "sildes"', "did you mean 'slides'"),
    ),
    "unknown parameter": (
        EFFECT,
        EFFECT.replace("care_entry", "care_entri"),
        ("parameters.effect.care_entri", "not a shared parameter", "did you mean 'effect.care_entry'"),
    ),
    "posts that would move against demand": (
        f"[staff]\nvacancy_rate = {quantity(0.2, 'share')}",
        f"[staff]\nposts_follow_demand = {quantity(-0.5, 'share')}",
        ("staff.posts_follow_demand.value = -0.5", "must be 0 or more"),
    ),
    "posts that would outrun demand": (
        f"[staff]\nvacancy_rate = {quantity(0.2, 'share')}",
        f"[staff]\nposts_follow_demand = {quantity(50, 'share')}",
        ("staff.posts_follow_demand.value = 50", "must lie between 0 and 1", "50 percent is 0.5"),
    ),
    "unknown staff parameter": (
        "[staff]\nvacancy_rate",
        "[staff]\nvacancy_rat",
        ("staff.vacancy_rat", "did you mean 'staff.vacancy_rate'"),
    ),
    "parameter given twice": (
        "[parameters]\n",
        f'[parameters]\n"staff.vacancy_rate" = {quantity(0.1, "share")}\n',
        ("parameters.staff.vacancy_rate", "give it once"),
    ),
    "start in words": (
        "start = 2019-06-30",
        'start = "June 2019"',
        ("start", '"June 2019"', "must be a date such as"),
    ),
    "start with a time": (
        "start = 2019-06-30",
        "start = 2019-06-30T10:00:00",
        ("start = 2019-06-30T10:00:00", "must be a date such as"),
    ),
    "start long ago": (
        "start = 2019-06-30",
        "start = 1019-06-30",
        ("start = 1019-06-30", "from 2000 to 2100"),
    ),
    "no years": ("years = 5", "years = 0", ("years = 0", "1 or more")),
    "too many years": ("years = 5", "years = 500", ("years = 500", "30 or less")),
    "years and a half": ("years = 5", "years = 5.5", ("years = 5.5", "whole number")),
    "price year that is none": ('"2024/25"', '"2024/26"', ("price_year", '"2024/26"', 'such as "2024/25"')),
    "unknown version": ("schema = 1", "schema = 2", ("schema = 2", "must be 1")),
    "shares of areas short of 1": (
        f"share = {quantity(0.4, 'share')}",
        f"share = {quantity(0.3, 'share')}",
        ("areas.south.share.value = 0.3", "north, south must add up to 1", "0.9"),
    ),
    "name of an area with a space": (
        "[areas.south]",
        '[areas."The South"]',
        ('areas."The South"', "small letters"),
    ),
    "unknown area of a team": (
        'areas = ["north", "south"]\nstages = ["assessment"',
        'areas = ["north", "suoth"]\nstages = ["assessment"',
        ('teams.front.areas[2] = "suoth"', "one of north, south", "did you mean 'south'"),
    ),
    "area named twice": (
        'areas = ["north", "south"]',
        'areas = ["north", "north"]',
        ("teams.front.areas", "twice"),
    ),
    "unknown stage": (
        '"assessment", "section47"',
        '"asessment", "section47"',
        ('teams.front.stages[1] = "asessment"', "did you mean 'assessment'"),
    ),
    "two teams for one area": (
        'areas = []\nstages = ["cin", "cp", "care"]',
        'areas = ["south"]\nstages = ["cin"]',
        ("teams.new.areas", '["south"]', "cin in south belongs to plans too"),
    ),
    "area without a team": (
        'areas = ["north", "south"]\nstages = ["assessment", "section47"]',
        'areas = ["north"]\nstages = ["assessment", "section47"]',
        ("areas.south = ", "nobody has assessment in south"),
    ),
    "stage without a team": (
        'stages = ["assessment", "section47"]',
        'stages = ["assessment"]',
        ("areas.north = ", "nobody has section47 in north"),
    ),
    "area left without a team by a step": (
        'to = "plans"',
        'to = "front"',
        ("steps[4, close new 2022-04-01].to", '"front"', "nobody has cin in south"),
    ),
    "area taken by two teams on one date": (
        GO,
        'date = 2020-04-01, action = "boundary", team = "plans", areas = ["south"], existing_cases = "stay"',
        ("steps[2, boundary plans 2020-04-01].areas", "care in south goes to new", "one team takes it"),
    ),
    "unknown team in a step": (
        GO,
        GO.replace("plans", "plan"),
        (
            'steps[2, go_live plan 2020-10-01].team = "plan"',
            "one of front, plans, new",
            "did you mean 'plans'",
        ),
    ),
    "unknown area in a step": (
        'areas = ["south"], existing',
        'areas = ["sooth"], existing',
        ('steps[1, open new 2020-04-01].areas[1] = "sooth"', "did you mean 'south'"),
    ),
    "unknown receiving team": ('to = "plans"', 'to = "plains"', ('].to = "plains"', "did you mean 'plans'")),
    "unknown action": (
        'action = "go_live"',
        'action = "golive"',
        ('.action = "golive"', "one of go_live, open, boundary, close, staff, cut", "did you mean 'go_live'"),
    ),
    "no action": ('action = "go_live", ', "", ("].action is missing", "one of go_live, open")),
    "no receiving team": (', to = "plans"', "", ("steps[4, close new 2022-04-01].to is missing", "receives")),
    "receiving team that is the closing one": (
        'to = "plans"',
        'to = "new"',
        ('].to = "new"', "front, plans"),
    ),
    "unknown fate of cases": (
        'existing_cases = "stay"',
        'existing_cases = "remain"',
        ('.existing_cases = "remain"', "one of stay, transfer, with_workers"),
    ),
    "dates out of order": (
        "2021-04-01",
        "2020-05-01",
        ("steps[3, staff plans 2020-05-01].date = 2020-05-01", "not be before the step above it, 2020-10-01"),
    ),
    "step before the start": (
        "2020-04-01",
        "2019-04-01",
        ("steps[1, open new 2019-04-01].date = 2019-04-01", "not be before the start, 2019-06-30"),
    ),
    "staff hired before the start": (
        "steps = [\n  { date = 2020-04-01",
        'steps = [\n  { date = 2019-07-02, action = "go_live", team = "plans" },\n  { date = 2020-04-01',
        ("steps[1, go_live plans 2019-07-02].date", "at least 6 weeks after the start, 2019-06-30"),
    ),
    "date in words": (
        "date = 2020-10-01",
        'date = "next spring"',
        ('.date = "next spring"', "must be a date such as"),
    ),
    "going live twice": (
        'action = "staff", team = "plans", social_workers = 14.0',
        'action = "go_live", team = "plans"',
        ("steps[3, go_live plans 2021-04-01].team", "goes live once"),
    ),
    "going live before opening": (
        "{ date = 2020-04-01",
        '{ date = 2020-03-01, action = "go_live", team = "new" },\n  { date = 2020-04-01',
        ("steps[1, go_live new 2020-03-01].team", "not open on that date"),
    ),
    "opening twice": (
        GO,
        'date = 2020-10-01, action = "open", team = "new", areas = ["north"], existing_cases = "stay"',
        ("steps[2, open new 2020-10-01].team", "open on that date already", "boundary"),
    ),
    "unknown kind of family": (
        "[teams.plans]\n",
        '[teams.plans]\nfamilies = "harmed"\n',
        ('teams.plans.families = "harmed"', "one of all, with_harms, without_harms"),
    ),
    "a kind of family that nobody takes": (
        "[teams.plans]\n",
        '[teams.plans]\nfamilies = "with_harms"\n',
        ("nobody has cin in north for families without harms",),
    ),
    "adult workers on day 0": (
        "[teams.plans]\n",
        f"[teams.plans]\nposts = {{ da_victim_worker = {quantity(2, 'fte')} }}\n",
        ("teams.plans.posts", "one of team_manager, senior_practitioner"),
    ),
    "earlier name of a schedule that is another's": (
        'title = "As published"\n',
        'title = "As published"\nformerly = ["no_change"]\n',
        ('schedules.rollout.formerly[1] = "no_change"', "another schedule's name"),
    ),
    "no schedule of comparison": (
        "[schedules.no_change]",
        "[schedules.nothing]",
        ("schedules.no_change is missing",),
    ),
    "steps in no change": (
        'title = "No change"\nsteps = []',
        f'title = "No change"\nsteps = [{{ {GO} }}]',
        ("schedules.no_change.steps", "must be []"),
    ),
    "income that is not there": (
        "[schedules.no_change]",
        WITH_GRANT.replace('income = "grant"', 'income = "grnt"'),
        ('steps[1, income grnt 2020-01-01].income = "grnt"', "an income must be grant"),
    ),
    "income where there is none": (
        "steps = [\n  { date",
        f"steps = [\n  {COMES_IN},\n  {{ date",
        ('steps[1, income grant 2020-01-01].income = "grant"', "an income must be one of (none)"),
    ),
    "income that is never paid": (
        "[schedules.no_change]",
        f"{GRANT}[schedules.no_change]",
        ("income.grant = {", "is never paid: name it in a step"),
    ),
    "income twice in one schedule": (
        "[schedules.no_change]",
        WITH_GRANT.replace(f"{COMES_IN},", f"{COMES_IN},\n  {COMES_IN},"),
        ('steps[2, income grant 2020-01-01].income = "grant"', "a schedule has an income once"),
    ),
    "income over no time": (
        "[schedules.no_change]",
        WITH_GRANT.replace("years = 3", "years = 0"),
        ("steps[1, income grant 2020-01-01].years = 0", "must be more than 0"),
    ),
    "income for ever": (
        "[schedules.no_change]",
        WITH_GRANT.replace("years = 3", "years = 31"),
        ("steps[1, income grant 2020-01-01].years = 31", "must be 30 or less"),
    ),
    "income before the start": (
        "[schedules.no_change]",
        WITH_GRANT.replace("2020-01-01", "2019-04-01"),
        ("steps[1, income grant 2019-04-01].date", "must not be before the start, 2019-06-30"),
    ),
    "income of a team": (
        "[schedules.no_change]",
        WITH_GRANT.replace("years = 3", 'years = 3, team = "plans"'),
        ("].team", "is not a key of this table", "date, action, income, years"),
    ),
    "income in no change": (
        '[schedules.no_change]\ntitle = "No change"\nsteps = []',
        f'{GRANT}[schedules.no_change]\ntitle = "No change"\nsteps = [{COMES_IN}]',
        ("schedules.no_change.steps", "must be []"),
    ),
    "income without a payer": (
        "[schedules.no_change]",
        WITH_GRANT.replace('payer = "Government"\n', ""),
        ("income.grant.payer is missing", "give who pays it"),
    ),
    "income in thousands": (
        "[schedules.no_change]",
        WITH_GRANT.replace('"gbp"', '"gbp thousands"'),
        ('income.grant.total.unit = "gbp thousands"', 'must be "gbp"'),
    ),
    "income from an unknown source": (
        "[schedules.no_change]",
        WITH_GRANT.replace('"slides"', '"slide"'),
        ('income.grant.total.source = "slide"', "did you mean 'slides'"),
    ),
    "one grant in two places": (
        "[parameters]\n",
        f'{GRANT}[schedules.other]\ntitle = "Other"\nsteps = [{COMES_IN}]\n{GRANTED_TWICE}',
        ("parameters.case.grant_year = {", "must be 0 beside [income]"),
    ),
    "more open than there are children": (
        quantity(10000, "children"),
        quantity(300, "children"),
        ("population.children.value = 300", "at least the 320 children of [snapshot]"),
    ),
    "prevalence that is missing": (f"{ANY}\n", "", ("harms.any is missing", "give the share of families")),
    "misspelt harm": (
        "drug_misuse =",
        "drug_missuse =",
        ("harms.drug_missuse", "did you mean 'drug_misuse'"),
    ),
    "rarer together than one alone": (
        ANY,
        ANY.replace("0.7", "0.3"),
        ("harms.any.value = 0.3", "no joint distribution", "between 0.4"),
    ),
    "all three more common than one": (
        f"all_three = {quantity(0.14, 'share')}",
        f"all_three = {quantity(0.5, 'share')}",
        ("harms.all_three.value = 0.5", "no joint distribution", "between"),
    ),
    "durations that miss the whole": (
        f"cp_ended_share_1_2y = {quantity(0.2, 'share')}",
        f"cp_ended_share_1_2y = {quantity(0.4, 'share')}",
        ("targets.cp_ended_share_2y_plus.value", "add up to 1", "1.2"),
    ),
    "placements beyond the whole": (
        f"placement_share_residential = {quantity(0.2, 'share')}",
        f"placement_share_residential = {quantity(0.6, 'share')}",
        ("targets.placement_share_with_parents.value", "1 at most", "1.2"),
    ),
    "unknown measure in history": (
        'measure = "children_on_cp"',
        'measure = "children_on_pc"',
        ('.measure = "children_on_pc"', "did you mean 'children_on_cp'"),
    ),
    "unknown measure in a claim": (
        'measure = "care_entries"',
        'measure = "care_entrys"',
        ('.measure = "care_entrys"', "did you mean 'care_entries'"),
    ),
    "a fall of more than everything": ("change = -0.15", "change = -15", ("].change = -15", "-1 or more")),
    "claim due before the start": (
        "by = 2022-09-30",
        "by = 2018-09-30",
        ("].by = 2018-09-30", "after the start"),
    ),
    "unknown role": (
        "da_victim_worker =",
        "da_victims_worker =",
        ("programme.posts.da_victims_worker", "did you mean 'da_victim_worker'"),
    ),
    "role that is shared as well": (
        "[programme.shared_posts]\n",
        f"[programme.shared_posts]\nda_victim_worker = {quantity(1, 'fte')}\n",
        ("programme.shared_posts.da_victim_worker", "give the role once"),
    ),
    "programme in a stage that has none": (
        'stages = ["cin", "cp"]\neffects',
        'stages = ["care"]\neffects',
        ("programme.stages[1]", "cp"),
    ),
    "stages of two kinds of team": (
        '"assessment", "section47"',
        '"contact", "assessment", "section47"',
        ("teams.front.stages = [", "must be of one kind: contact, referral; or early_help; or assessment"),
    ),
    "team without its workers": (
        f"social_workers = {FTE}\n",
        "",
        ("teams.front.social_workers is missing", "establishment of social workers"),
    ),
    "key workers in a team of social workers": (
        f"social_workers = {FTE}\n",
        f"social_workers = {FTE}\nkey_workers = {FTE}\n",
        ("teams.front.key_workers = {", "leave it out", "the work of social_workers"),
    ),
    "social workers in early help": (
        "[programme]\n",
        HUB.replace("key_workers", "social_workers"),
        ("teams.hub.social_workers = {", "leave it out", "the work of key_workers"),
    ),
    "early help without workers": (
        "[programme]\n",
        HUB.replace("key_workers", "# key_workers"),
        ("teams.hub.key_workers is missing", "establishment of key workers"),
    ),
    "workers at a front door": (
        "[programme]\n",
        DOOR.replace("[programme]", f"key_workers = {FTE}\n[programme]"),
        ("teams.door.key_workers = {", "leave it out", "a front door holds no cases"),
    ),
    "two front doors of one area": (
        "[programme]\n",
        DOOR.replace("[programme]\n", added("mash", '["south"]', '["contact"]')),
        ("teams.mash.areas", "contact in south belongs to door too"),
    ),
    "staff of the wrong kind": (
        "social_workers = 14.0",
        "key_workers = 14.0",
        (
            "schedules.rollout.steps[3, staff plans 2021-04-01].social_workers is missing",
            "plans is a team of social workers",
        ),
    ),
    "staff of both kinds": (
        "social_workers = 14.0",
        "key_workers = 14.0, social_workers = 14.0",
        ("steps[3, staff plans 2021-04-01].social_workers = 14", "either social_workers or key_workers"),
    ),
    "staff of no kind": (
        ", social_workers = 14.0",
        "",
        ("steps[3, staff plans 2021-04-01].social_workers is missing", "either social_workers or key_workers"),
    ),
    "unknown effect": (
        'effects = ["care_entry"]',
        'effects = ["care_entri"]',
        ('programme.effects[1] = "care_entri"', "did you mean 'care_entry'"),
    ),
    "effect named twice": (
        'effects = ["care_entry"]',
        'effects = ["care_entry", "care_entry"]',
        ("programme.effects = [", 'names "care_entry" twice'),
    ),
    "no effects named": ('effects = ["care_entry"]\n', "", ("programme.effects is missing", "[] for none")),
    "new money in words": (
        "[programme]\n",
        '[programme]\nnew_money = "none"\n',
        ('programme.new_money = "none"', "must be true or false"),
    ),
    "promised caseload in the wrong unit": (
        "[programme]\n",
        f"[programme]\npromised_caseload = {quantity(15, 'cases')}\n",
        ("programme.promised_caseload.unit", '"cases"', 'must be "children"'),
    ),
    "what happened in words": (
        'title = "As published"\n',
        'title = "As published"\nas_happened = "yes"\n',
        ('schedules.rollout.as_happened = "yes"', "must be true or false"),
    ),
    "claim against something unknown": (
        CLAIM,
        f'{CLAIM}\nagainst = "beginning"',
        ('].against = "beginning"', "must be one of no_change, start"),
    ),
    "claim of a flow against the start": (
        CLAIM,
        f'{CLAIM}\nagainst = "start"',
        ('].against = "start"', 'must be "no_change"', "care_entries is not counted on day 0"),
    ),
    "claim with a size and a direction": (
        "change = -0.15",
        'change = -0.15\ndirection = "fewer"',
        ('].direction = "fewer"', "leave it out: change gives the size"),
    ),
    "claim with neither a size nor a direction": (
        "change = -0.15\n",
        "",
        ("].change is missing", "give the change that the document promises", "a direction"),
    ),
    "claim of an unknown direction": (
        "change = -0.15",
        'direction = "less"',
        ('].direction = "less"', "must be one of fewer, more, no_more"),
    ),
    "claim whose margin is of no increase": (
        "change = -0.15",
        'direction = "fewer"\nmargin = 0.02',
        ("].margin = 0.02", 'leave it out: only a claim with direction = "no_more" has one'),
    ),
    "claim of a margin below nothing": (
        "change = -0.15",
        'direction = "no_more"\nmargin = -0.02',
        ("].margin = -0.02", "0 or more"),
    ),
    "claim with a date and a time": (
        "by = 2022-09-30",
        "by = 2022-09-30\nwithin_years = 3",
        ("].within_years = 3", "leave it out: by gives the date"),
    ),
    "claim without a date": ("by = 2022-09-30\n", "", ("].by is missing", "or within_years")),
    "claim within no time": ("by = 2022-09-30", "within_years = 0", ("].within_years = 0", "1 or more")),
    "claim within half a year": ("by = 2022-09-30", "within_years = 0.5", ("].within_years = 0.5", "a whole number")),
    "claim against a published figure that is not given": (
        CLAIM,
        f'{CLAIM}\nagainst = "published"',
        ("].base is missing", "give the published figure"),
    ),
    "claim with a published figure that it is not against": (
        CLAIM,
        f"{CLAIM}\nbase = 617",
        ("].base = 617", 'only a claim with against = "published" has one'),
    ),
    "past of an unknown measure": (
        "[parameters]\n",
        past('measure = "cla_at_31mar_nmber"'),
        ('past[1, "It fell"].measure = "cla_at_31mar_nmber"', "did you mean 'cla_at_31mar_number'"),
    ),
    "past with a size and a direction": (
        "[parameters]\n",
        past('change = -0.1\ndirection = "fewer"'),
        ('past[1, "It fell"].direction = "fewer"', "leave it out"),
    ),
    "past of an unknown direction": (
        "[parameters]\n",
        past('direction = "no_more"'),
        ('].direction = "no_more"', "must be one of fewer, more"),
    ),
    "past whose years run backwards": (
        "[parameters]\n",
        past().replace("2020", "2018"),
        ("].to_year = 2018", "must be after from_year, 2018"),
    ),
    "past against something unknown": (
        "[parameters]\n",
        past('against = ["england", "wales"]'),
        ('"wales"', "must be one of england, region, neighbours"),
    ),
    "past of an unknown source": (
        "[parameters]\n",
        past().replace('"slides"', '"sildes"'),
        ('].source = "sildes"', "did you mean 'slides'"),
    ),
    "key given twice": ("years = 5", "years = 5\nyears = 6", ("cannot be read as TOML", "twice")),
    "quote left open": ('name = "small"', 'name = "small', ("line 2 column", "cannot be read as TOML")),
    "file cut short": ('"effect.care_entry" =', '"effect.care_entry" = [', ("cannot be read as TOML",)),
    "day that does not exist": ("2019-06-30", "2019-06-31", ("line 5", "cannot be read as TOML")),
}


def write(folder: Path, content: str | bytes) -> Path:
    """Save a scenario file."""
    path = folder / "bad.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def message(given: str | Path) -> str:
    """Load what cannot be used and give the message."""
    with pytest.raises(Problem) as caught:
        scenario.load(given)
    return str(caught.value)


def test_the_file_that_the_bad_ones_are_made_from_is_good(tmp_path: Path) -> None:
    assert scenario.load(write(tmp_path, VALID)).name == "small"


STEPS = {
    "staff of a front door": (
        'action = "staff", team = "door", social_workers = 1.0',
        ("steps[2, staff door 2020-10-01].team", "is a front door, whose workers are not counted"),
    ),
    "social workers for early help": (
        'action = "staff", team = "hub", social_workers = 1.0',
        ("steps[2, staff hub 2020-10-01].key_workers is missing", "hub is a team of key workers"),
    ),
    "cut of a role that nobody has": (
        'action = "cut", team = "plans", role = "prevention_worker", to = 1.0',
        ('steps[2, cut plans prevention_worker 2020-10-01].role = "prevention_worker"', "must be social_worker"),
    ),
    "cut before there is anybody": (
        'action = "cut", team = "plans", role = "da_victim_worker", to = 1.0',
        ('.role = "da_victim_worker"', "must be social_worker"),
    ),
    "cut of shared posts before a go-live": (
        'action = "cut", role = "psychologist", to = 0.0',
        ("steps[2, cut psychologist 2020-10-01].role", "no posts to cut", "no team that is live shares any"),
    ),
    "cut of what a front door has": (
        'action = "cut", team = "door", role = "coordinator", to = 0.0',
        (".role", "no posts to cut: door has none then"),
    ),
    "cut of an unknown role": (
        'action = "cut", team = "hub", role = "key_worker", to = 1.0',
        ('.role = "key_worker"', "must be one of social_worker, family_key_worker", "did you mean"),
    ),
    "cut to less than nothing": (
        'action = "cut", team = "hub", role = "family_key_worker", to = -1.0',
        (".to = -1",),
    ),
    "cut without a number": ('action = "cut", team = "hub", role = "family_key_worker"', (".to is missing", "kept")),
    "cut in an unknown team": (
        'action = "cut", team = "hubs", role = "family_key_worker", to = 1.0',
        ('.team = "hubs"', "did you mean 'hub'"),
    ),
    "early help that closes without another": (
        'action = "close", team = "hub", to = "plans"',
        ("steps[2, close hub 2020-10-01].to", "a team for early_help keeps one", "nobody has it in north"),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_bad_step_of_an_optional_team_gets_one_clear_sentence(name: str, tmp_path: Path) -> None:
    step, expected = STEPS[name]
    told = message(write(tmp_path, WITH_OPTIONAL.replace(GO, f"date = 2020-10-01, {step}")))
    assert "\n" not in told
    for part in expected:
        assert part in told


def test_teams_of_every_kind_and_their_staff_are_good(tmp_path: Path) -> None:
    step = 'action = "staff", team = "hub", key_workers = 14.0'
    loaded = scenario.load(write(tmp_path, WITH_OPTIONAL.replace(GO, f"date = 2020-10-01, {step}")))
    workers = {name: team.worker for name, team in loaded.teams.items()}
    assert workers == dict.fromkeys(("front", "plans", "new"), "social_worker") | {
        "door": None,
        "hub": "family_key_worker",
    }
    assert loaded.quantities["team.hub.key_workers"].value == 10


def test_money_from_outside_is_good_in_some_schedules_and_before_anything_else(tmp_path: Path) -> None:
    loaded = scenario.load(write(tmp_path, VALID.replace("[schedules.no_change]", WITH_GRANT)))
    assert [step.action for step in loaded.schedules["funded"].steps] == ["income"]
    assert (loaded.income["grant"].payer, loaded.quantities["income.grant"].value) == ("Government", 900_000)


def test_all_that_a_programme_may_say_is_good(tmp_path: Path) -> None:
    promised = f"promised_caseload = {quantity(15, 'children')}"
    text = VALID.replace("[programme]\n", f"[programme]\nnew_money = false\n{promised}\n")
    text = text.replace('"As published"\n', '"As published"\nas_happened = true\n')
    text = text.replace("da_victim_worker =", "team_manager =").replace('"cp"]\neffects', '"early_help"]\neffects')
    loaded = scenario.load(write(tmp_path, text))
    assert not loaded.programme.new_money
    assert loaded.programme.stages == ("cin", "early_help")
    assert loaded.programme.roles == ("team_manager",)
    assert loaded.programme.effects == ("care_entry",)
    assert loaded.quantities["programme.promised_caseload"].value == 15
    assert loaded.schedules["rollout"].as_happened


def test_claims_may_be_of_what_a_report_works_out_and_of_a_change_since_the_start(tmp_path: Path) -> None:
    derived = scenario.load(write(tmp_path, VALID.replace(CLAIM, 'measure = "caseload"'))).claims[0]
    since = scenario.load(
        write(tmp_path, VALID.replace(CLAIM, 'measure = "children_in_care"\nagainst = "start"'))
    ).claims[0]
    assert (derived.measure, derived.against) == ("caseload", "no_change")
    assert (since.measure, since.against) == ("children_in_care", "start")


def test_a_claim_may_have_a_direction_a_time_and_a_published_figure(tmp_path: Path) -> None:
    said = 'direction = "no_more"\nmargin = 0.02\ndate_given = false\nquestion = true'
    text = VALID.replace("change = -0.15", said).replace("by = 2022-09-30", "within_years = 3")
    timed = scenario.load(write(tmp_path, text)).claims[0]
    assert (timed.change, timed.direction, timed.margin, timed.by, timed.within_years) == (
        None,
        "no_more",
        0.02,
        None,
        3,
    )
    assert (timed.date_given, timed.question) == (False, True)
    text = VALID.replace(CLAIM, 'measure = "children_in_care"\nagainst = "published"\nbase = 617.0')
    assert scenario.load(write(tmp_path, text)).claims[0].base == 617


def test_a_claim_of_earlier_versions_loads_as_before(tmp_path: Path) -> None:
    found = scenario.load(write(tmp_path, VALID)).claims[0]
    assert (found.change, found.direction, found.by, found.date_given) == (-0.15, None, date(2022, 9, 30), True)


def test_a_statement_about_the_past_is_read(tmp_path: Path) -> None:
    text = VALID.replace("[parameters]\n", past('measure = "cla_at_31mar_number"\nagainst = ["england"]'), 1)
    (found,) = scenario.load(write(tmp_path, text)).past
    assert (found.measure, found.from_year, found.to_year, found.against) == (
        "cla_at_31mar_number",
        2018,
        2020,
        ("england",),
    )


@pytest.mark.parametrize("name", EDITS)
def test_a_bad_file_gets_one_clear_sentence(name: str, tmp_path: Path) -> None:
    good, bad, expected = EDITS[name]
    assert good in VALID
    told = message(write(tmp_path, VALID.replace(good, bad, 1)))
    assert "\n" not in told
    assert told.startswith(str(tmp_path / "bad.toml"))
    assert re.search(r"bad\.toml( line \d+.*)?: ", told)
    for part in expected:
        assert part in told


def test_the_line_named_is_the_line_of_the_key(tmp_path: Path) -> None:
    text = VALID.replace("2021-04-01", "2020-05-01")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "2020-05-01" in row)
    assert f"line {line}:" in message(write(tmp_path, text))


def test_several_problems_come_a_line_each_and_five_at_most(tmp_path: Path) -> None:
    told = message(write(tmp_path, VALID.replace('status = "published"', 'status = "guess"'))).splitlines()
    assert len(told) == 6
    assert all("status" in row for row in told[:5])
    assert re.fullmatch(r".*bad\.toml: and \d+ more", told[5])


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, VALID)
    told = message(tmp_path / "bda.toml")
    assert "no such file" in told
    assert "did you mean 'bad.toml'" in told


def test_a_folder_is_not_a_scenario(tmp_path: Path) -> None:
    assert "is a folder" in message(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is not a file" in message(tmp_path / "pipe.toml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the root user may read every file")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, VALID)
    path.chmod(0)
    assert "cannot be read" in message(path)


def test_a_file_that_is_not_text_names_the_line(tmp_path: Path) -> None:
    told = message(write(tmp_path, VALID.encode().replace(b"Smallshire", b"Smallsh\xeere")))
    assert "line 4" in told
    assert "not UTF-8" in told


def test_a_file_saved_as_utf_16_is_named(tmp_path: Path) -> None:
    assert "not UTF-8" in message(write(tmp_path, VALID.encode("utf-16")))


def test_a_file_saved_by_notepad_is_good(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode()
    assert scenario.load(write(tmp_path, content)).years == 5


def test_a_bare_name_can_be_a_file_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").write_text(VALID, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert scenario.load("mine").name == "small"


def test_lists_within_lists_without_end_are_refused(tmp_path: Path) -> None:
    assert "too deeply" in message(write(tmp_path, f"name = {'[' * 100_000}"))


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    assert "cannot be read as TOML" in message(write(tmp_path, VALID.replace("years = 5", f"years = {'9' * 5000}")))


@pytest.mark.parametrize("name", ["", "no such place", "nowhere\0.toml", "x" * 5000 + ".toml", "no/where.toml"])
def test_a_name_that_is_no_scenario_is_refused(name: str) -> None:
    assert "no such" in (told := message(name)) or "cannot be read" in told


def test_a_misspelt_shipped_name_is_put_right() -> None:
    told = message("somerst")
    assert "'somerst': there is no such scenario" in told
    assert "did you mean 'somerset'" in told


# ---------------------------------------------------------------- any change of a valid file

TOKEN = re.compile(r'(?:"[^"\n]*"|[\w.\-]+|[^\w"\s]|")\s*')
NUMBER = re.compile(r"-?\d+(\.\d+)?\s*")
SWAPS = ["true", "-1", "0", "1e400", "nan", '"x"', "[]", "{}", "2019-06-30", "12:30", "[[", "9" * 20, '""']


def shipped() -> list[str]:
    """Give the text of each shipped scenario, and of the small one."""
    names = paths.names("scenarios", ".toml")
    files = (paths.shipped("scenarios", f"{name}.toml") for name in names)
    return [VALID, *(file.read_text(encoding="utf-8") for file in files)]


def change(tokens: list[str], draw: st.DrawFn) -> None:
    """Change one token: delete, repeat, swap or replace it, or put another number in its place."""
    at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
    how = draw(st.sampled_from(["delete", "repeat", "swap", "replace", "number"]))
    if how == "number":
        at = next((index for index in range(at, len(tokens)) if NUMBER.fullmatch(tokens[index])), at)
    tokens[at : at + 1] = {
        "delete": [],
        "repeat": [tokens[at], tokens[at]],
        "swap": [tokens[other]],
        "replace": [draw(st.sampled_from(SWAPS))],
        "number": [repr(draw(st.floats()))],
    }[how]


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """Change up to three tokens of a valid scenario, and cut some of them short."""
    tokens = TOKEN.findall(draw(st.sampled_from(shipped())))
    for _ in range(draw(st.integers(1, 3))):
        change(tokens, draw)
    content = "".join(tokens).encode()
    return content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 9)) == 0 else content


def outcome(path: Path) -> str:
    """Load a file and lay out its schedules; give the message when it cannot be used."""
    try:
        loaded = scenario.load(path)
    except Problem as problem:
        return str(problem)
    for schedule in loaded.schedules:
        assert timeline.build(loaded, schedule, loaded.central()).schedule == schedule
    return ""


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=changed())
def test_a_changed_file_is_a_scenario_or_a_problem(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, content)
    told = outcome(path)
    assert not told or told.startswith(str(path))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_problem(content: bytes, tmp_path: Path) -> None:
    assert message(write(tmp_path, content))


# ---------------------------------------------------------------- numbers set for one run, and readings


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["run", "--set", "effect.care=1"], "--set effect.care=1: effect.care is no number of swindon"),
        (["run", "--set", "effect.missed=1", "--set", "effect.missed=2"], "effect.missed is set already: set it once"),
        (["compare", "--set", "effect.missed=half"], "--set effect.missed=half: half is no number"),
        (["trace", "--family", "1", "--set", "staff.vacancy_rate=12"], "must lie between 0 and 1, as a share"),
        (["calibrate", "--set", "harms.any=0.1"], "swindon cannot be: no joint distribution"),
        (
            ["run", "--reading", "inovator"],
            "'inovator' is not one of 'none', 'trial', 'adopters', 'central', 'innovator'",
        ),
        (["run", "--reading", "all", "--slice", "1/2"], "--slice: cannot be had with --reading all"),
        (["require", "--saving", "1", "--by", "2021-03-31", "--reading", "all"], "'all' is not one of"),
        (
            ["require", "--saving", "1", "--by", "2021-03-31", "--set", "effect.care_entry=0"],
            "must be above 0, as a ratio whose log is taken",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_one_line_and_exit_code_2(
    line: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([line[0], "swindon", *line[1:]]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("familyflow: ")
    assert says in errors
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(scenario.load("swindon").quantities)),
    given_value=st.one_of(
        st.floats().map(repr),
        st.lists(st.floats(min_value=0, max_value=2), min_size=3, max_size=3).map(
            lambda each: ":".join(map(repr, each))
        ),
        st.text(max_size=8),
    ),
)
def test_any_setting_is_a_scenario_that_can_be_laid_out_or_a_problem(name: str, given_value: str) -> None:
    try:
        loaded = scenario.load("swindon", settings=[f"{name}={given_value}"])
    except Problem as problem:
        assert str(problem).startswith("--set ")  # noqa: PT017 - a change that is possible raises nothing
        return
    for schedule in loaded.schedules:
        assert timeline.build(loaded, schedule, loaded.central()).schedule == schedule
