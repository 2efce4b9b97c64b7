"""What every `CompanyLookup` must do; a subclass says how to make one that knows ACME's network."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from ipaddress import ip_address

import pytest

from leadengine.companies.base import BudgetSpentError, CompanyLookup, Found

ACME = Found("acme-buyer.test", "Acme Buyers Ltd", "business", "GB")
OF_ACME = ip_address("192.0.2.10")
OF_A_PROVIDER = ip_address("198.51.100.10")
OF_MACHINES = ip_address("203.0.113.10")


class CompanyLookupSuite(ABC):
    """The contract."""

    @abstractmethod
    def lookup(self, most: int = 100) -> AbstractContextManager[CompanyLookup]:
        """One that knows the three networks, and takes `most` questions."""

    @pytest.fixture
    def asked(self) -> Iterator[CompanyLookup]:
        with self.lookup() as lookup:
            yield lookup

    def test_a_company_is_found_with_its_domain(self, asked: CompanyLookup) -> None:
        assert answers(asked, OF_ACME) == [ACME]

    def test_a_provider_is_nobody(self, asked: CompanyLookup) -> None:
        (found,) = answers(asked, OF_A_PROVIDER)
        assert (found.domain, found.name, found.hosting) == ("", "", False)

    def test_machines_are_told_from_people(self, asked: CompanyLookup) -> None:
        (found,) = answers(asked, OF_MACHINES)
        assert (found.domain, found.hosting) == ("", True)

    def test_an_unknown_address_is_no_error(self, asked: CompanyLookup) -> None:
        assert answers(asked, ip_address("2001:db8::1")) == [Found()]

    def test_no_more_questions_is_said_in_its_own_way(self) -> None:
        with self.lookup(most=1) as lookup, pytest.raises(BudgetSpentError) as refused:
            answers(lookup, OF_ACME, OF_A_PROVIDER)
        assert str(OF_A_PROVIDER) not in str(refused.value)

    def test_closing_twice_is_no_error(self) -> None:
        async def twice(lookup: CompanyLookup) -> None:
            await lookup.close()
            await lookup.close()

        with self.lookup() as lookup:
            asyncio.run(twice(lookup))


def answers(lookup: CompanyLookup, *addresses: object) -> list[Found]:
    async def ask() -> list[Found]:
        try:
            return [await lookup.look_up(address) for address in addresses]  # type: ignore[arg-type]
        finally:
            await lookup.close()

    return asyncio.run(ask())
