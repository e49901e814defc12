"""The query language: what a word is (words), how a query reads (parser), whether a paper matches (matching)."""
