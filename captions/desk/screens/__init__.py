"""The screens of the desk, one file per group of routes."""
