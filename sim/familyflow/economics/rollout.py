"""What a rollout takes besides salaries, counted from the days on which its posts are filled.

The measures are made for every schedule alike, so that what no change has already costs no schedule anything. Social
workers and key workers hold cases and come and go all the time: they are no posts of a rollout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.economics.lines import POST_DAYS, POSTS_RECRUITED, POSTS_TRAINED, PROGRAMME_DAYS, TEAMS_SET_UP
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, KEY_WORKER, SOCIAL_WORKER

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASURES: Final = frozenset((TEAMS_SET_UP, POSTS_RECRUITED, POSTS_TRAINED, POST_DAYS, PROGRAMME_DAYS))
_POSTS: Final = "fte_days_"
_CASE_HOLDERS: Final = tuple(f"{_POSTS}{role}" for role in (SOCIAL_WORKER, AGENCY_SOCIAL_WORKER, KEY_WORKER))
_RUN: Final = ["draw", "schedule"]
_POST: Final = [*_RUN, "team", "measure"]
_COLUMNS: Final = ["draw", "schedule", "month", "team", "measure", "value"]


def with_measures(monthly: pd.DataFrame, months: pd.Index) -> pd.DataFrame:
    """Return ledger rows with those of the measures of `ROLLOUT_LINES` added; as they are where no post is filled.

    `months` are the run's dates, day 0 first; the ledger's are timestamps.
    """
    roles = [name for name in map(str, monthly["measure"].unique()) if name.startswith(_POSTS)]
    posts = monthly[monthly["measure"].isin(set(roles).difference(_CASE_HOLDERS))]
    if posts.empty:
        return monthly
    typed = dict.fromkeys(("schedule", "team", "measure"), object)
    days = pd.Series(months.to_series().sort_values().diff().dt.days)
    dated = posts.astype(typed).assign(days=posts["month"].map(days))
    return pd.concat([monthly.astype(typed), *_measures(dated)])


def _measures(posts: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Make each measure's rows from the rows of posts, which have the month's days."""
    filled = posts[posts["days"] > 0].sort_values([*_POST, "month"], ignore_index=True)
    level = filled["value"] / filled["days"]
    most = level.groupby([filled[key] for key in _POST]).cummax()
    new = most.groupby([filled[key] for key in _POST]).diff().fillna(most)
    for name in (POSTS_RECRUITED, POSTS_TRAINED):
        yield _rows(filled, new, name)
    yield _rows(filled, filled["value"], POST_DAYS)
    busy = filled[filled["value"] > 0]
    by_month = busy.drop_duplicates([*_RUN, "month"])
    yield _rows(by_month, by_month["days"], PROGRAMME_DAYS)
    first = busy[busy["team"] != ""].sort_values("month", kind="stable").drop_duplicates([*_RUN, "team"])
    yield _rows(first, pd.Series(1.0, first.index), TEAMS_SET_UP)


def _rows(posts: pd.DataFrame, values: pd.Series, measure: str) -> pd.DataFrame:
    """Return rows of another measure in the places of some rows."""
    return posts.assign(measure=measure, value=values)[_COLUMNS]
