"""What a run found: measures, summaries, answers to claims, caseloads, comparisons and the investment case."""
