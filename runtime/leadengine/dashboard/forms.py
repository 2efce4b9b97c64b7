"""Forms of our own pages: checked to be ours, read as text, and answered in sentences."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.datastructures import FormData

from leadengine.accounts.browser import is_our_form
from leadengine.services import ServicesOf

STALE = (
    "This form was open for too long, or came from another page. Nothing was changed; try again."
)
_MOST_FIELDS = 500


class RefusedFormError(Exception):
    """A form is not one of ours, or cannot be read; the app answers with a page that says so."""

    def __init__(self, text: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> None:
        super().__init__(text)
        self.status = status


class Fields:
    """What was typed, as text without NUL; what is missing is empty."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def __getitem__(self, name: str) -> str:
        value = self._data.get(name, "")
        return value.replace("\0", "") if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Each value of a field that may be there several times."""
        return [v.replace("\0", "") for v in self._data.getlist(name) if isinstance(v, str)]

    def on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self[name])


async def _ours(request: Request, services: ServicesOf) -> Fields:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as data:
        fields = Fields(data)
    secret = services.settings.session_secret.get_secret_value()
    if not is_our_form(request, secret, fields["form"]):
        raise RefusedFormError(STALE)
    return fields


OurForm = Annotated[Fields, Depends(_ours)]
"""The parameter type by which a route asks for a form of ours; it is refused before the route runs."""


def sentences(error: ValidationError) -> list[str]:
    """What is wrong with what was typed, a sentence for each field."""
    return [_sentence(dict(one)) for one in error.errors(include_url=False, include_input=False)]


def _sentence(problem: dict[str, object]) -> str:
    location = problem["loc"] if isinstance(problem["loc"], tuple) else ()
    place = " ".join(str(int(p) + 1) if isinstance(p, int) else str(p) for p in location)
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place.replace('_', ' ').capitalize()}: {message}"
