"""Scenarios: what a file may say, and what it means once it is checked."""

from familyflow.scenario.loader import as_asked, load
from familyflow.scenario.model import Scenario
from familyflow.scenario.reader import null, with_parameters
from familyflow.scenario.schema import schema_json

__all__ = ["Scenario", "as_asked", "load", "null", "schema_json", "with_parameters"]
