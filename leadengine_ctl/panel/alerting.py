"""Alerts as pages and the API work with them: seen, muted, led to people."""

import secrets
import time
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from leadengine_agent.values import Email, Frozen, HttpsUrl, Line
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.fleet.alert_records import ChannelRecord, IncidentRecord, MuteRecord
from leadengine_ctl.operations.alerting import send_test
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Visitor


class MailChannel(Frozen):
    """Incidents by mail."""

    kind: Literal["mail"]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    target: Email


class WebChannel(Frozen):
    """Incidents by HTTPS."""

    kind: Literal["slack", "webhook"]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    target: HttpsUrl


class Quiet(Frozen):
    """A maintenance window: nobody is told of a client, a host or anything (`*`).

    Attributes:
        begins: seconds since 1970; None: now.
    """

    subject: Annotated[Line, Field(min_length=1, max_length=253)]
    reason: Annotated[Line, Field(min_length=1, max_length=200)]
    hours: Annotated[float, Field(gt=0, le=24 * 31)]
    begins: Annotated[float, Field(ge=0, le=1e11)] | None = None


def mute(desk: Desk, visitor: Visitor, wanted: Quiet) -> MuteRecord:
    """Tell nobody of something for a while."""
    begins = time.time() if wanted.begins is None else wanted.begins
    record = MuteRecord(
        id=secrets.token_hex(8),
        subject=wanted.subject,
        reason=wanted.reason,
        begins=begins,
        ends=begins + wanted.hours * 3600,
        actor=visitor.person.email,
    )
    desk.world.store.alerts.add_mute(record)
    desk.world_of(visitor).record("alerts.mute", wanted.subject, detail=f"{wanted.hours:g} hours")
    return record


def unmute(desk: Desk, visitor: Visitor, mute: str) -> None:
    """Tell of it again."""
    desk.world.store.alerts.end_mute(mute, time.time())
    desk.world_of(visitor).record("alerts.unmute", mute)


def add_channel(desk: Desk, visitor: Visitor, wanted: MailChannel | WebChannel) -> ChannelRecord:
    """Another way to tell people."""
    record = ChannelRecord(
        id=secrets.token_hex(8),
        kind=wanted.kind,
        name=wanted.name,
        target=SecretStr(wanted.target),
    )
    desk.world.store.alerts.add_channel(record)
    desk.world_of(visitor).record("channel.add", wanted.name, detail=wanted.kind)
    return record


def change_channel(desk: Desk, visitor: Visitor, channel: str, action: str) -> None:
    """Send a test, or remove it.

    Raises:
        NotFoundError: there is no such channel.
        LeadEngineError: the test did not arrive.
    """
    store, world = desk.world.store.alerts, desk.world_of(visitor)
    record = next((each for each in store.channels() if each.id == channel), None)
    if record is None or action not in {"test", "remove"}:
        raise NotFoundError("There is no such channel")
    if action == "remove":
        store.remove_channel(channel)
    else:
        send_test(world, record)
    world.record(f"channel.{action}", record.name)


def see(desk: Desk, visitor: Visitor, incident: str) -> IncidentRecord:
    """Say that one is at it.

    Raises:
        NotFoundError: there is no such incident, or it is not to be seen.
    """
    record = desk.world.store.alerts.get(incident)
    if not may_see(visitor, record):
        raise NotFoundError("There is no such incident")
    desk.world.store.alerts.see(incident, visitor.person.email)
    desk.world_of(visitor).record("incident.see", record.subject, detail=record.sentence)
    return desk.world.store.alerts.get(incident)


def may_see(visitor: Visitor, incident: IncidentRecord) -> bool:
    """Everything for those who may see all clients; of their own clients for the others."""
    return visitor.scope is None or incident.subject in visitor.scope


def channels(desk: Desk) -> tuple[ChannelRecord, ...]:
    """Where people are told; none while the key of the store is wrong."""
    try:
        return desk.world.store.alerts.channels()
    except LeadEngineError:
        return ()
