"""``captions desk``: review findings and record decisions in a browser."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from captions.cli import options as o
from captions.cli import settings
from captions.cli.default_command import DEFAULT, DefaultCommand, DefaultGroup
from captions.cli.inputs import database_name, opened_store, user_name
from captions.cli.output import note
from captions.cli.sockets import listening
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.audit.request import AuditRequest
    from captions.desk.access import Access

PORT = 8800


class _DeskGroup(DefaultGroup):
    """The group, which without arguments opens the desk."""

    needs_arguments = False


app = typer.Typer(cls=_DeskGroup, help="Review and decide in a browser.", rich_markup_mode=None)
users = typer.Typer(
    help="Manage the users of a desk that others can reach.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(users, name="user")
_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - only compared
_MOST_CONNECTIONS = 64
_ADD_USER = "captions desk user add NAME --scope read"
_USERS = Path("desk_users.toml")
UsersFile = Annotated[
    Path, typer.Option("--users", metavar="FILE", help="The users, with the hashes of their tokens (TOML).")
]
UserName = Annotated[str, typer.Argument(metavar="NAME", help="The name, which is stored with each decision.")]


@app.command(DEFAULT, cls=DefaultCommand, hidden=True)
def desk(
    db_url: o.Database = o.DATABASE,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 for any free.")
    ] = PORT,
    opens: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the browser.  [default: on a terminal]", show_default=False),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="URL", help="How browsers reach the desk: https://desk.example."),
    ] = None,
    users_file: UsersFile = _USERS,
    user_header: Annotated[
        str | None,
        typer.Option("--user-header", metavar="NAME", help="Trust a proxy that names the user in this header."),
    ] = None,
    header_scope: Annotated[
        list[str],
        typer.Option(
            "--header-scope",
            metavar="SCOPE",
            help="What users may do whom the proxy names and the file of users lacks; repeatable. By default, nothing.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    scope: o.AuditScope = None,
    territory: o.AuditTerritory = None,
    who: o.Who = None,
    agencies: o.Agencies = None,
) -> None:
    """Review findings, and record corrections and waivers, in a browser. Press Ctrl-C to stop.

    Needs FastAPI: pip install 'captions[desk]'. By default only this machine can reach the desk, and only through the
    address that it prints, which has a token of its own. For other machines, add users first, and put a proxy with
    HTTPS in front: see docs/desk.md.

    \b
    Examples:
      captions desk
      captions desk user add kim --scope read --scope decide
      captions desk --host 0.0.0.0 --address https://desk.example
    """
    if importlib.util.find_spec("fastapi") is None or importlib.util.find_spec("uvicorn") is None:
        raise CaptionsError("captions desk needs FastAPI: pip install 'captions[desk]'")
    from captions.audit.request import AuditRequest

    request = AuditRequest(
        grades=settings.current().grades(), scope=scope.value if scope else None, territory=territory
    )
    opens = sys.stdout.isatty() if opens is None else opens
    with listening(host, port) as listener:
        access = _access(host, listener, address, users_file, user_header, user_name(who), header_scope)
        _serve(db_url, agencies, request, access, listener, opens=opens)


def _serve(
    db_url: str, agencies: Path | None, request: AuditRequest, access: Access, listener: socket.socket, *, opens: bool
) -> None:
    """Answer requests until the program is interrupted."""
    from captions.desk.app import desk_app
    from captions.desk.reader import PageReader
    from captions.desk.store import DeskContext
    from captions.ingest.records import Settings

    words = o.words(agencies, db_url)
    # The process that reads pages starts before any connection, which it would inherit.
    with opened_store(db_url) as engine, PageReader(words) as reader:
        read = Settings(o.register_of(agencies, db_url), publications=o.own_publications())
        store = DeskContext(engine, words, read, request, reader=reader, name=database_name(db_url))
        start = access.origins[0] + (f"/?token={access.token}" if access.token else "/")
        note(f"desk on {store.name} at {start}; press Ctrl-C to stop")
        if opens:
            import webbrowser

            # Other users of this machine see the addresses that programs are started with.
            webbrowser.open(access.opening_address())
        _run(desk_app(store, access), listener)


def _access(
    host: str,
    listener: socket.socket,
    address: str | None,
    users_file: Path,
    user_header: str | None,
    owner: str,
    header_scope: Sequence[str] = (),
) -> Access:
    """Return who may use the desk; raise CaptionsError if others could reach it and nobody has a token."""
    from captions.desk.access import LOOPBACK, Access
    from captions.desk.users import checked_scopes, new_token, read_users

    port = listener.getsockname()[1]
    named = () if address is None else (_origin(address),)
    header = (user_header or "").strip().lower()
    if host in LOOPBACK and not header:
        own = tuple(f"http://{_in_url(name)}:{port}" for name in dict.fromkeys((host, *LOOPBACK)))
        return Access((*named, *own), read_users(users_file), new_token(), owner)
    found = read_users(users_file)
    scopes = checked_scopes(header_scope, "--header-scope") if header_scope else frozenset[str]()
    if scopes and not header:
        raise typer.BadParameter("--header-scope needs --user-header")
    if header and not found and not scopes:
        raise CaptionsError(
            f"{users_file} has no users; add those whom the proxy names with: {_ADD_USER}, or pass --header-scope"
        )
    if not header and not found:
        raise CaptionsError(f"others can reach {host}, and {users_file} has no users; add one with: {_ADD_USER}")
    if not named and host in _WILDCARDS:
        raise CaptionsError(
            f"the desk on {host} needs the address that browsers use; pass --address https://desk.example"
        )
    own = () if host in _WILDCARDS else (f"http://{_in_url(host)}:{port}",)
    return Access((*named, *own), found, user_header=header, header_scopes=scopes)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _origin(address: str) -> str:
    """Return the origin of an address: without a path, and without the port that is usual anyway."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise typer.BadParameter(f"{address!r} is not an address such as https://desk.example", param_hint="--address")
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{_in_url(parts.hostname)}" + (f":{port}" if port not in (None, usual) else "")


