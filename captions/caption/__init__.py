"""Split a line into caption and credit, and group the occurrences of one caption."""
