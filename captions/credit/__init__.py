"""Read a credit line: label, rights, parties, supplier."""
