"""Read a saved web page."""
