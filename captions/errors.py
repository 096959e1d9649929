"""The exceptions of this package. Every message is one line: what is wrong, where, and what to try.

CaptionsError
├── InputError       input that cannot be read as an article (CR901)
└── VocabularyError  an invalid table, in captions/data or in a register

Errors of the database are ``captions_db.StoreError`` and its subclasses.
"""


class CaptionsError(Exception):
    """The base of all errors that a user can cause and fix. The command line prints it and exits with 2."""


class InputError(CaptionsError):
    """A file or stream that cannot be read as an article: empty, binary, deleted, or in an unknown format."""


class VocabularyError(CaptionsError):
    """An invalid table. The message names the file and the row."""
