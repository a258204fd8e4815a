"""The ground floor: dates, quantities with their sources, keyed draws, and the door to shipped data."""
