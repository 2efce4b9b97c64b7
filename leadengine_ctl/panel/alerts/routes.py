"""Alerts: what is wrong, who is told, and when nobody is."""

import time
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from leadengine_ctl.operations.alerting import DUTY, is_muted
from leadengine_ctl.panel import alerting, app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

_PAST = 50
FRESH = 180.0
"""Seconds after which a look of the watch says nothing about now."""


@router.get("/alerts")
def alerts(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """What is wrong with what the person may see."""
    return _page(request, desk, visitor)


@router.post("/alerts/mutes")
def mute(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Tell nobody of a client, a host or anything (`*`), for some hours."""
    try:
        wanted = alerting.Quiet.model_validate(_with_moment(form))
    except ValidationError as error:
        return _page(request, desk, visitor, app.sentence(error))
    alerting.mute(desk, visitor, wanted)
    return go_to("/alerts")


@router.post("/alerts/mutes/{mute}/end")
def unmute(desk: DeskOf, visitor: Signed, mute: str) -> Response:
    """Tell of it again."""
    alerting.unmute(desk, visitor, mute)
    return go_to("/alerts")


@router.post("/alerts/channels")
def add_channel(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Another way to tell people."""
    try:
        kind = alerting.MailChannel if form.get("kind") == "mail" else alerting.WebChannel
        wanted = kind.model_validate(form)
    except ValidationError as error:
        return _page(request, desk, visitor, app.sentence(error))
    alerting.add_channel(desk, visitor, wanted)
    return go_to("/alerts")


@router.post("/alerts/channels/{channel}/{action}")
def change_channel(desk: DeskOf, visitor: Signed, channel: str, action: str) -> Response:
    """Send a test, or remove it."""
    alerting.change_channel(desk, visitor, channel, action)
    return go_to("/alerts?sent=1" if action == "test" else "/alerts")


@router.post("/alerts/{incident}/see")
def see(desk: DeskOf, visitor: Signed, incident: str) -> Response:
    """Say that one is at it."""
    alerting.see(desk, visitor, incident)
    return go_to("/alerts")


def _with_moment(form: dict[str, str]) -> dict[str, object]:
    """A form of quiet hours, its local moment (UTC) as seconds; one that cannot be read is left as it is."""
    said: dict[str, object] = {name: text for name, text in form.items() if name != "begins"}
    begins = form.get("begins", "").strip()
    if not begins:
        return said
    try:
        return {**said, "begins": datetime.fromisoformat(begins).replace(tzinfo=UTC).timestamp()}
    except ValueError:
        return {**said, "begins": begins}


def _page(request: Request, desk: Desk, visitor: Visitor, problem: str = "") -> Response:
    store, now = desk.world.store, time.time()
    mutes = store.alerts.mutes(now)
    shown = [each for each in store.alerts.open_incidents() if alerting.may_see(visitor, each)]
    past, looked = store.alerts.past_incidents(_PAST), store.duties.last_done(DUTY)
    return page(
        request,
        "alerts/alerts.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        problem=problem,
        shown=[(each, is_muted(each, mutes)) for each in shown],
        past=[each for each in past if alerting.may_see(visitor, each)],
        mutes=mutes if visitor.scope is None else (),
        now=now,
        channels=alerting.channels(desk) if visitor.may("admin") and visitor.scope is None else (),
        looked=looked,
        # Silence of the watch is not the silence of a fleet that is well.
        watched=bool(looked) and now - (looked or 0.0) < FRESH,
        deadman=desk.world.settings.deadman_url is not None,
    )
