"""The pathway: families' stages in children's social care, declared as a table."""

from __future__ import annotations

from familyflow.pathway.table import PATHWAY, Pathway

__all__ = ["PATHWAY", "Pathway"]
