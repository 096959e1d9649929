"""Errors of the store. Every message is one line: what is wrong, where, and what to try.

BaseStoreError
├── MissingStoreError   no database there, or an empty one
├── LockedStoreError    another program has locked the database
├── OlderStoreError     its schema is older than this program
├── NewerStoreError     its schema is newer than this program
├── UnknownSchemeError  a URL that this program cannot use
├── NotAStoreError      not an SQLite database, damaged, or a database of another program
├── FullStoreError      the disk is full
├── ReadOnlyStoreError  the file or its folder is read-only
├── NumberStoreError    a number is too large for its column
├── BlankStoreError     a decision still has the … of a suggested command
├── UnusableStoreError  the database cannot be reached or used for another reason
└── InternalStoreError  a mistake in this program: a broken constraint, wrong SQL
"""


class BaseStoreError(Exception):
    """The root of all errors of a database; ``str(error)`` is one line that a person can act on."""


class MissingStoreError(BaseStoreError):
    """The database or its folder does not exist, or the file is empty."""


class LockedStoreError(BaseStoreError):
    """Another program kept the database locked for longer than the timeout."""


class OlderStoreError(BaseStoreError):
    """The schema is older than this program's and must be upgraded first."""


class NewerStoreError(BaseStoreError):
    """The schema is newer than this program's, which could write rows that the newer program misreads."""


class UnknownSchemeError(BaseStoreError):
    """The URL is not valid, or names a kind of database that this program cannot use."""


class NotAStoreError(BaseStoreError):
    """The file is not an SQLite database, is damaged, or belongs to another program."""


class FullStoreError(BaseStoreError):
    """The disk or a quota on it is full. The transaction is rolled back."""


class ReadOnlyStoreError(BaseStoreError):
    """The database can be read but not written."""


class UnusableStoreError(BaseStoreError):
    """The database cannot be reached, opened or used for another reason, which the message gives."""


class NumberStoreError(BaseStoreError):
    """A number is larger than its column allows."""


class BlankStoreError(BaseStoreError):
    """A decision still has the ``…`` of a suggested command in place of what only a person knows."""


class InternalStoreError(BaseStoreError):
    """The program broke a constraint or sent wrong SQL. The message names only the error's class and code."""