def _run(application: object, listener: socket.socket) -> None:
    """Answer requests in this process until it is interrupted."""
    import uvicorn

    config = uvicorn.Config(
        application,  # type: ignore[arg-type] # uvicorn's type of an application has no name
        log_level="warning",
        access_log=False,  # it would have the token
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


@users.command("add")
def add_user(
    name: UserName,
    scope: Annotated[
        list[str],
        typer.Option("--scope", metavar="SCOPE", help="read, decide or check; repeatable.", show_default=False),
    ],
    users_file: UsersFile = _USERS,
) -> None:
    """Add a user, and print the token, which is stored nowhere else.

    read shows all screens, decide records and undoes decisions, check reads pages that are not stored.

    \b
    Example:
      captions desk user add kim --scope read --scope decide
    """
    from captions.desk import users as stored

    token = stored.add_user(users_file, name, scope)
    typer.echo(token)
    note(f"added {name} to {users_file}; this token is shown only once, and a running desk knows it after a restart")


@users.command("list")
def list_users(users_file: UsersFile = _USERS) -> None:
    """List the users with their scopes.

    \b
    Example:
      captions desk user list
    """
    from captions import escaping
    from captions.desk import users as stored

    for user in stored.read_users(users_file):
        typer.echo(escaping.line(f"{user.name}: {', '.join(it for it in stored.SCOPES if it in user.scopes)}"))


@users.command("remove")
def remove_user(name: UserName, users_file: UsersFile = _USERS) -> None:
    """Remove a user, whose token is then refused after a restart of the desk.

    \b
    Example:
      captions desk user remove kim
    """
    from captions.desk import users as stored

    stored.remove_user(users_file, name)
    typer.echo(f"removed {name}")
