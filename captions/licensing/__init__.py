"""Agreements, their quotas and prices, and what needs no agreement."""
