"""What the store raises. Every message is one line: what is wrong, where, and what to try.

BaseStoreError
├── MissingStoreError   no database there, or an empty one
├── LockedStoreError    another program holds the database
├── OlderStoreError     its schema is older than this program
├── NewerStoreError     its schema is newer than this program
├── UnknownSchemeError  a URL that names no database this program can use
├── NotAStoreError      a file that is no SQLite database, or holds something else
├── FullStoreError      no room left on the disk
├── ReadOnlyStoreError  the file or its folder cannot be written
└── UnusableStoreError  anything else the database says when it cannot go on
"""


class BaseStoreError(Exception):
    """The root of all errors of a database; ``str(error)`` is one line that a person can act on."""


class MissingStoreError(BaseStoreError):
    """There is no database at that place, no folder for one, or only an empty file."""


class LockedStoreError(BaseStoreError):
    """Another program holds the database, and went on holding it while this one waited."""


class OlderStoreError(BaseStoreError):
    """The schema is older than this program's: it must be upgraded first."""


class NewerStoreError(BaseStoreError):
    """The schema is newer than this program's, which might write what the newer one would misread."""


class UnknownSchemeError(BaseStoreError):
    """The URL names no database this program can use, or cannot be read as a URL."""


class NotAStoreError(BaseStoreError):
    """What is there is no SQLite database, is damaged, or is a database of something else."""


class FullStoreError(BaseStoreError):
    """The disk, or a quota on it, is full. What was being written is rolled back."""


class ReadOnlyStoreError(BaseStoreError):
    """The database may be read here but not written."""


class UnusableStoreError(BaseStoreError):
    """The database cannot be reached, opened or used, for another reason, which the message repeats."""
