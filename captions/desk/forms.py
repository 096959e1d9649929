"""Read what a person sent: only from a form on one of the person's own pages, and only with the scope it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from fastapi import Depends, HTTPException
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from captions import dates
from captions.desk.guard import LARGEST_REQUEST
from captions.desk.pages import access_of, visitor_of
from captions.errors import CaptionsError
from captions.text import tidy

_FIELDS = 200


@dataclass(frozen=True, slots=True)
class SentForm:
    """The fields of a form, and who sent it."""

    fields: FormData
    who: str

    def text(self, name: str) -> str:
        """Return a field as one line; ``""`` without it."""
        value = self.fields.get(name)
        return tidy(value) if isinstance(value, str) else ""

    def whole(self, name: str) -> str:
        """Return a field with its lines."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a field that is a number; raise CaptionsError if it is not."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise CaptionsError(f"{text!r} is not the number of a decision")
        return int(text)

    def required(self, name: str, what: str) -> str:
        """Return a field; raise CaptionsError if it is empty."""
        if not (text := self.text(name)):
            raise CaptionsError(f"{what} is missing; fill it in and send the form again")
        return text

    def last_day(self, name: str) -> date | None:
        """Return a field as the last day of a date, month or year; None if it is empty."""
        text = self.text(name)
        return dates.parse(text, last=True) if text else None

    async def file(self, name: str) -> tuple[str, bytes] | None:
        """Return the name and the content of a file; None if none was chosen."""
        value = self.fields.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        return value.filename, await value.read()


def allowed(scope: str) -> Callable[[Request], None]:
    """Return a dependency that refuses users without a scope."""

    def check(request: Request) -> None:
        if scope not in visitor_of(request).user.scopes:
            raise HTTPException(403, f"{visitor_of(request).user.name} may not do this; it needs the scope {scope}")

    return check


def sent(scope: str) -> Callable[[Request], AsyncIterator[SentForm]]:
    """Return a dependency that reads a form of a user with a scope."""
    check = allowed(scope)

    async def form_of(request: Request) -> AsyncIterator[SentForm]:
        check(request)
        fields = await request.form(max_fields=_FIELDS, max_part_size=LARGEST_REQUEST)
        try:
            token = fields.get("form_token")
            if not isinstance(token, str) or not access_of(request).is_form_token(visitor_of(request), token):
                raise HTTPException(403, "this form is not from a page of yours, or your session is new; open it again")
            yield SentForm(fields, visitor_of(request).user.name)
        finally:
            await fields.close()

    return form_of


Reads = Depends(allowed("read"))
