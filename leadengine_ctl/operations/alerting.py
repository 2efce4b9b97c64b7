"""Incidents begin and end with what is found; people are told of both, unless it is muted."""

import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Iterable

from leadengine_ctl.fleet.alert_records import ChannelRecord, IncidentRecord, MuteRecord
from leadengine_ctl.notify.base import Notice, NotSentError
from leadengine_ctl.notify.registry import open_channel
from leadengine_ctl.operations.base import World
from leadengine_ctl.planning.alerts import Finding

DUTY = "watch"
_AGAIN = 900.0
"""Seconds after which a channel is tried again by which nothing arrived."""
_TOGETHER = 5
"""More alerts than so many at once are told in one message."""


def settle(world: World, findings: Iterable[Finding]) -> None:
    """Hold what is found against the incidents that are open, and tell what is new."""
    alerts, now = world.store.alerts, time.time()
    found = {(each.kind, each.subject): each for each in findings}
    known = {(each.kind, each.subject): each for each in alerts.open_incidents()}
    alerts.begin([_incident(found[key], now) for key in found.keys() - known.keys()])
    for key in found.keys() & known.keys():
        if (found[key].sentence, found[key].severity) != (known[key].sentence, known[key].severity):
            alerts.say(known[key].id, found[key].sentence, found[key].severity)
    gone = [known[key] for key in known.keys() - found.keys()]
    alerts.end([each.id for each in gone], now)
    mutes = [each for each in alerts.mutes(now) if each.begins <= now]
    _tell(world, [each for each in gone if each.told and not is_muted(each, mutes)], closed=True)
    new = [each for each in alerts.open_incidents() if not each.told and not is_muted(each, mutes)]
    _tell(world, new, closed=False)
    alerts.mark_told(each.id for each in new)


def prove_channels(world: World, tried: dict[str, float]) -> None:
    """Send a sign of life by each channel that was quiet for long, or by which nothing arrived last.

    So whoever is told by it misses something when the way to them breaks, and the panel knows it by
    itself: what does not arrive is an incident, told by the other channels, until something arrives again.

    Args:
        tried: channel -> when this was last done; kept by the caller.
    """
    alerts, now, hours = world.store.alerts, time.time(), world.settings.alert_heartbeat_hours
    silent = any(each.begins <= now and each.subject == "*" for each in alerts.mutes(now))
    if not hours or silent:
        return
    for channel in alerts.channels():
        quiet = channel.sent_at is None or now - channel.sent_at >= hours * 3600
        if (quiet or channel.failure) and now - tried.get(channel.id, 0.0) >= _AGAIN:
            tried[channel.id] = now
            _send(world, channel, _sign_of_life(world, hours))


def _sign_of_life(world: World, hours: float) -> Notice:
    text = (
        f"Nothing else had to be told by this way for {hours:g} hours. When the next of these does not come"
        " either, the panel or the way to you is broken."
    )
    url = f"{world.settings.panel_place}/alerts"
    words = ("Alerts of the panel arrive here", text)
    return Notice(secrets.token_hex(8), *words, url, "alive", "warning", "panel")


def is_muted(incident: IncidentRecord, mutes: Iterable[MuteRecord]) -> bool:
    """Whether nobody is to be told of it now; a window that is still to come mutes nothing."""
    now = time.time()
    return any(
        each.begins <= now < each.ends and each.subject in {"*", incident.subject} for each in mutes
    )


def send_test(world: World, channel: ChannelRecord) -> None:
    """Send a test.

    Raises:
        NotSentError: it did not arrive.
    """
    url = f"{world.settings.panel_place}/alerts"
    words = ("A test of the panel", "This is how an alert would arrive.")
    notice = Notice(secrets.token_hex(8), *words, url, "test", "warning", "panel")
    failure = _send(world, channel, notice)
    if failure:
        raise NotSentError("The test did not arrive", failure, "Look at the channel's address.")


def _incident(found: Finding, now: float) -> IncidentRecord:
    return IncidentRecord(
        id=secrets.token_hex(8),
        kind=found.kind,
        subject=found.subject,
        severity=found.severity,
        sentence=found.sentence,
        opened_at=now,
    )


def _tell(world: World, incidents: list[IncidentRecord], *, closed: bool) -> None:
    """One message for each; of many at once, as when a provider's network is down, one for all."""
    many = len(incidents) > _TOGETHER
    for told in [incidents] if many else [[each] for each in incidents]:
        notice = _notice(world, told, closed=closed)
        for channel in world.store.alerts.channels():
            _send(world, channel, notice)


def _notice(world: World, incidents: list[IncidentRecord], *, closed: bool) -> Notice:
    worst = any(each.severity == "critical" for each in incidents)
    sentence, text, about = _one(*incidents) if len(incidents) == 1 else _many(incidents)
    ids = ",".join(sorted(each.id for each in incidents))
    word = "Over" if closed else "Critical" if worst else "Warning"
    return Notice(
        # The same for each attempt: whoever takes it twice can tell.
        id=hashlib.sha256(f"{ids}:{closed}".encode()).hexdigest()[:32],
        subject=f"{word}: {sentence}",
        text=text,
        url=f"{world.settings.panel_place}/alerts",
        state="closed" if closed else "opened",
        severity="critical" if worst else "warning",
        about=about,
    )


def _one(incident: IncidentRecord) -> tuple[str, str, str]:
    """What is the matter, a sentence more, and with whom."""
    began = time.strftime("%H:%M UTC", time.gmtime(incident.opened_at))
    return incident.sentence, f"It was so from {began} on.", incident.subject


def _many(incidents: list[IncidentRecord]) -> tuple[str, str, str]:
    """The same of all of them."""
    kinds = Counter(each.kind for each in incidents).most_common()
    counted = ", ".join(f"{kind}: {number}" for kind, number in kinds)
    shown = " ".join(each.sentence for each in incidents[:_TOGETHER])
    more = len(incidents) - _TOGETHER
    return f"{len(incidents)} alerts at once ({counted})", f"{shown} And {more} more.", "fleet"


def _send(world: World, channel: ChannelRecord, notice: Notice) -> str:
    """Send one message; why it did not arrive, or an empty text. What comes of it stands at the channel."""
    failure = ""
    try:
        target = channel.target.get_secret_value()
        open_channel(channel.kind, target, world.settings).send(notice)
    except NotSentError as error:
        failure = error.why or error.what
    world.store.alerts.note_sent(channel.id, failure, time.time())
    return failure
