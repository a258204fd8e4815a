"""Calibration: published targets, the fit that meets them, and the posterior that their ranges leave."""

from familyflow.calibrate.fit import Fit, fit
from familyflow.calibrate.posterior import posterior

__all__ = ["Fit", "fit", "posterior"]
