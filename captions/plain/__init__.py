"""Read plain text."""
