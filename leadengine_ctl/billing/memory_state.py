"""What a pretended payment server knows."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from leadengine_ctl.billing.base import Checkout, Collect, MeterEvent, Price
from leadengine_ctl.fleet.billing_records import (
    RECORDS,
    CustomerRecord,
    InvoiceRecord,
    Kind,
    Money,
    PaymentRecord,
    Record,
    SubscriptionRecord,
)

_KINDS = {record: kind for kind, record in RECORDS.items()}


class Happened(BaseModel):
    """A message that a real server would send."""

    id: str
    type: str
    kind: Kind
    object: str


class OpenedCheckout(BaseModel):
    """A page on which somebody may subscribe. `back`: where it leads to afterwards."""

    customer: str
    plan: str
    monthly: Money
    setup: Money | None
    back: str
    subscription: str = ""
    is_over: bool = False


def _nothing() -> dict[Kind, dict[str, str]]:
    return {kind: {} for kind in Kind}


class State(BaseModel):
    """Everything, as it lies in the file.

    Attributes:
        keys: keys of calls that changed something -> the id of what they made.
        cards: customers whose card is good.
    """

    products: dict[str, str] = {}
    prices: dict[str, Price] = {}
    meters: dict[str, str] = {}
    objects: dict[Kind, dict[str, str]] = Field(default_factory=_nothing)
    collect: dict[str, Collect] = {}
    due_days: dict[str, int] = {}
    keys: dict[str, str] = {}
    cards: set[str] = set()
    counted: dict[str, MeterEvent] = {}
    happened: list[Happened] = []
    checkouts: dict[str, OpenedCheckout] = {}

    def put(self, record: Record, type_: str) -> None:
        """Keep an object, and say that it changed."""
        kind = _KINDS[type(record)]
        self.objects[kind][record.id] = record.model_dump_json()
        self.tell(type_, kind, record.id)

    def tell(self, type_: str, kind: Kind, key: str) -> None:
        number = len(self.happened) + 1
        self.happened.append(Happened(id=f"evt_{number:08}", type=type_, kind=kind, object=key))

    def get(self, kind: Kind, key: str) -> Record | None:
        body = self.objects[kind].get(key)
        return RECORDS[kind].model_validate_json(body) if body else None

    def all(self, kind: Kind) -> Iterator[Record]:
        for body in self.objects[kind].values():
            yield RECORDS[kind].model_validate_json(body)

    def subscription(self, key: str) -> SubscriptionRecord:
        found = self.get(Kind.SUBSCRIPTION, key)
        assert isinstance(found, SubscriptionRecord)  # noqa: S101 - its own file says so
        return found

    def checkout(self, key: str) -> Checkout:
        """A page as it is now."""
        found = self.checkouts[key]
        url = "" if found.is_over else f"https://billing.test/pay/{key}"
        return Checkout(key, url, found.subscription, bool(found.subscription), found.is_over)

    def invoice(self, key: str) -> InvoiceRecord:
        found = self.get(Kind.INVOICE, key)
        assert isinstance(found, InvoiceRecord)  # noqa: S101 - its own file says so
        return found

    def customers(self) -> list[CustomerRecord]:
        return [each for each in self.all(Kind.CUSTOMER) if isinstance(each, CustomerRecord)]

    def payments(self) -> list[PaymentRecord]:
        return [each for each in self.all(Kind.PAYMENT) if isinstance(each, PaymentRecord)]

    def set_status(self, subscription: str, status: str) -> None:
        """Change how a subscription is, if there is one."""
        if subscription and (now := self.subscription(subscription)).status != status:
            changed = now.model_copy(update={"status": status})
            ended = status == "canceled"
            self.put(changed, f"customer.subscription.{'deleted' if ended else 'updated'}")
