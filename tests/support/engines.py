"""Create stores for tests on SQLite and PostgreSQL: new, empty or copied."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from itertools import count
from pathlib import Path

import captions_db as db
import psycopg
from psycopg import sql


class Stores(ABC):
    """A place to create stores in one kind of database."""

    name: str

    def __init__(self) -> None:
        self._number = count()
        self._empty: str | None = None

    @abstractmethod
    def place(self) -> str:
        """Return the URL of a new store: a path without a file, or an empty database."""

    @abstractmethod
    def copy(self, url: str) -> str:
        """Copy a store that no program has open; return the URL of the copy."""

    def empty(self) -> str:
        """Return the URL of a store without rows."""
        if self._empty is None:
            self._empty = self.place()
            db.open_store(self._empty, create=True).dispose()
        return self.copy(self._empty)


class OnSqlite(Stores):
    """Files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def place(self) -> str:
        return str(self._folder / f"captions{next(self._number)}.db")

    def copy(self, url: str) -> str:
        return str(shutil.copy(url, self.place()))


class OnPostgresql(Stores):
    """Databases of a server whose socket is in a folder."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def place(self, like: str = "template0") -> str:
        name = f"store{next(self._number)}"
        with psycopg.connect(self._url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
            )
        return self._url(name)

    def copy(self, url: str) -> str:
        return self.place(like=url.partition("?")[0].rpartition("/")[2])

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://captions@/{name}?host={self._folder}"
