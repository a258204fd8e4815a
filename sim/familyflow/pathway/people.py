"""Families and children: sizes and ages at first contact, and the sources that they come from."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = (1, 2, 3, 4, 5, 6)
AGE_BANDS = (
    ("0", 0.0, 1.0),
    ("1_4", 1.0, 5.0),
    ("5_9", 5.0, 10.0),
    ("10_15", 10.0, 16.0),
    ("16_17", 16.0, 18.0),
)
"""Age bands (name, from, below) in which ages of children in need are published."""

ADULT = 18.0
YEAR = 365.25


@dataclass(frozen=True)
class Source:
    """A stream of first arrivals: a Poisson process whose rate is a fitted rate, `arrivals.<name>`.

    `single`: one child of 16 or 17 with no parents here (an unaccompanied child), who enters care at once.
    """

    name: str
    to: str
    single: bool = False


SOURCES = (Source("family", "contact"), Source("unaccompanied", "care", single=True))
