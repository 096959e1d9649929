"""Scan picture files into the store, match them to uses, and write credits into copies."""
