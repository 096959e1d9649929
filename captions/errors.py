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


_NATIVE_PANIC = "PanicException"
"""A failed assertion in a library written in Rust: a BaseException, and in each library another class."""


def parser_failure(error: BaseException) -> str:
    """Return why an article could not be parsed, which is a bug; raise the error if it concerns the whole program."""
    reason = failure_reason(error)
    if reason is None:
        raise error
    return f"internal error, please report it: {reason}"


def failure_reason(error: BaseException) -> str | None:
    """Return why one input failed, as one line; None for an exception that concerns the whole program.

    ``failure_reason(OverflowError("date value out of range"))`` gives ``"OverflowError: date value out of range"``.
    """
    is_panic = type(error).__name__ == _NATIVE_PANIC
    if isinstance(error, MemoryError) or not (isinstance(error, Exception) or is_panic):
        return None
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    message = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
