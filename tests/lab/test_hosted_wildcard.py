"""A hosted stack whose one certificate is for every name below its domain, before any of them leads here."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from leadengine_agent.certificates import names_of, serial_of
from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.texts import TextsOf, texts_of, with_provider
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

DOMAIN = "cloud.shared.test"
APP, CDN = f"app.{DOMAIN}", f"cdn.{DOMAIN}"
ELSEWHERE = "10.213.0.1"


@dataclass(frozen=True)
class Cloud:
    """The host, who keeps its domain's DNS, and the provider of that."""

    keeper: Operator
    vps: Vps
    api: TextsOf
    root: str

    def create(self, *more: str) -> Ended:
        where = ("--host", self.vps.url, "--host-key", fingerprint(self.vps))
        words = ("cloud", "create", DOMAIN, f"ops@{DOMAIN}", "--wildcard", *where, *more)
        ended = self.keeper.lectl(*words, "--json")
        assert ended.code == 0, ended.text
        return ended

    def at(self, name: str) -> Stack:
        return Stack(self.vps, "cloud", name)

    def status(self, name: str, path: str) -> int:
        """How a name answers, whose certificate has to be the authority's."""
        return self.at(name).get(path, root=self.root).status_code


@pytest.fixture(scope="module")
def cloud(
    lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble, run: Run
) -> Iterator[Cloud]:
    for name in (APP, CDN):
        names.point(name, ELSEWHERE)
    settings = certificate_settings(pebble, lab_operator.home)
    with texts_of(names, "shared.test", f"_acme-challenge.{DOMAIN}") as (api, endpoint):
        keeper = with_provider(lab_operator.with_settings(**settings), endpoint, run.resolver)
        yield Cloud(keeper, stocked_vps, api, pebble.root)


def test_one_record_certifies_both_names_before_they_lead_here(
    cloud: Cloud, pebble: Pebble
) -> None:
    orders = pebble.orders
    result = cloud.create("--prove-by", "auto").result
    assert (result["certificate"], result["url"]) == ("acme", f"https://{APP}")
    assert (pebble.orders - orders, len(cloud.api.said), cloud.api.now) == (1, 1, [])
    assert names_of(cloud.at(APP).certificate()) == [f"*.{DOMAIN}"]
    assert cloud.status(APP, "/readyz") == 200
    assert cloud.status(CDN, "/pixel.js") == 200


def test_a_client_made_now_is_served_behind_it(cloud: Cloud) -> None:
    cloud.keeper.must("tenant", "create", "acme", "www.acme.test", "ann@www.acme.test")
    assert cloud.status(APP, "/acme/sign-in") == 200


def test_the_names_lead_here_afterwards_and_the_certificate_stays(
    cloud: Cloud, pebble: Pebble
) -> None:
    before = (pebble.orders, serial_of(cloud.at(APP).certificate()))
    assert cloud.create("--dns", "auto").result["certificate"] == "acme"
    for name in (APP, CDN):
        assert cloud.api.zones.records(name, "A") == [cloud.vps.address]
    assert cloud.create("--dns", "auto").result["changed"] is False
    renewed = cloud.keeper.must("dns", "certify", "--all", "--json").result
    assert renewed["certificates"] == [{"client": "cloud", "certificate": "acme", "advice": ""}]
    assert (pebble.orders, serial_of(cloud.at(APP).certificate())) == before
    assert len(cloud.api.said) == 1, "a good certificate was proven again"
