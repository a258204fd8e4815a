"""Lets tests, and the worker processes that they start, import the fake engine by its name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
