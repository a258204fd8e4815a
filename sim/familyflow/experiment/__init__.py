"""Draws times schedules: sample what is uncertain, run each schedule on it, keep what is finished."""
