"""Read articles with worker processes and write them to the store."""
