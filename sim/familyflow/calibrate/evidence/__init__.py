"""Published figures: every council's measures, read, brought up to date, looked up, and held against statements."""
