"""How figures move from year to year by themselves: forecasts, back-casts, drift, and departures from them."""
