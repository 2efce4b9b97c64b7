"""The pretended payment server and Stripe's own library keep one contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadengine_ctl.billing.base import BillingError, BillingServer, UnreachableError
from leadengine_ctl.billing.memory import MemoryBilling
from leadengine_ctl.billing.memory_customers import MemoryCustomers
from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.billing_records import Kind
from tests.conformance.billing_suite import BillingSuite
from tests.unit.billing.stripe_server import KEY, serving


class TestMemory(BillingSuite):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.memory = MemoryBilling(tmp_path / "billing.json")

    def server(self) -> BillingServer:
        return self.memory

    def customers(self) -> MemoryCustomers:
        return MemoryCustomers(self.memory)

    def counted(self) -> int:
        return sum(each.value for each in self.memory.look().counted.values())


class TestStripe(BillingSuite):
    """The library, over HTTP, against a server that speaks the API of today."""

    @pytest.fixture(autouse=True)
    def account(self, tmp_path: Path) -> Iterator[None]:
        with serving(tmp_path) as self.there:
            yield

    def server(self) -> BillingServer:
        return StripeServer(SecretStr(KEY), self.there.url, retries=0)

    def customers(self) -> MemoryCustomers:
        return self.there.customers

    def counted(self) -> int:
        return sum(each.value for each in self.there.server.look().counted.values())

    @pytest.mark.parametrize("fault", ["lost", "deaf", "500", "503", "429"])
    def test_what_nobody_knows_is_said_so_and_the_same_key_does_it_once(self, fault: str) -> None:
        server = self.server()
        self.there.fault(fault)
        with pytest.raises(UnreachableError):
            server.add_customer("acme", "Acme", "ann@acme.test", "key-1")
        server.add_customer("acme", "Acme", "ann@acme.test", "key-1")
        assert len(list(server.all(Kind.CUSTOMER))) == 1

    def test_a_wrong_key_is_said_and_not_shown(self) -> None:
        wrong = StripeServer(SecretStr("sk_test_wrong99"), self.there.url, retries=0)
        with pytest.raises(BillingError) as caught:
            wrong.prices()
        words = f"{caught.value.what} {caught.value.why} {caught.value.hint}"
        assert "LECTL_STRIPE_KEY" in words
        assert "wrong99" not in words
        assert caught.value.__cause__ is None
