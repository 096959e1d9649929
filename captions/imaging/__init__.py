"""The pictures themselves: scanned into the store, matched to uses, and checked against the print."""
