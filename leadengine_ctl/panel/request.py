"""What handlers take out of a request: the desk, a form's fields."""

from typing import Annotated

from fastapi import Depends, Request

from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door import forms


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _form(request: Request) -> dict[str, str]:
    values = forms.values_of(await request.body())
    values.pop(forms.FIELD, None)
    return values


DeskOf = Annotated[Desk, Depends(_desk)]
Form = Annotated[dict[str, str], Depends(_form)]
"""The fields of a form that the gate has let through."""


def source_of(request: Request) -> str:
    return request.client.host if request.client else ""
