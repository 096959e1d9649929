"""What the application provides to the API: the store, the readers of articles, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Protocol, cast

from fastapi import Depends, Request

from captions.desk.api.readers import ArticleReaders
from captions.desk.store import DeskStore

AccessScope = Literal["read", "decide", "check"]
"""What a request does: read the store, change it, or check articles that are not stored."""


class DeskServices(Protocol):
    """What an application must have as ``app.state.services``."""

    @property
    def store(self) -> DeskStore:
        """Return the store."""

    @property
    def readers(self) -> ArticleReaders:
        """Return the processes that read articles."""

    def allow(self, request: Request, scope: AccessScope) -> str:
        """Return the name of the user; raise ProblemError (401, 403) if the request is not allowed."""


def services(request: Request) -> DeskServices:
    """Return what the application provides."""
    return cast("DeskServices", request.app.state.services)


def store(request: Request) -> DeskStore:
    """Return the store."""
    return services(request).store


def readers(request: Request) -> ArticleReaders:
    """Return the processes that read articles."""
    return services(request).readers


def allowed(scope: AccessScope) -> Callable[[Request], str]:
    """Return a dependency: the name of the user, who has the scope."""

    def user(request: Request) -> str:
        return services(request).allow(request, scope)

    return user


Store = Annotated[DeskStore, Depends(store)]
Readers = Annotated[ArticleReaders, Depends(readers)]
MayRead = Annotated[str, Depends(allowed("read"))]
MayDecide = Annotated[str, Depends(allowed("decide"))]
MayCheck = Annotated[str, Depends(allowed("check"))]
