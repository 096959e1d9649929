"""Store what people decide: corrections of credit lines and merges of agencies."""
