"""What happens at a pretended payment server without us: people pay, cards are declined, months go by."""

from leadengine_ctl.billing.base import Subscribing
from leadengine_ctl.billing.memory import MONTH, MemoryBilling
from leadengine_ctl.billing.plans import TIERS, Terms
from leadengine_ctl.fleet.billing_records import InvoiceRecord, Kind


class MemoryCustomers:
    """The customers of an account, and its clock."""

    def __init__(self, server: MemoryBilling) -> None:
        self._server = server

    def leave_card(self, customer: str, *, good: bool = True) -> None:
        """A card that pays; or take it away: it is declined from now on."""
        with self._server.change() as state:
            (state.cards.add if good else state.cards.discard)(customer)

    def pay_at(self, checkout: str, *, good: bool = True) -> str:
        """Somebody pays on a page, by a card that is good or is not; the id of the subscription, or nothing.

        A card that is declined leaves the page open, as at a real one.
        """
        with self._server.change() as state:
            page = state.checkouts[checkout]
            if page.is_over or not good:
                return page.subscription
            state.cards.add(page.customer)
            terms = Terms(TIERS[page.plan], page.monthly, page.setup)
            made = self._server.make(state, Subscribing(page.customer, terms, {}, "card", 0))
            page.subscription, page.is_over = made, True
        return made

    def let_lapse(self, checkout: str) -> None:
        """Nobody paid for a day."""
        with self._server.change() as state:
            state.checkouts[checkout].is_over = True

    def pay(self, invoice: str) -> None:
        """A bill is paid, however."""
        with self._server.change() as state:
            state.cards.add(customer := state.invoice(invoice).customer)
            self._server.charge(state, state.invoice(invoice))
            subscription = state.invoice(invoice).subscription
            if not any(
                isinstance(each, InvoiceRecord)
                and each.customer == customer
                and each.status == "open"
                for each in state.all(Kind.INVOICE)
            ):
                state.set_status(subscription, "active")

    def renew(self, subscription: str) -> str:
        """The next month begins: the id of its bill."""
        with self._server.change() as state:
            now = state.subscription(subscription)
            later = now.model_copy(update={"period_end": (now.period_end or 0) + MONTH})
            state.put(later, "customer.subscription.updated")
            return self._server.bill(state, later, later.monthly.minor if later.monthly else 0).id

    def leave(self, subscription: str, *, at_once: bool = True) -> None:
        """A subscription ends, now or with its period."""
        with self._server.change() as state:
            if at_once:
                state.set_status(subscription, "canceled")
            else:
                leaving = state.subscription(subscription).model_copy(update={"leaves": True})
                state.put(leaving, "customer.subscription.updated")

    def forgive(self, invoice: str) -> None:
        """A bill is void."""
        with self._server.change() as state:
            void = state.invoice(invoice).model_copy(update={"status": "void"})
            state.put(void, "invoice.voided")

    def vanish(self, customer: str) -> None:
        """A customer is removed; subscriptions end with it, bills stay."""
        with self._server.change() as state:
            for each in list(state.all(Kind.SUBSCRIPTION)):
                if each.id and getattr(each, "customer", "") == customer:
                    state.set_status(each.id, "canceled")
            del state.objects[Kind.CUSTOMER][customer]
            state.tell("customer.deleted", Kind.CUSTOMER, customer)
