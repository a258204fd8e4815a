"""Lets tests of the command line run with the fake engine of the experiment's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "experiment")]
