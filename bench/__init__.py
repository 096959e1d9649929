"""Benchmarks: each prints a line, with the limit or the peer that it is measured beside in the same run."""
