"""What every DNS provider must do, whoever it is.

A kind passes by subclassing `DnsSuite` with the fixture `provider`, whose account has the zones
`acme.test` and `eu.acme.test`, and nothing in them.
"""

import pytest

from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.dns.base import DnsProvider, Record

A = Record("leads.acme.test", "A", "203.0.113.7")
OTHER = Record("leads.acme.test", "A", "203.0.113.8")
AAAA = Record("leads.acme.test", "AAAA", "2001:db8::7")


class DnsSuite:
    """Needs the fixture `provider`."""

    def test_the_most_specific_zone_is_found(self, provider: DnsProvider) -> None:
        assert provider.zone_of("leads.acme.test") == "acme.test"
        assert provider.zone_of("a.b.eu.acme.test") == "eu.acme.test"
        assert provider.zone_of("acme.test") == "acme.test"
        assert provider.zone_of("notacme.test") is None

    def test_what_is_put_is_there_once(self, provider: DnsProvider) -> None:
        for record in (A, AAAA, A, AAAA):
            provider.put(record)
        assert provider.values(A.name, "A") == (A.value,)
        assert provider.values(A.name, "AAAA") == (AAAA.value,)
        assert provider.values("other.acme.test", "A") == ()

    def test_values_of_a_name_stand_beside_each_other(self, provider: DnsProvider) -> None:
        provider.put(A)
        provider.put(OTHER)
        assert provider.values(A.name, "A") == (A.value, OTHER.value)
        for _ in range(2):
            provider.remove(A)
        assert provider.values(A.name, "A") == (OTHER.value,)
        provider.remove(OTHER)
        assert provider.values(A.name, "A") == ()
        provider.remove(OTHER)

    def test_texts_stand_beside_each_other(self, provider: DnsProvider) -> None:
        one, other = (Record("_acme-challenge.leads.acme.test", "TXT", each * 43) for each in "ab")
        for record in (one, other, one):
            provider.put(record)
        assert provider.values(one.name, "TXT") == (one.value, other.value)
        provider.remove(one)
        assert provider.values(one.name, "TXT") == (other.value,)
        provider.remove(other)
        assert provider.values(one.name, "TXT") == ()

    def test_a_zone_itself_can_lead_somewhere(self, provider: DnsProvider) -> None:
        record = Record("eu.acme.test", "A", "203.0.113.9")
        provider.put(record)
        assert provider.values("eu.acme.test", "A") == ("203.0.113.9",)
        provider.remove(record)
        assert provider.values("eu.acme.test", "A") == ()

    def test_every_name_below_another_can_lead_somewhere(self, provider: DnsProvider) -> None:
        record = Record("*.leads.acme.test", "A", "203.0.113.9")
        for _ in range(2):
            provider.put(record)
        assert provider.values(record.name, "A") == (record.value,)
        assert provider.values("leads.acme.test", "A") == ()
        provider.remove(record)
        assert provider.values(record.name, "A") == ()

    def test_a_name_of_somebody_else_is_refused(self, provider: DnsProvider) -> None:
        stranger = Record("leads.stranger.test", "A", "203.0.113.7")
        with pytest.raises(ApiError, match="no zone that"):
            provider.put(stranger)
        assert provider.values(stranger.name, "A") == ()
        provider.remove(stranger)
