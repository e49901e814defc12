"""What papers lack, made or fetched: one job each for summaries from the abstract, summaries by a model,
missing details, and papers that editors added."""
