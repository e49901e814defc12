"""Summaries: what can be said in short of a paper (summarizers), and the job that makes and keeps it (enricher)."""
