"""The desk: a store over HTTP, for people in a browser and for content systems."""
