"""A council's starting point: from its name to all that a scenario says of it, each number with its source."""
