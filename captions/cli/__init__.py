"""The command line, one file per command. ``main`` turns an error into one line and an exit code.

Exit codes: 0 success; 1 findings at or above ``--fail-on``; 2 bad usage or unreadable input, or output that
cannot be written; 130 interrupted; 141 nobody reads the output.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

from captions import __version__
from captions.cli import streams
from captions.errors import CaptionsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. ``arguments`` default to those of the process.

    Errors caused by users, files and databases become one line on stderr.
    """
    if arguments is None and not sys.warnoptions:
        warnings.simplefilter("ignore")
    with streams.guarded() as finish:
        code, error = finish(_run(arguments))
        if error is not None:
            _fail(error)
        return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        if (sys.argv[1:] if arguments is None else list(arguments)) == ["--version"]:
            sys.stdout.write(f"captions {__version__}\n")  # at once: Typer takes 0.1 s to load
            return 0
        from captions.cli.commands import app

        app(args=None if arguments is None else list(arguments), prog_name="captions")
        code = 0
    except SystemExit as stop:
        code = _exit_code(stop)
    except KeyboardInterrupt:
        code = 130
    except MemoryError:
        code = _fail("out of memory; ingest fewer files at a time")
    except Exception as error:
        if not isinstance(error, (CaptionsError, OSError)) and not _is_store_error(error):
            if os.environ.get("CAPTIONS_TRACEBACK"):
                raise
            name = type(error).__name__
            code = _fail(f"internal error, please report it: {name}: {error}; for details, set CAPTIONS_TRACEBACK=1")
        else:
            code = _fail(_message(error))
    if code == 130:
        _fail("interrupted")
    return code


def _exit_code(stop: SystemExit) -> int:
    return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2


def _is_store_error(error: Exception) -> bool:
    """Return whether a user can act on an error of the store; by name, because only some commands import the store."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return "BaseStoreError" in names and "InternalStoreError" not in names


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    return str(error)


def _fail(message: str) -> int:
    """Print an error and return its exit code."""
    from captions import escaping

    sys.stderr.write(f"captions: {escaping.line(message)}\n")
    sys.stderr.flush()
    return 2
