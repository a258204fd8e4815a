"""Settings that every test shares."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"  # no window, in the commands that a test starts too
# No deadline: the first call of a compiled function compiles it. In CI the same examples every time.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")
