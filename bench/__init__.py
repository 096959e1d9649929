"""Benchmarks. Each yields figures next to a limit, or next to another tool measured in the same run."""
