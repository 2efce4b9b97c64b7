"""Which events are kept: one check after the other, each with a name for what it leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadengine.tenants.choices import Privacy
from leadengine.tenants.preferences import Chosen
from leadengine.tracking.data_centres import in_data_centre
from leadengine.tracking.drops import Reason, says_to_be_a_robot
from leadengine.tracking.envelope import Envelope, Event
from leadengine.tracking.networks import IpAddress

# Where the law of the United Kingdom or of the Union applies, outside of `Europe/`.
_FAR_AWAY = frozenset(
    [
        *("Atlantic/Azores", "Atlantic/Canary", "Atlantic/Madeira", "Atlantic/Reykjavik"),
        *("Africa/Ceuta", "Asia/Nicosia", "Asia/Famagusta", "Indian/Mayotte", "Indian/Reunion"),
        *("America/Cayenne", "America/Guadeloupe", "America/Martinique", "GB", "Eire", "Portugal"),
    ]
)
# A choice has to be kept to be honoured, and who gives a name wants to be known.
_ALWAYS = frozenset(["consent", "identify"])


@dataclass(frozen=True)
class Sender:
    """Who sends a request, as far as the request itself says; held in memory only."""

    headers: Mapping[str, str]
    address: IpAddress | None
    in_hosting: bool = False
    """Whether the network was found to be a hosting provider's."""


@dataclass(frozen=True)
class Verdict:
    """The events that may be kept, the numbers of the others, and how closely to look."""

    kept: tuple[Event, ...]
    dropped: Mapping[Reason, int]
    counted_only: bool
    """True: only numbers are kept of these, as nobody was asked."""


def judge(sender: Sender, envelope: Envelope, chosen: Chosen) -> Verdict:
    """Check a well-formed request; the first reason that applies is the one that counts."""
    events = envelope.events
    reason = _of_sender(sender, chosen.privacy)
    if reason:
        return Verdict((), {reason: len(events)}, counted_only=False)
    here = tuple(event for event in events if chosen.site.takes(_host(sender, event)))
    dropped = {Reason.ORIGIN: len(events) - len(here)}
    asked = must_ask(chosen.privacy, envelope.zone)
    kept = here
    if envelope.consent.analytics is False or (asked and not envelope.consent.analytics):
        kept = tuple(event for event in here if event.type in _ALWAYS)
    dropped[Reason.CONSENT] = len(here) - len(kept)
    statistical = chosen.privacy.mode == "statistical" and not envelope.consent.analytics
    return Verdict(kept, {name: n for name, n in dropped.items() if n}, counted_only=statistical)


def must_ask(privacy: Privacy, zone: str) -> bool:
    """Whether a visitor of this time zone has to agree before anything is kept of them."""
    return privacy.mode == "strict" or (privacy.mode == "auto" and in_europe(zone))


def in_europe(zone: str) -> bool:
    """Whether a browser's time zone is one of the United Kingdom, the Union or its neighbours."""
    return zone.startswith("Europe/") or zone in _FAR_AWAY


def may_look_up(envelope: Envelope, privacy: Privacy) -> bool:
    """Whether the visitor's company may be looked up by their network."""
    if privacy.companies == "off" or privacy.mode == "statistical":
        return False
    if privacy.companies == "interest":
        return envelope.consent.marketing is not False
    asked = must_ask(privacy, envelope.zone)
    return bool(envelope.consent.marketing) or (not asked and envelope.consent.marketing is None)


def _of_sender(sender: Sender, privacy: Privacy) -> Reason | None:
    objects = sender.headers.get("Sec-GPC") == "1"
    if objects or (privacy.do_not_track and sender.headers.get("DNT") == "1"):
        return Reason.OBJECTION
    if says_to_be_a_robot(sender.headers.get("User-Agent", "")):
        return Reason.ROBOT
    if sender.in_hosting or (sender.address and in_data_centre(sender.address)):
        return Reason.DATA_CENTRE
    return None


def _host(sender: Sender, event: Event) -> str:
    """The website's name: as the browser has it, else as the event says."""
    origin = sender.headers.get("Origin", "")
    return urlsplit(origin).hostname or urlsplit(event.url).hostname or ""
