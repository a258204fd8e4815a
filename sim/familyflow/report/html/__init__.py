"""The pages, which open without a network, and the summary that a notebook shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.report.html.elements import element, joined
from familyflow.report.html.run import written_blocks

if TYPE_CHECKING:
    from familyflow.report.document.blocks import Section


def shown(section: Section) -> str:
    """Write one section as a piece of HTML that can stand anywhere."""
    return str(joined([element("h3", section.heading), *written_blocks(section)]))
