"""What every host must do with clients that share a stack, and with those that do not pay.

A kind of host passes by subclassing with two fixtures: `host` (entered), on which the hosted stack
`cloud` is active, and `other`, which may be the same one, with the dedicated stack `own`. Nothing of a
test's client stays behind.
"""

from collections.abc import Iterator

import pytest

from leadengine_agent.protocol import (
    CreateTenant,
    DeleteTenant,
    FailureCode,
    Order,
    ReadSite,
    SetStanding,
    SuspendTenant,
    TenantResult,
    Tenants,
    TenantsResult,
)
from leadengine_ctl.hosts.base import Transport
from tests.conformance.asking import Asking, new_id

CLOUD, OWN = "cloud", "own"
MAKE = CreateTenant(
    client=CLOUD,
    tenant="fern",
    domain="www.fern.test",
    email="ann@fern.test",
    colour="#0f766e",
)
NOBODY = "nobody"


class HostingSuite(Asking):
    """Orders about clients of a hosted stack, and about who pays."""

    @pytest.fixture
    def fern(self, host: Transport) -> Iterator[TenantResult]:
        yield TenantResult.model_validate(self.succeed(host, MAKE).result)
        self.succeed(host, DeleteTenant(client=CLOUD, tenant="fern"))

    def changed(self, host: Transport, order: Order, task: str = "") -> bool:
        found = self.succeed(host, order, task).result["changed"]
        assert isinstance(found, bool)
        return found

    def suspended(self, host: Transport) -> bool:
        listed = TenantsResult.model_validate(self.succeed(host, Tenants(client=CLOUD)).result)
        return next(each.suspended for each in listed.tenants if each.slug == "fern")

    def test_a_client_is_made_once(self, host: Transport, fern: TenantResult) -> None:
        again = TenantResult.model_validate(self.succeed(host, MAKE).result)
        assert (fern.created, again.created) == (True, False)
        assert (again.client_id, again.domain) == (fern.client_id, "www.fern.test")
        other = MAKE.model_copy(update={"domain": "www.other.test"})
        assert self.refused(host, other).code is FailureCode.REFUSED

    def test_a_website_is_read_from_the_first_order_on(
        self, host: Transport, fern: TenantResult
    ) -> None:
        order, task = ReadSite(client=CLOUD, tenant=fern.slug), new_id()
        assert self.changed(host, order, task) is True
        # A task that ended answers what it answered; another one finds it done.
        assert self.changed(host, order, task) is True
        assert self.changed(host, order) is False

    def test_the_website_of_a_stack_of_its_own_is_named(self, other: Transport) -> None:
        order = ReadSite(client=OWN, site="www.own.test")
        assert [self.changed(other, order), self.changed(other, order)] == [True, False]

    def test_a_client_stands_as_it_pays_and_comes_back(
        self, host: Transport, fern: TenantResult
    ) -> None:
        for standing, changes in (
            *(("good", False), ("read-only", True), ("read-only", False)),
            *(("suspended", True), ("good", True), ("good", False)),
        ):
            order = SetStanding.model_validate(
                {"client": CLOUD, "tenant": fern.slug, "standing": standing}
            )
            assert self.changed(host, order) is changes, standing
            assert self.suspended(host) is (standing == "suspended")

    def test_a_payment_does_not_undo_what_a_person_said(
        self, host: Transport, fern: TenantResult
    ) -> None:
        assert self.changed(host, SuspendTenant(client=CLOUD, tenant=fern.slug)) is True
        self.succeed(host, SetStanding(client=CLOUD, tenant=fern.slug, standing="suspended"))
        self.succeed(host, SetStanding(client=CLOUD, tenant=fern.slug, standing="good"))
        assert self.suspended(host) is True
        again = SuspendTenant(client=CLOUD, tenant=fern.slug, resume=True)
        assert self.changed(host, again) is True
        assert self.suspended(host) is False

    def test_a_stack_of_its_own_stands_as_its_client_pays(self, other: Transport) -> None:
        try:
            for standing, changes in (("read-only", True), ("read-only", False), ("good", True)):
                order = SetStanding.model_validate({"client": OWN, "standing": standing})
                assert self.changed(other, order) is changes, standing
        finally:
            self.succeed(other, SetStanding(client=OWN, standing="good"))

    @pytest.mark.parametrize(
        ("order", "code"),
        [
            (ReadSite(client=CLOUD, tenant=NOBODY), FailureCode.NOT_FOUND),
            (SuspendTenant(client=CLOUD, tenant=NOBODY), FailureCode.NOT_FOUND),
            (SetStanding(client=CLOUD, tenant=NOBODY, standing="good"), FailureCode.NOT_FOUND),
            (SetStanding(client=CLOUD, standing="read-only"), FailureCode.REFUSED),
            (SetStanding(client=OWN, tenant=NOBODY, standing="good"), FailureCode.REFUSED),
            (ReadSite(client=OWN, tenant=NOBODY), FailureCode.REFUSED),
            (ReadSite(client=CLOUD, site="www.own.test"), FailureCode.REFUSED),
        ],
        ids=lambda value: getattr(value, "verb", str(value)),
    )
    def test_whom_it_does_not_know_it_does_not_touch(
        self, host: Transport, other: Transport, order: Order, code: FailureCode
    ) -> None:
        asked = other if getattr(order, "client", "") == OWN else host
        assert self.refused(asked, order).code is code
