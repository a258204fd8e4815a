"""Slots of workers: SimPy's priority resource, whose lines take as long for each however many wait."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from simpy.resources.resource import PriorityRequest


class Waiting:
    """Requests that wait: by priority, 0 first, and within one in the order in which they came.

    SimPy looks at the first alone: a request that finds no free slot ends its search.
    """

    def __init__(self) -> None:
        self.lines: dict[int, OrderedDict[PriorityRequest, None]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.lines.values()))

    def __getitem__(self, _: int) -> PriorityRequest:
        return next(iter(self.lines[min(priority for priority, line in self.lines.items() if line)]))

    def append(self, request: PriorityRequest) -> None:
        """Stand in line, behind those of the same priority."""
        self.lines.setdefault(request.priority, OrderedDict())[request] = None

    def remove(self, request: PriorityRequest) -> None:
        """Leave the line."""
        del self.lines[request.priority][request]

    def pop(self, _: int) -> PriorityRequest:
        """Take the first out of the line."""
        first = self[0]
        self.remove(first)
        return first


class Holders(dict[Any, None]):
    """Requests that hold a slot."""

    def append(self, request: PriorityRequest) -> None:
        """Hold a slot."""
        self[request] = None

    def remove(self, request: PriorityRequest) -> None:
        """Return it back."""
        del self[request]


class Slots(simpy.PriorityResource):
    """Places of a team's desk, or of a pool of adult workers; SimPy sorts a line anew for each who joins it."""

    PutQueue = Waiting  # type: ignore[assignment] # has what SimPy asks of it

    def __init__(self, env: simpy.Environment, capacity: int = 1) -> None:
        super().__init__(env, capacity)
        self.users = Holders()  # type: ignore[assignment] # the same

    def resize(self, capacity: int) -> None:
        """Change how many slots there are; more serve those who wait at once, fewer take effect as cases end."""
        self._capacity = capacity  # SimPy offers no public way to change it
        while self.queue and self.count < capacity:  # each trigger serves one
            self._trigger_put(None)
