"""Lets tests of the engine build the small towns of the laws."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "laws"))
