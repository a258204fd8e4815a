"""Calibration: published figures in, a council's starting point, the fit of its targets, and what may follow."""
