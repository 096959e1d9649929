"""Load and check the tables in captions/data and the user's register of agencies."""
