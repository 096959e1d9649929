"""Helpers of the tests: reference implementations and the like."""
