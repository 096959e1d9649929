"""The command line: one file a command. ``main`` turns errors into one line and an exit code.

Exit 0: done; 1: findings at or above --fail-on; 2: bad use, or input that cannot be read; 130: interrupted.
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

_HELP = """Reads photo captions and credits out of news articles, and audits whom the newsroom owes for pictures.

\b
Begin with:
  captions ingest articles/          read articles into captions.db
  captions audit                     what is wrong, worst first
  captions usage --by supplier       whose pictures were used, and how often
  captions clean articles/ -o clean/ the articles without captions

\b
Without a database:
  captions credit "AMMAR AWAD/REUTERS"
  captions parse article.txt
"""
# rich_markup_mode: plain help starts twice as fast, and keeps the lines of examples.
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


_common.__doc__ = None  # else it would be shown instead of the help above

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
    """Runs a command, and gives its exit code; ``arguments`` are those of the process unless given.

    No error of a user, a file or a database gets out of here: it becomes one line on stderr.
    """
    if arguments is None and not sys.warnoptions:
        warnings.simplefilter("ignore")
    _prepare(sys.stdout)
    _prepare(sys.stderr)
    stdout = sys.stdout
    try:
        app(args=None if arguments is None else list(arguments), prog_name="captions")
        code = 0
    except SystemExit as ended:
        # Typer answers a closed pipe by putting another stdout in place and exiting with 1, which here means
        # findings. 141 is what a shell says of a program that a closed pipe ended.
        code = 141 if sys.stdout is not stdout else _code(ended)
    except KeyboardInterrupt:
        code = 130
    except MemoryError:
        code = _say("out of memory; ingest fewer files at a time")
    except Exception as error:
        # db is imported only by commands that use it; its errors are told by name.
        if not isinstance(error, (CaptionsError, OSError)) and not _is_store_error(error):
            if os.environ.get("CAPTIONS_TRACEBACK"):
                raise
            name = type(error).__name__
            code = _say(
                f"a mistake in this program, please report it: {name}: {error} (CAPTIONS_TRACEBACK=1 tells more)"
            )
        else:
            code = _say(_message(error))
    if code == 130:
        _say("interrupted")
    return _flushed(code)


def _code(ended: SystemExit) -> int:
    return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 2


def _is_store_error(error: Exception) -> bool:
    return any(kind.__name__ == "BaseStoreError" for kind in type(error).__mro__)


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"{error.filename}: {reason}" if error.filename else reason
    return str(error)


def _say(message: str) -> int:
    from captions import escaping

    typer.echo(f"captions: {escaping.line(message)}", err=True)
    return 2


def _prepare(stream: object) -> None:
    """Output that is no terminal is UTF-8; what a terminal cannot show becomes a question mark, not an error."""
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")


def _flushed(code: int) -> int:
    """Flushes here: at exit, Python would print what it thinks of a closed pipe or a full disk."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141 if isinstance(error, BrokenPipeError) else _say(_message(error))
    return code


__all__ = ["app", "main"]
