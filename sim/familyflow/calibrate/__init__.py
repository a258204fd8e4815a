"""Calibration: published targets, the fit that meets them, and the posterior that their ranges leave."""

from familyflow.calibrate.fit import Fit, fit, of_run
from familyflow.calibrate.identify import Account, account
from familyflow.calibrate.moments import central
from familyflow.calibrate.posterior import posterior

__all__ = ["Account", "Fit", "account", "central", "fit", "of_run", "posterior"]
