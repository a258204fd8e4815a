"""The whole way from a scenario to its results: what the command line runs, and what Python code may call."""

from familyflow.api.comparison import Comparison, compare
from familyflow.api.editing import import_assumptions
from familyflow.api.experiment import FIT_PAGE, TENSION, UNKNOWNS, Calibration, Experiment, load, new
from familyflow.api.results import Results
from familyflow.api.study import finished, merge, run
from familyflow.api.sweeps import Sweep, load_design, sweep
from familyflow.api.threshold import require
from familyflow.experiment.conduct import run_slice
from familyflow.experiment.readings import EVERY, FIRST
from familyflow.report.publication import FIGURES, FIT, WORKBOOK

__all__ = [
    "EVERY",
    "FIGURES",
    "FIRST",
    "FIT",
    "FIT_PAGE",
    "TENSION",
    "UNKNOWNS",
    "WORKBOOK",
    "Calibration",
    "Comparison",
    "Experiment",
    "Results",
    "Sweep",
    "compare",
    "finished",
    "import_assumptions",
    "load",
    "load_design",
    "merge",
    "new",
    "require",
    "run",
    "run_slice",
    "sweep",
]
