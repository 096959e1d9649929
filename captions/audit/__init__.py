"""Audit picture uses: one row per code in ``codes``, the rules, and the engine that runs them over a store."""
