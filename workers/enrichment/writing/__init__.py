"""What a model is asked to write of a paper, what it may cost, and whether what came is good enough to keep."""
