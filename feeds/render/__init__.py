"""Formats: a format is a file. feedgen lives here and nowhere else."""
