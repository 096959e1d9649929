"""The HTTP API ``/v1/``: check an article before it is published, read a store, and record decisions."""
