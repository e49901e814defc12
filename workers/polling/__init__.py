"""Looking at arXiv's listings: reading one (listing), deciding what is news (changes), doing it (poller)."""
