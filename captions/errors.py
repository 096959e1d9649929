"""What this package raises. Every message is one line: what is wrong, where, and what to try.

CaptionsError
├── InputError       input that cannot be read as an article (CR901)
├── VocabularyError  a table in captions/data, or a user's own, that is broken
└── StoreError       a database that cannot be opened, read or written
"""


class CaptionsError(Exception):
    """The root of all errors that a user can cause and mend; the command line prints it and exits with 2."""


class InputError(CaptionsError):
    """A file or a stream that cannot be read as an article: empty, binary, vanished, of an unknown kind."""


class VocabularyError(CaptionsError):
    """A broken table: names the file and the row."""


class StoreError(CaptionsError):
    """A database that is missing, locked, newer than this program, or of an unknown kind."""
