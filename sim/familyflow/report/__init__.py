"""Tables, figures and words from results: never from a running engine."""
