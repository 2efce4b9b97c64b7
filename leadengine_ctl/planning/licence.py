"""What a licence says, and how it stands at a moment. Pure: it makes a sentence, and decides nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leadengine_agent.protocol import Plan
from leadengine_agent.values import DomainName, Frozen, Slug

WARN_DAYS = 30
"""So many days before its end it is said."""

_CLOCK_DOUBT = timedelta(days=1)
NOTHING_STOPS = "Nothing stops: data is collected, shown and handed out as before."


class Licence(Frozen):
    """What was agreed with a client that runs its stack itself.

    Attributes:
        domains: where the stack may be served; a name below one of them is meant, too.
        issued, until: the first and the last day, UTC.
    """

    client: Slug
    tier: Plan = "self-hosted"
    domains: Annotated[tuple[DomainName, ...], Field(min_length=1, max_length=20)]
    issued: date
    until: date

    def covers(self, domain: str) -> bool:
        return any(domain == own or domain.endswith(f".{own}") for own in self.domains)


class LicenceState(StrEnum):
    """How a licence stands; only the first needs no sentence."""

    VALID = "valid"
    ENDS_SOON = "ends soon"
    EXPIRED = "expired"
    OTHER_CLIENT = "other client"
    OTHER_DOMAIN = "other domain"
    NOT_BELIEVED = "not believed"
    MISSING = "missing"


@dataclass(frozen=True)
class LicenceVerdict:
    """How it stands, and what is said of it; an empty sentence: nothing.

    Attributes:
        licence: what it says, where it could be believed.
        days: that it has left; less than 0: it has ended. None: it is not known.
    """

    state: LicenceState
    sentence: str = ""
    licence: Licence | None = None
    days: int | None = None

    def as_json(self) -> dict[str, object]:
        """For programs."""
        said = self.licence.model_dump(mode="json") if self.licence else None
        return {
            "state": self.state.value,
            "sentence": self.sentence,
            "days": self.days,
            "licence": said,
        }


def judge(
    licence: Licence, client: str, domain: str, now: datetime, seen: datetime | None = None
) -> LicenceVerdict:
    """How a licence stands for this client at this domain.

    Args:
        seen: the latest moment that is known to have been. A clock that was set back gains nothing: the
            latest of now, this, and the day of issue counts.
    """
    issued = datetime.combine(licence.issued, time(), UTC)
    moment = max(now, seen or now, issued)
    days = (licence.until - moment.date()).days
    state, sentence = _of(licence, client, domain, days)
    if moment - now > _CLOCK_DOUBT:
        behind = (
            f"The clock here is {(moment - now).days} days behind what was seen already: set it."
        )
        sentence = f"{sentence} {behind}".strip()
    return LicenceVerdict(state, sentence, licence, days)


def _of(licence: Licence, client: str, domain: str, days: int) -> tuple[LicenceState, str]:
    if licence.client != client:
        text = f"Its licence is for the client {licence.client}. {NOTHING_STOPS}"
        return LicenceState.OTHER_CLIENT, text
    if not licence.covers(domain):
        text = f"Its licence is for {', '.join(licence.domains)}, and not for {domain}. {NOTHING_STOPS}"
        return LicenceState.OTHER_DOMAIN, text
    if days < 0:
        text = f"Its licence ended on {licence.until}; ask for a new one. {NOTHING_STOPS}"
        return LicenceState.EXPIRED, text
    if days <= WARN_DAYS:
        text = f"Its licence ends on {licence.until}, in {days} days; ask for a new one."
        return LicenceState.ENDS_SOON, text
    return LicenceState.VALID, ""
