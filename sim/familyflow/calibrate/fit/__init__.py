"""The fit: rates that meet the published targets, the posterior that their ranges leave, and checks of both."""

from familyflow.calibrate.fit.diagnostics import Account, account
from familyflow.calibrate.fit.goodness import Fit, fit, of_run
from familyflow.calibrate.fit.moments import central
from familyflow.calibrate.fit.posterior import posterior

__all__ = ["Account", "Fit", "account", "central", "fit", "of_run", "posterior"]
