"""The summarizer without key and network: sentences of the abstract itself, chosen and shortened."""
