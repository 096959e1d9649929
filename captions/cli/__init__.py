"""The command line, one file per command. ``main`` turns an error into one line and an exit code.

Exit codes: 0 success; 1 findings at or above ``--fail-on``; 2 bad usage or unreadable input; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from captions import __version__
from captions.cli import (
    agency,
    agreement,
    audit,
    clean,
    correct,
    credit,
    db_commands,
    export,
    find,
    images,
    ingest,
    parse,
    serve,
    usage,
    waive,
)
from captions.errors import CaptionsError

_HELP = """Read photo captions and credits out of news articles, and audit what the newsroom owes for its pictures.

\b
Start here:
  captions ingest articles/           read articles into captions.db
  captions audit                      report problems, worst first
  captions usage --by supplier        count pictures by supplier
  captions clean articles/ -o clean/  write articles without captions

\b
Without a database:
  captions credit "AMMAR AWAD/REUTERS"
  captions parse article.txt
"""
# Plain help (rich_markup_mode=None) starts twice as fast and keeps the line breaks of examples.
app = typer.Typer(
    name="captions",
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"captions {__version__}")
        raise typer.Exit()


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


_common.__doc__ = None  # Typer would show it instead of _HELP.

app.command("ingest")(ingest.ingest)
app.command("audit")(audit.audit)
app.command("usage")(usage.usage)
app.command("find")(find.find)
app.command("export")(export.export)
app.command("serve")(serve.serve)
app.command("clean")(clean.clean)
app.command("parse")(parse.parse)
app.command("credit")(credit.credit)
app.add_typer(agency.app, name="agency")
app.add_typer(agreement.app, name="agreement")
app.add_typer(correct.app, name="correct")
app.add_typer(waive.app, name="waive")
app.add_typer(images.app, name="images")
app.add_typer(db_commands.app, name="db")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. ``arguments`` default to those of the process.

    Errors caused by users, files and databases become one line on stderr.
    """
    if arguments is None and not sys.warnoptions:
        warnings.simplefilter("ignore")
    _prepare(sys.stdout)
    _prepare(sys.stderr)
    stdout = sys.stdout
    try:
        app(args=None if arguments is None else list(arguments), prog_name="captions")
        code = 0
    except SystemExit as stop:
        # After a closed pipe, Typer replaces stdout and exits with 1, which here would mean findings. Shells report a
        # program that a closed pipe stopped as 141.
        code = 141 if sys.stdout is not stdout else _exit_code(stop)
    except KeyboardInterrupt:
        code = 130
    except MemoryError:
        code = _fail("out of memory; ingest fewer files at a time")
    except Exception as error:
        # Its errors are recognized by name, because only some commands import the store.
        if not isinstance(error, (CaptionsError, OSError)) and not _is_store_error(error):
            if os.environ.get("CAPTIONS_TRACEBACK"):
                raise
            name = type(error).__name__
            code = _fail(f"internal error, please report it: {name}: {error}; for details, set CAPTIONS_TRACEBACK=1")
        else:
            code = _fail(_message(error))
    if code == 130:
        _fail("interrupted")
    return _flushed(code)


def _exit_code(stop: SystemExit) -> int:
    return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2


def _is_store_error(error: Exception) -> bool:
    return any(kind.__name__ == "BaseStoreError" for kind in type(error).__mro__)


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    return str(error)


def _fail(message: str) -> int:
    """Print an error and return its exit code."""
    from captions import escaping

    typer.echo(f"captions: {escaping.line(message)}", err=True)
    return 2


def _prepare(stream: object) -> None:
    """Set a stream to UTF-8 unless it is a terminal; replace characters it cannot encode with question marks."""
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")


def _flushed(code: int) -> int:
    """Flush stdout and return the exit code; at exit, Python would print its own message about a closed pipe."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141 if isinstance(error, BrokenPipeError) else _fail(_message(error))
    return code


__all__ = ["app", "main"]
