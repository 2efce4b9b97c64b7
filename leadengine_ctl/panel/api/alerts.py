"""Incidents, maintenance windows and channels."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from leadengine_ctl.fleet.alert_records import ChannelRecord, IncidentRecord, MuteRecord
from leadengine_ctl.operations.alerting import DUTY, is_muted
from leadengine_ctl.panel import alerting
from leadengine_ctl.panel.api.models import Answer
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf

router = APIRouter(tags=["alerts"])


class IncidentAnswer(Answer):
    """Something that is wrong, or was. `muted`: nobody is told of it now."""

    id: str
    kind: str
    subject: str
    severity: str
    sentence: str
    opened_at: float
    closed_at: float | None
    seen_by: str | None
    muted: bool


class Incidents(Answer):
    """`looked_at`: when the watch last looked; what is older than that says nothing about now."""

    incidents: tuple[IncidentAnswer, ...]
    looked_at: float | None


class MuteAnswer(Answer):
    """A maintenance window, on or to come. Times are seconds since 1970."""

    id: str
    subject: str
    reason: str
    begins: float
    ends: float
    actor: str


class Mutes(Answer):
    mutes: tuple[MuteAnswer, ...]


class ChannelAnswer(Answer):
    """Where incidents are told. Its target opens a door, and is never shown again."""

    id: str
    kind: str
    name: str
    failure: str
    sent_at: float | None


class Channels(Answer):
    channels: tuple[ChannelAnswer, ...]


ChannelWanted = Annotated[alerting.MailChannel | alerting.WebChannel, Field(discriminator="kind")]


@router.get("/incidents")
def incidents(
    desk: DeskOf, visitor: Signed, past: Annotated[int, Query(ge=0, le=1000)] = 0
) -> Incidents:
    """What is wrong now, the worst first; with `past`, also so many that are over."""
    store, now = desk.world.store, time.time()
    found = (*store.alerts.open_incidents(), *store.alerts.past_incidents(past))
    mutes = store.alerts.mutes(now)
    return Incidents(
        incidents=tuple(
            _incident(each, mutes) for each in found if alerting.may_see(visitor, each)
        ),
        looked_at=store.duties.last_done(DUTY),
    )


@router.post("/incidents/{incident}/see")
def see(desk: DeskOf, visitor: Signed, incident: str) -> IncidentAnswer:
    """Say that one is at it."""
    found = alerting.see(desk, visitor, incident)
    return _incident(found, desk.world.store.alerts.mutes(time.time()))


@router.get("/mutes")
def mutes(desk: DeskOf, visitor: Signed) -> Mutes:
    """Maintenance windows that are on or to come."""
    found = desk.world.store.alerts.mutes(time.time())
    return Mutes(mutes=tuple(MuteAnswer(**each.model_dump()) for each in found))


@router.post("/mutes", status_code=201)
def mute(desk: DeskOf, visitor: Signed, wanted: alerting.Quiet) -> MuteAnswer:
    """Tell nobody of a client, a host or anything (`*`), for some hours."""
    return MuteAnswer(**alerting.mute(desk, visitor, wanted).model_dump())


@router.post("/mutes/{mute}/end", status_code=204)
def unmute(desk: DeskOf, visitor: Signed, mute: str) -> None:
    """Tell of it again."""
    alerting.unmute(desk, visitor, mute)


@router.get("/channels")
def channels(desk: DeskOf, visitor: Signed) -> Channels:
    """Where people are told."""
    return Channels(channels=tuple(_channel(each) for each in alerting.channels(desk)))


@router.post("/channels", status_code=201)
def add_channel(desk: DeskOf, visitor: Signed, wanted: ChannelWanted) -> ChannelAnswer:
    """Another way to tell people."""
    return _channel(alerting.add_channel(desk, visitor, wanted))


@router.post("/channels/{channel}/{action}", status_code=204)
def change_channel(
    desk: DeskOf, visitor: Signed, channel: str, action: Literal["test", "remove"]
) -> None:
    """Send a test, or remove it."""
    alerting.change_channel(desk, visitor, channel, action)


def _incident(record: IncidentRecord, mutes: tuple[MuteRecord, ...]) -> IncidentAnswer:
    values = record.model_dump(exclude={"told"})
    return IncidentAnswer(**values, muted=is_muted(record, mutes))


def _channel(record: ChannelRecord) -> ChannelAnswer:
    return ChannelAnswer(**record.model_dump(exclude={"target"}))
