"""Benchmarks. Each prints its figures next to a limit or to another tool measured in the same run."""
