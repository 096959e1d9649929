"""Files that people edit, read row by row, and files that commands write, put in place once they are complete."""
