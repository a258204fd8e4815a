"""Run a study, whole or in slices, and open one that is finished, as results."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from familyflow.api.results import Results
from familyflow.experiment import conduct

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.experiment.study import Study

Given = ParamSpec("Given")


def _as_results(function: Callable[Given, Study]) -> Callable[Given, Results]:
    """Let a function that returns a study return its results."""

    @wraps(function)
    def shown(*args: Given.args, **kwargs: Given.kwargs) -> Results:
        return Results.of(function(*args, **kwargs))

    return shown


run = _as_results(conduct.run)
merge = _as_results(conduct.merge)
finished = _as_results(conduct.finished)
