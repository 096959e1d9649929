"""The program's version: what ``captions --version`` says, and by which a stored article was read."""

VERSION = "0.1.0"
