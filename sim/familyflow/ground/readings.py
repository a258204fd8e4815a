"""The readings of the evidence by name; light, so that the command line starts quickly."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

NONE: Final = "none"
TRIAL: Final = "trial"
ADOPTERS: Final = "adopters"
CENTRAL: Final = "central"
INNOVATOR: Final = "innovator"
TITLES: Final = MappingProxyType(
    {
        NONE: "no effect",
        TRIAL: "trials and matched comparisons",
        ADOPTERS: "councils that took it up",
        CENTRAL: "central judgement",
        INNOVATOR: "as the innovator published",
    }
)
"""Every reading with its title, from the most to the least cautious but for the synthesis, which is fourth."""
READINGS: Final = tuple(TITLES)
