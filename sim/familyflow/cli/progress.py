"""How a long command says how far it is: a bar on a terminal, lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from familyflow.ground.progress import Progress

_STEPS: Final = 20
"""Lines say no more often than this how far a count has come."""
_MINUTE: Final = 60
_LONG_MINUTES: Final = 90


@contextmanager
def telling(*, json: bool, quiet: bool) -> Iterator[Progress]:
    """Lend something to tell progress to; with JSON only a terminal is told, and standard output never."""
    terminal = sys.stderr.isatty()
    if quiet or (json and not terminal):
        yield _nobody
    elif terminal:
        with _bars() as bars:
            yield bars
    else:
        yield Lines()


def _nobody(_doing: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass
class Lines:
    """Tells progress in lines on standard error, with the time left at the pace so far."""

    clock: Callable[[], float] = monotonic
    _doing: str = field(default="", init=False)
    _first: tuple[float, int] = field(default=(0.0, 0), init=False)
    _step: int = field(default=-1, init=False)

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Say what is done, if it is new or far enough."""
        if doing != self._doing:
            self._doing, self._first, self._step = doing, (self.clock(), done), -1
        step = done * _STEPS // total if total else 0
        if step > self._step:
            self._step = step
            click.echo(f"{doing}: {done} of {total}{self._left(done, total)}" if total else doing, err=True)

    def _left(self, done: int, total: int) -> str:
        """Say how long the rest will take, once there is a pace to judge by."""
        began, before = self._first
        if not before < done < total:
            return ""
        return f", {duration((self.clock() - began) / (done - before) * (total - done))} left"


def duration(seconds: float) -> str:
    """Say a length of time as people do: about 40 s, 12 min or 3.5 h."""
    if seconds < _MINUTE:
        return f"about {seconds:.0f} s"
    if seconds < _LONG_MINUTES * _MINUTE:
        return f"about {seconds / _MINUTE:.0f} min"
    return f"about {seconds / _MINUTE / _MINUTE:.1f} h"


@contextmanager
def _bars() -> Iterator[Progress]:
    """Show a bar with the time left on the terminal, and take it away when all is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield _Bars(shown)


@dataclass
class _Bars:
    """Tells progress on a terminal, one bar for what is being done now."""

    shown: RichProgress
    _doing: str = field(default="", init=False)
    _task: TaskID | None = field(default=None, init=False)

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Move the bar, or replace it by that of the next thing to do."""
        if self._task is None or doing != self._doing:
            if self._task is not None:
                self.shown.remove_task(self._task)
            self._doing, self._task = doing, self.shown.add_task(doing, total=None)
        self.shown.update(self._task, completed=done, total=total or None)
