"""What an agent reports to its panel: the wire format, with the limits that the panel holds it to.

One report is one JSON object. The panel believes nothing in it but the shape: who sent it is known
from the assertion that came along.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from leadengine_agent.protocol import Answered, Colour, ServiceName
from leadengine_agent.values import Slug, Version

LARGEST = 512_000
"""Bytes of a report that the panel reads."""

MOST_EVENTS = 500
MOST_STACKS = 50
MOST_USAGE = 200
MOST_PIECES = 200

Boot = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""Names one life of an agent's spool. Events are numbered within it."""

Text = Annotated[str, StringConstraints(max_length=500)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./ _-]{0,59}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]
Moment = Annotated[float, Field(ge=0, le=2**40)]
"""Seconds since 1970."""

EventKind = Literal["audit", "backup", "health", "agent"]
"""`audit` and `backup` are never dropped, however long the panel is away."""


class ServiceVitals(Answered):
    service: ServiceName
    state: Annotated[str, StringConstraints(max_length=20)]
    health: Literal["healthy", "unhealthy", "starting", "none"] = "none"
    restarts: Count = 0


class CertificateVitals(Answered):
    """The certificate that nginx served when it was last asked.

    Attributes:
        not_after, looked_at: seconds since 1970; 0: unknown.
    """

    issuer_kind: Literal["self-signed", "local", "acme", "none"]
    not_after: Moment = 0
    looked_at: Moment = 0
    advice: Text = ""


class StackVitals(Answered):
    """One stack, as cheap as it can be known.

    Attributes:
        recovery_point: when the newest verified recovery point was made; None: there is none.
    """

    client: Slug
    release: Version
    generation: Count
    colour: Colour
    healthy: bool
    services: Annotated[tuple[ServiceVitals, ...], Field(max_length=20)] = ()
    certificate: CertificateVitals
    recovery_point: Moment | None = None


class Heartbeat(Answered):
    """How a host is. Sizes are in bytes.

    Attributes:
        looked_at: when the executor looked, by the host's clock.
    """

    looked_at: Moment
    agent_version: Annotated[str, StringConstraints(max_length=64)]
    engine_version: Annotated[str, StringConstraints(max_length=64)] = ""
    memory_total: Count = 0
    memory_free: Count = 0
    disk_total: Count = 0
    disk_free: Count = 0
    load: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    stacks: Annotated[tuple[StackVitals, ...], Field(max_length=MOST_STACKS)] = ()

    @property
    def healthy(self) -> bool:
        return all(stack.healthy for stack in self.stacks)


class ReportedEvent(Answered):
    """Something that happened on a host.

    Attributes:
        seq: its number within the spool's life; with host and boot it is the event's identity.
        what: a verb or a step, as in `activate` or `restarted`.
        actor: who ordered it, as the host's journal has it.
    """

    seq: Annotated[int, Field(ge=1, le=2**53)]
    at: Moment
    kind: EventKind
    client: Slug | Literal[""] = ""
    what: Word
    state: Word
    detail: Text = ""
    actor: Annotated[str, StringConstraints(max_length=200)] = ""


class HealthPiece(Answered):
    """How the host was for `span` seconds from `at` on, out of `samples` looks.

    Old pieces are merged to longer ones before anything else in a full spool gives way.
    """

    at: Annotated[int, Field(ge=0, le=2**40)]
    span: Literal[900, 21600]
    samples: Count
    well: Count
    disk_free: Count
    memory_free: Count


class DayUsage(Answered):
    """What a client used on one day so far (UTC). `llm_micros`: millionths of a dollar."""

    client: Slug
    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    api_calls: Count = 0
    visitors: Count = 0
    leads: Count = 0
    llm_micros: Count = 0


class Report(Answered):
    """One report.

    Attributes:
        number: rises with each report of the spool's life, so that a late one replaces nothing.
        sent_at: the host's clock.
        heartbeat: None: the executor did not answer, or this report only empties the spool.
        health, usage: pieces and days as they are now; a later report replaces them.
    """

    protocol: Literal[1] = 1
    boot: Boot
    number: Annotated[int, Field(ge=1, le=2**53)]
    sent_at: Moment
    heartbeat: Heartbeat | None = None
    events: Annotated[tuple[ReportedEvent, ...], Field(max_length=MOST_EVENTS)] = ()
    health: Annotated[tuple[HealthPiece, ...], Field(max_length=MOST_PIECES)] = ()
    usage: Annotated[tuple[DayUsage, ...], Field(max_length=MOST_USAGE)] = ()
