"""An operator in this process who rents from a simulated provider, over HTTP, with machines of memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.operations.base import Run, Verb, World
from leadengine_ctl.operations.naming import Naming
from leadengine_ctl.operations.runner import new_id, run_as_part
from leadengine_ctl.operations.servers.giving_back import DeleteServer, server_request
from leadengine_ctl.operations.servers.orphans import survey
from leadengine_ctl.operations.servers.provision import Provision, provision_request
from leadengine_ctl.operations.servers.snapshots import take_snapshot
from leadengine_ctl.operations.servers.wanted import Place, find_offer
from leadengine_ctl.services import FirstContact, build_world
from tests.conformance.provider_suite import KEY
from tests.lab.cloud.digitalocean import DigitalOceanApi
from tests.lab.cloud.hall import Hall
from tests.lab.cloud.hetzner import HetznerApi
from tests.lab.cloud.machines import NoMachines
from tests.lab.cloud.web import serve

DOMAIN = "leads.acme.test"
SIZES = {"hetzner": "hetzner:cx32@fsn1", "digitalocean": "digitalocean:s-2vcpu-4gb@fra1"}
PATIENCE = "0.5"
"""Seconds: enough for eight attempts at a simulator that answers at once."""


@dataclass(frozen=True)
class Tenant:
    """Who rents.

    Attributes:
        provider: at which of the two.
    """

    world: World
    provider: str
    api: HetznerApi | DigitalOceanApi

    @property
    def hall(self) -> Hall:
        return self.api.hall

    def rent(self) -> str:
        """Have the server: one try of what `host create` does. Returns the name of its host."""
        place = Place.parse(SIZES[self.provider])
        known = self.record
        if not (known and known.live):
            offer = find_offer(self.world, place)
            self.carry_out(Provision(provision_request("acme", "acme", offer)))
        return str(self.get().host)

    def point(self) -> None:
        record = self.get()
        addresses = (record.address, record.address6)
        Naming(self.world, "acme", DOMAIN).point("auto", addresses, replace=False)

    def photograph(self) -> None:
        take_snapshot(self.world, "acme", "before")

    def give_back(self) -> None:
        Naming(self.world, "acme", DOMAIN).forget()
        if self.record:
            self.carry_out(DeleteServer(server_request(self.world, "acme")))

    def carry_out(self, verb: Verb) -> None:
        """Run a verb as a process that starts anew would: an operation of its own."""
        run_as_part(Run(self.world, new_id(), lambda _happening: None), verb)

    @property
    def record(self) -> ServerRecord | None:
        return self.world.store.servers.named("acme")

    def get(self) -> ServerRecord:
        record = self.record
        assert record is not None
        return record

    def orphans(self) -> int:
        return len(survey(self.world, (self.provider,)).orphans)

    def records(self) -> list[str]:
        """What the domain has at the provider now."""
        zones = self.api.zones if isinstance(self.api, HetznerApi) else self.api.domains
        return zones.records(DOMAIN, "A") + zones.records(DOMAIN, "AAAA")


@contextmanager
def a_tenant(provider: str, folder: Path, **settings: str) -> Iterator[Tenant]:
    """An operator with an empty account at a provider that has the zone `acme.test`."""
    api = _api(provider)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "id.pub").write_text(KEY)
    with serve(api) as base, pytest.MonkeyPatch.context() as patch:
        values = {
            "LECTL_DATA_FOLDER": str(folder / "data"),
            "LECTL_SSH_KEY": str(folder / "id"),
            "LECTL_CLOUD_PATIENCE": PATIENCE,
            "LECTL_BOOT_DEADLINE": "2",
            f"LECTL_{provider.upper()}_TOKEN": "good",
            f"LECTL_{provider.upper()}_ENDPOINT": base
            + ("/v1" if provider == "hetzner" else "/v2/"),
            **settings,
        }
        for name, value in values.items():
            patch.setenv(name, value)
        if isinstance(api, DigitalOceanApi):
            api.base = base
        world = build_world(FirstContact(lambda _address, _key: False))
        yield Tenant(replace(world, open_made=_memory_host), provider, api)


def _api(provider: str) -> HetznerApi | DigitalOceanApi:
    hall = Hall(NoMachines(), pace=0.005)
    if provider == "hetzner":
        project = HetznerApi(hall)
        project.zones.add("acme.test")
        return project
    team = DigitalOceanApi(hall)
    team.domains.add("acme.test")
    return team


def _memory_host(address: HostAddress, _key: HostKey) -> Host:
    return MemoryHost(address)


def until_it_works(step: Callable[[], object], tries: int) -> list[LeadEngineError]:
    """Run again and again, as a person does; returns what was said before it worked."""
    said: list[LeadEngineError] = []
    for _ in range(tries):
        try:
            step()
        except LeadEngineError as error:
            said.append(error)
            continue
        return said
    raise AssertionError(f"it did not converge in {tries} runs: {[str(each) for each in said]}")
