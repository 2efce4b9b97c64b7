"""What the store hands out about alerts. Times are seconds since 1970."""

from typing import Literal

from pydantic import SecretStr

from leadengine_agent.values import Frozen, Line

ChannelKind = Literal["mail", "slack", "webhook", "memory"]


class IncidentRecord(Frozen):
    """Something that is wrong, from when it was noticed until it is not wrong any more.

    Attributes:
        subject: the client or host it is about; `panel`: the panel itself.
        seen_by: who said that they are at it.
        told: True once the channels were told that it began.
    """

    id: str
    kind: str
    subject: str
    severity: Literal["warning", "critical"]
    sentence: str
    opened_at: float
    closed_at: float | None = None
    seen_by: str | None = None
    told: bool = False


class ChannelRecord(Frozen):
    """Where incidents are told.

    Attributes:
        target: an address or a URL; it opens a door and is never shown again.
        failure: why the last message did not arrive; empty: it did.
    """

    id: str
    kind: ChannelKind
    name: Line
    target: SecretStr
    failure: str = ""
    sent_at: float | None = None


class MuteRecord(Frozen):
    """A time in which nothing is told of a client or a host; `*`: of anything."""

    id: str
    subject: str
    reason: Line
    begins: float
    ends: float
    actor: str
