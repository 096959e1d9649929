"""The tables of captions/data, and the vocabulary that the parsers make of them."""
