"""The figures: what each shows, in the words and numbers of the tables."""
