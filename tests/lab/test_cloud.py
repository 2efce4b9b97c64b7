"""From no server to a live client, at a simulated provider whose servers really boot; and back."""

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.lab.acme import Pebble
from tests.lab.cloud.hall import Hall
from tests.lab.cloud.hetzner import HetznerApi
from tests.lab.cloud.lab_machines import LabMachines
from tests.lab.cloud.web import Answer, Request, serve
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings
from tests.lab.run import Run

pytestmark = pytest.mark.soak

DOMAIN = "leads.rented.test"


@dataclass(frozen=True)
class Cloud:
    """A provider, and an operator with a token for it."""

    api: HetznerApi
    machines: LabMachines
    operator: Operator


@pytest.fixture(scope="module")
def cloud(lab_operator: Operator, run: Run, names: Names, pebble: Pebble) -> Iterator[Cloud]:
    machines = LabMachines(run)
    api = PublishingApi(Hall(machines, pace=0.5), names)
    api.zones.add("rented.test")
    with serve(api) as base:
        operator = lab_operator.with_settings(
            **certificate_settings(pebble, lab_operator.home),
            LECTL_HETZNER_TOKEN="good",
            LECTL_HETZNER_ENDPOINT=f"{base}/v1",
            LECTL_RESOLVERS=run.resolver,
        )
        yield Cloud(api, machines, operator)


class PublishingApi(HetznerApi):
    """A provider whose zones the lab's resolver answers from."""

    def __init__(self, hall: Hall, names: Names) -> None:
        super().__init__(hall)
        self._names = names

    def answer(self, request: Request) -> Answer:
        answered = super().answer(request)
        if request.method != "GET" and "/rrsets" in request.path:
            a, aaaa = (self.zones.records(DOMAIN, kind) for kind in ("A", "AAAA"))
            self._names.point(DOMAIN, *(found[0] if found else "" for found in (a, aaaa)))
        return answered


def deploy(cloud: Cloud, **settings: str) -> Ended:
    operator = cloud.operator.with_settings(**settings)
    words = ("deploy", "acme", DOMAIN, f"ops@{DOMAIN}", "--on", "hetzner:cx32@fsn1")
    return operator.lectl(*words, "--yes", "--json", timeout=900)


def test_from_no_server_to_a_live_client_over_https(cloud: Cloud, pebble: Pebble) -> None:
    assert cloud.api.hall.boxes == {}
    started = time.monotonic()
    ended = deploy(cloud)
    seconds = time.monotonic() - started
    assert ended.code == 0, ended.text
    assert ended.result["certificate"] == "acme", ended.result["advice"]
    (box,) = cloud.api.hall.boxes.values()
    with httpx.Client(verify=ssl.create_default_context(cadata=pebble.root)) as client:
        answer = client.get(
            f"https://{box.addresses.address}/readyz",
            headers={"Host": DOMAIN},
            extensions={"sni_hostname": DOMAIN},
        )
    assert answer.status_code == 200
    print(f"\nfrom no server to HTTPS: {seconds:.0f} s")  # noqa: T201


def test_cloud_init_itself_ran_the_user_data(cloud: Cloud) -> None:
    (box,) = cloud.machines.boxes.values()
    status = json.loads(box.run("cloud-init", "status", "--format", "json", "--wait").stdout)
    assert (status["status"], status["errors"]) == ("done", [])
    assert status["datasource"] == "nocloud"


def test_the_key_that_the_provider_saw_is_not_the_host_s_any_more(cloud: Cloud) -> None:
    (box,) = cloud.api.hall.boxes.values()
    (machine,) = cloud.machines.boxes.values()
    shown = machine.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[1]
    assert shown not in box.user_data
    known = cloud.operator.lectl("host", "list", "--json").result["hosts"][0]["host_key"]
    assert known.split()[1] == shown


def test_the_world_sees_the_domain_where_it_should(cloud: Cloud) -> None:
    checked = cloud.operator.lectl("dns", "check", "acme", "--json")
    assert checked.code == 0, checked.text


def test_a_second_deploy_buys_nothing_and_changes_nothing(cloud: Cloud) -> None:
    ended = deploy(cloud)
    assert ended.code == 0, ended.text
    assert ended.result["changed"] is False
    assert len(cloud.api.hall.history) == 1


def test_destroy_takes_server_records_and_tags_away(cloud: Cloud) -> None:
    ended = cloud.operator.lectl("destroy", "acme", "--confirm", "acme")
    assert ended.code == 0, ended.text
    assert cloud.api.hall.boxes == {}
    assert cloud.machines.boxes == {}
    assert cloud.api.firewalls == {}
    assert cloud.api.zones.records(DOMAIN, "A") == []
    listed = cloud.operator.lectl("host", "list", "--json").result
    assert (listed["hosts"], listed["not_ready"]) == ([], [])
