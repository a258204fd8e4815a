"""What a run's report says, section by section, for the page and the paper alike."""
