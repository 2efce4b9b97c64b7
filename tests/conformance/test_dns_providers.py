"""Every DNS provider keeps the contract: three against the simulator, one against moto, one in memory."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import DnsProvider, Record
from leadengine_ctl.dns.cloudflare import CloudflareDns
from leadengine_ctl.dns.digitalocean import DigitalOceanDns
from leadengine_ctl.dns.hetzner import HetznerDns
from leadengine_ctl.dns.memory import MemoryDns
from leadengine_ctl.dns.route53 import Route53
from tests.conformance import clouds
from tests.conformance.dns_suite import DnsSuite
from tests.conformance.provider_suite import QUICK

ZONES = ("acme.test", "eu.acme.test")


class TestMemory(DnsSuite):
    @pytest.fixture(params=["kept in memory", "kept in a file"])
    def provider(self, request: pytest.FixtureRequest, tmp_path: Path) -> DnsProvider:
        return MemoryDns(ZONES, tmp_path / "d.json" if "file" in request.param else None)


@pytest.mark.long
class TestHetzner(DnsSuite):
    @pytest.fixture
    def provider(self) -> Iterator[DnsProvider]:
        with clouds.hetzner() as (api, endpoint):
            for zone in ZONES:
                api.zones.add(zone)
            yield HetznerDns("good", QUICK, endpoint)


@pytest.mark.long
class TestDigitalOcean(DnsSuite):
    @pytest.fixture
    def provider(self) -> Iterator[DnsProvider]:
        with clouds.digitalocean() as (api, endpoint):
            for zone in ZONES:
                api.domains.add(zone)
            yield DigitalOceanDns("good", QUICK, endpoint)


@pytest.mark.long
class TestCloudflare(DnsSuite):
    @pytest.fixture
    def provider(self) -> Iterator[DnsProvider]:
        with clouds.cloudflare() as (api, endpoint):
            for zone in ZONES:
                api.add(zone)
            yield CloudflareDns("good", QUICK, endpoint)


@pytest.mark.long
class TestRoute53(DnsSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def endpoint(cls) -> Iterator[str]:
        with pytest.MonkeyPatch.context() as patch:
            clouds.aws_credentials(patch)
            with clouds.aws() as endpoint:
                client = boto3.client("route53", region_name="us-east-1", endpoint_url=endpoint)
                for zone in ZONES:
                    client.create_hosted_zone(Name=zone, CallerReference=zone)
                yield endpoint

    @pytest.fixture
    def provider(self, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsProvider]:
        clouds.aws_credentials(monkeypatch)
        route53 = Route53(Patience(seconds=10), endpoint)
        yield route53
        for name in ("leads.acme.test", "eu.acme.test"):
            for kind in ("A", "AAAA"):
                for value in route53.values(name, kind):
                    route53.remove(Record(name, kind, value))
