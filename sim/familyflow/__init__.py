"""Families flowing through children's social care, and what a phased rollout of adult workers changes."""

from importlib.metadata import version

__version__ = version("familyflow")
