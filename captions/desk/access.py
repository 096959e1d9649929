"""Who may use the desk, and from which addresses.

On this machine, a token in the printed address opens a session. For others, users have tokens of their own, or a proxy
that has signed them in names them in a header.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from captions.desk.users import DeskUser, hash_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SESSIONS = 1_000
"""Sessions kept at most; the oldest end first."""
_SECONDS = 12 * 60 * 60


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user in a session. ``key`` binds form tokens to it; empty for a request with its own token."""

    user: DeskUser
    key: str = ""


@dataclass(slots=True)
class Access:
    """The addresses of a desk, and its users."""

    origins: tuple[str, ...]
    """The addresses that browsers may use, without a path: ``http://127.0.0.1:8800``."""
    users: Sequence[DeskUser] = ()
    token: str = ""
    """The token of the printed address; empty if there is none."""
    owner: str = ""
    """The user behind that token."""
    user_header: str = ""
    """The header in which a proxy names the user, in lower case; empty if there is no proxy."""
    header_scopes: frozenset[str] = frozenset()
    """The scopes of users whom the proxy names and ``users`` lacks; without any, they are refused."""
    _once: str = ""
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _sessions: dict[str, tuple[DeskUser, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hosts(self) -> frozenset[str]:
        """Return the Host headers that requests may have."""
        return frozenset(urlsplit(origin).netloc.lower() for origin in self.origins)

    @property
    def cookie(self) -> str:
        """Return the name of the session's cookie; two desks on one machine have different ones."""
        return f"captions_desk_{urlsplit(self.origins[0]).port or 'default'}"

    @property
    def secure(self) -> bool:
        """Return whether browsers reach the desk only over HTTPS."""
        return all(origin.startswith("https://") for origin in self.origins)

    def user_of(self, token: str) -> DeskUser | None:
        """Return the user with a token, or None; takes equally long for every wrong token."""
        with self._lock:
            if self._once and hmac.compare_digest(hash_of(token), hash_of(self._once)):
                self._once = ""
                return DeskUser(self.owner)
        if self.token and hmac.compare_digest(hash_of(token), hash_of(self.token)):
            return DeskUser(self.owner)
        given = hash_of(token)
        found = [user for user in self.users if hmac.compare_digest(user.token_sha256, given)]
        return found[0] if found else None

    def opening_address(self) -> str:
        """Return the address for a browser that this program starts; its token works once."""
        if not self.token:
            return f"{self.origins[0]}/"
        self._once = secrets.token_urlsafe(32)
        return f"{self.origins[0]}/?token={self._once}"

    def named(self, name: str) -> DeskUser | None:
        """Return the user whom the proxy names, with the scopes in the file or those of all others; None to refuse."""
        others = DeskUser(name, self.header_scopes) if self.header_scopes and name else None
        return next((user for user in self.users if user.name == name), others)

    def open_session(self, user: DeskUser) -> str:
        """Return the id of a new session, for the cookie."""
        number = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[number] = (user, time.monotonic() + _SECONDS)
            while len(self._sessions) > _SESSIONS:
                del self._sessions[next(iter(self._sessions))]
        return number

    def close_session(self, number: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(number, None)

    def user_in(self, session: str) -> DeskUser | None:
        """Return the user of a session; None if it has ended."""
        with self._lock:
            user, ends = self._sessions.get(session, (None, 0.0))
        return user if time.monotonic() < ends else None

    def form_token(self, visitor: Visitor) -> str:
        """Return the token that every form of a visitor's pages sends back."""
        return hmac.new(self._secret, f"{visitor.key}\0{visitor.user.name}".encode(), "sha256").hexdigest()

    def is_form_token(self, visitor: Visitor, token: str) -> bool:
        """Return whether a form came from one of the visitor's own pages."""
        return hmac.compare_digest(self.form_token(visitor).encode(), token.encode("utf-8", "replace"))
