"""The users of a desk that others can reach: names, scopes and the hashes of their tokens, in a TOML file.

A token has 256 random bits, so one round of SHA-256 is enough: nobody can try all tokens.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from captions.errors import CaptionsError
from captions.escaping import command
from captions.text import tidy

SCOPES = ("read", "decide", "check")
"""read: see all screens; decide: record and undo decisions; check: read pages that are not stored."""
USERS_FILE = "desk_users.toml"
_KEYS = {"name", "scopes", "token_sha256"}


@dataclass(frozen=True, slots=True)
class DeskUser:
    """A person or program that may use the desk."""

    name: str
    scopes: frozenset[str] = frozenset(SCOPES)
    token_sha256: str = ""
    """The hash of the token; empty for a user whom the desk knows otherwise."""


def hash_of(token: str) -> str:
    """Return the hash of a token, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """Return a random token of 256 bits."""
    return secrets.token_urlsafe(32)


def read_users(path: Path) -> list[DeskUser]:
    """Return the users in a file, none if it does not exist; raise CaptionsError if it is not valid."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("user", [])
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CaptionsError(f"cannot read {path}: {error.strerror}; check its permissions") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CaptionsError(f"{path} is not valid TOML: {error}; see docs/desk.md") from None
    if not isinstance(rows, list):
        raise CaptionsError(f"{path}: user is not a table; write each user as [[user]]; see docs/desk.md")
    users = [_user(path, row) for row in rows]
    names = [user.name for user in users]
    if twice := [name for name in names if names.count(name) > 1]:
        raise CaptionsError(f"{path}: user {twice[0]!r} appears twice; remove one")
    return users


def _user(path: Path, row: object) -> DeskUser:
    if not isinstance(row, dict) or row.keys() != _KEYS or not isinstance(row["name"], str) or not tidy(row["name"]):
        raise CaptionsError(
            f"{path}: a user needs {', '.join(sorted(_KEYS))}; add users with: captions desk user add NAME --scope read"
        )
    where, scopes, digest = f"{path}: user {row['name']}", row["scopes"], row["token_sha256"]
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise CaptionsError(f"{where}: scopes is not a list of words; write it as: scopes = ['read', 'decide']")
    allowed = checked_scopes(scopes, where)
    if not isinstance(digest, str) or re.fullmatch("[0-9a-f]{64}", digest) is None:
        raise CaptionsError(f"{where}: token_sha256 is not the hash of a token; add the user again")
    return DeskUser(tidy(row["name"]), allowed, digest)


def checked_scopes(scopes: Collection[str], where: str) -> frozenset[str]:
    """Return the scopes; raise CaptionsError for one that does not exist, or for none."""
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise CaptionsError(f"{where}: unknown scope {unknown[0]!r}; use {', '.join(SCOPES)}")
    if not scopes:
        raise CaptionsError(f"{where}: no scope; use {', '.join(SCOPES)}")
    return frozenset(scopes)


def add_user(path: Path, name: str, scopes: Collection[str]) -> str:
    """Add a user to the file, and return the token, which is stored nowhere."""
    users, name, token = read_users(path), tidy(name), new_token()
    if not name:
        raise CaptionsError("a user needs a name")
    if any(user.name == name for user in users):
        fix = command("desk user remove", name)
        raise CaptionsError(f"{path} has a user {name!r} already; remove it with: {fix}")
    _write(path, [*users, DeskUser(name, checked_scopes(scopes, name), hash_of(token))])
    return token


def remove_user(path: Path, name: str) -> None:
    """Remove a user from the file; raise CaptionsError if it has no such user."""
    users = read_users(path)
    left = [user for user in users if user.name != tidy(name)]
    if len(left) == len(users):
        names = ", ".join(user.name for user in users) or "none"
        raise CaptionsError(f"{path} has no user {name!r}; its users: {names}")
    _write(path, left)


def _write(path: Path, users: Sequence[DeskUser]) -> None:
    """Replace the file at once, readable only by its owner."""
    document = tomlkit.document()
    rows = tomlkit.aot()
    for user in users:
        row = tomlkit.table()
        row["name"], row["scopes"] = user.name, [scope for scope in SCOPES if scope in user.scopes]
        row["token_sha256"] = user.token_sha256
        rows.append(row)
    document["user"] = rows
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(tomlkit.dumps(document))
        part.replace(path)
    except OSError as error:
        raise CaptionsError(f"cannot write {path}: {error.strerror}; check its folder") from None
