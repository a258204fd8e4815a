"""Let `python -m familyflow.cli` be the command."""

from __future__ import annotations

import sys

from familyflow.cli import main

sys.exit(main())
