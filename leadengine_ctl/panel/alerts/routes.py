"""Alerts: what is wrong, who is told, and when nobody is."""

import secrets
import time
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field, SecretStr, ValidationError
from starlette.responses import Response

from leadengine_agent.values import Email, Frozen, HttpsUrl, Line
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.fleet.alert_records import ChannelRecord, IncidentRecord, MuteRecord
from leadengine_ctl.operations.alerting import DUTY, is_muted, send_test
from leadengine_ctl.panel import app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed, Visitor
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

_PAST = 50
_FRESH = 180.0
"""Seconds after which a look of the watch says nothing about now."""


class MailChannel(Frozen):
    kind: Literal["mail"]
    name: Annotated[Line, Field(min_length=1)]
    target: Email


class WebChannel(Frozen):
    kind: Literal["slack", "webhook"]
    name: Annotated[Line, Field(min_length=1)]
    target: HttpsUrl


class Quiet(Frozen):
    """A mute: from now on, for some hours."""

    subject: Annotated[Line, Field(min_length=1)]
    reason: Annotated[Line, Field(min_length=1)]
    hours: Annotated[float, Field(gt=0, le=24 * 31)]


@router.get("/alerts")
def alerts(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """What is wrong with what the person may see."""
    return _page(request, desk, visitor)


@router.post("/alerts/mutes")
def mute(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Tell nobody of a client, a host or anything (`*`), for some hours."""
    try:
        wanted = Quiet.model_validate(form)
    except ValidationError as error:
        return _page(request, desk, visitor, app.sentence(error))
    now = time.time()
    record = MuteRecord(
        id=secrets.token_hex(8),
        subject=wanted.subject,
        reason=wanted.reason,
        begins=now,
        ends=now + wanted.hours * 3600,
        actor=visitor.person.email,
    )
    desk.world.store.alerts.add_mute(record)
    desk.world_of(visitor).record("alerts.mute", wanted.subject, detail=f"{wanted.hours:g} hours")
    return go_to("/alerts")


@router.post("/alerts/mutes/{mute}/end")
def unmute(desk: DeskOf, visitor: Signed, mute: str) -> Response:
    """Tell of it again."""
    desk.world.store.alerts.end_mute(mute, time.time())
    desk.world_of(visitor).record("alerts.unmute", mute)
    return go_to("/alerts")


@router.post("/alerts/channels")
def add_channel(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Another way to tell people."""
    try:
        kind = MailChannel if form.get("kind") == "mail" else WebChannel
        wanted = kind.model_validate(form)
    except ValidationError as error:
        return _page(request, desk, visitor, app.sentence(error))
    record = ChannelRecord(
        id=secrets.token_hex(8),
        kind=wanted.kind,
        name=wanted.name,
        target=SecretStr(wanted.target),
    )
    desk.world.store.alerts.add_channel(record)
    desk.world_of(visitor).record("channel.add", wanted.name, detail=wanted.kind)
    return go_to("/alerts")


@router.post("/alerts/channels/{channel}/{action}")
def change_channel(desk: DeskOf, visitor: Signed, channel: str, action: str) -> Response:
    """Send a test, or remove it."""
    store, world = desk.world.store.alerts, desk.world_of(visitor)
    record = next((each for each in store.channels() if each.id == channel), None)
    if record is None or action not in {"test", "remove"}:
        raise NotFoundError("There is no such channel")
    if action == "remove":
        store.remove_channel(channel)
    else:
        send_test(world, record)
    world.record(f"channel.{action}", record.name)
    return go_to("/alerts?sent=1" if action == "test" else "/alerts")


@router.post("/alerts/{incident}/see")
def see(desk: DeskOf, visitor: Signed, incident: str) -> Response:
    """Say that one is at it."""
    record = desk.world.store.alerts.get(incident)
    if not _may_see(visitor, desk, record):
        raise NotFoundError("There is no such incident")
    desk.world.store.alerts.see(incident, visitor.person.email)
    desk.world_of(visitor).record("incident.see", record.subject, detail=record.sentence)
    return go_to("/alerts")


def _may_see(visitor: Visitor, desk: Desk, incident: IncidentRecord) -> bool:
    """Everything for those who may see all clients; of their own clients for the others."""
    return visitor.scope is None or incident.subject in visitor.scope


def _page(request: Request, desk: Desk, visitor: Visitor, problem: str = "") -> Response:
    store, now = desk.world.store, time.time()
    mutes = store.alerts.mutes(now)
    shown = [each for each in store.alerts.open_incidents() if _may_see(visitor, desk, each)]
    past, looked = store.alerts.past_incidents(_PAST), store.duties.last_done(DUTY)
    return page(
        request,
        "alerts/alerts.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        problem=problem,
        shown=[(each, is_muted(each, mutes)) for each in shown],
        past=[each for each in past if _may_see(visitor, desk, each)],
        mutes=mutes if visitor.scope is None else (),
        channels=_channels(desk) if visitor.may("admin") and visitor.scope is None else (),
        looked=looked,
        # Silence of the watch is not the silence of a fleet that is well.
        watched=bool(looked) and now - (looked or 0.0) < _FRESH,
        deadman=desk.world.settings.deadman_url is not None,
    )


def _channels(desk: Desk) -> tuple[ChannelRecord, ...]:
    try:
        return desk.world.store.alerts.channels()
    except LeadEngineError:
        return ()
