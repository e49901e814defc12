"""What happens in the background: polling, enrichment, the queue, and the processes that carry them."""
