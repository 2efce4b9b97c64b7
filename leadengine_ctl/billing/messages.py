"""What the payment server's messages are about. Their content is not believed: it may be old."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from leadengine_agent.values import Frozen
from leadengine_ctl.fleet.billing_records import EventRecord, Kind

_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]

_OBJECTS = {
    "customer": Kind.CUSTOMER,
    "subscription": Kind.SUBSCRIPTION,
    "invoice": Kind.INVOICE,
    "payment_intent": Kind.PAYMENT,
}


class _Object(Frozen):
    model_config = ConfigDict(extra="ignore")

    object: _Name
    # An invoice that is still to come has none.
    id: _Name | None = None


class _Data(Frozen):
    model_config = ConfigDict(extra="ignore")

    object: _Object


class Message(Frozen):
    """An event as it arrives."""

    model_config = ConfigDict(extra="ignore")

    id: _Name
    type: _Name
    data: _Data

    def record(self) -> EventRecord:
        """The line for the inbox."""
        about = self.data.object
        kind = _OBJECTS.get(about.object, "") if about.id else ""
        return EventRecord(id=self.id, type=self.type, kind=kind, object=about.id or "")
