"""The composition root: settings in, everything that operations need out."""

import getpass
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import DnsProvider
from leadengine_ctl.dns.configured import configured
from leadengine_ctl.fleet.store import Store, open_store
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.operations.base import Clouds, World
from leadengine_ctl.operations.durable import Durable
from leadengine_ctl.operations.mailbox import is_reached_by_queue, queue_host
from leadengine_ctl.providers.base import Provider
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from leadengine_ctl.secrets import KeyRing
from leadengine_ctl.settings import Settings


def _check_fingerprint(value: str) -> str:
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", value):
        message = "a fingerprint is what 'ssh-keygen -l' prints: 'SHA256:' and 43 characters"
        raise ValueError(message)
    return value


Fingerprint = Annotated[str, AfterValidator(_check_fingerprint)]
Confirm = Callable[[HostAddress, HostKey], bool]


@dataclass(frozen=True)
class FirstContact:
    """How to trust a host that is met for the first time: its fingerprint, or a person to ask."""

    confirm: Confirm
    fingerprint: Fingerprint | None = None


def build_world(first_contact: FirstContact) -> World:
    """Read the settings and open the store.

    Raises:
        ValidationError: a setting is refused.
        LeadEngineError: the store cannot be opened.
    """
    settings = Settings()
    store = open_store(settings.database, settings.data_folder, KeyRing(settings.keys))
    return World(
        settings=settings,
        store=store,
        library=_library(settings),
        durable=Durable(settings.workflows),
        open_host=lambda address: _open_host(settings, store, first_contact, address),
        open_made=lambda address, key: _open_made(settings, address, key),
        clouds=Clouds(
            provider=lambda name: _provider(settings, store, name),
            dns=lambda name: _dns(settings, name),
            dns_configured=configured(settings),
            patience=Patience(settings.cloud_patience),
            public_key=lambda: _public_key(settings),
        ),
        actor=f"{getpass.getuser()}@{socket.gethostname()}",
    )


def _library(settings: Settings) -> Library:
    repository = Repository(settings.data_folder / "releases")
    source = settings.releases
    if source is None:
        return Library(repository)

    def refresh() -> None:
        # Imported here: verifying takes a library that most commands do without.
        from leadengine_ctl.releases.reader import Reader

        Reader(repository, source, settings.releases_root).read()

    return Library(repository, refresh)


def _open_host(
    settings: Settings, store: Store, first_contact: FirstContact, address: HostAddress
) -> Host:
    by_queue = settings.hosts_by == "queue" and is_reached_by_queue(store, address)
    if address.kind == "queue" or by_queue:
        return queue_host(store, address)
    if address.kind == "memory":
        return MemoryHost(address, settings.data_folder / "memory" / f"{address.name}.json")
    from leadengine_ctl.hosts.registry import open_host

    return open_host(address, _trust(store, first_contact, address), settings.ssh_key)


def _open_made(settings: Settings, address: HostAddress, key: HostKey) -> Host:
    """A host whose key we made ourselves: it alone is trusted, whatever else is known of its address."""
    if address.kind == "memory":
        return MemoryHost(address, settings.data_folder / "memory" / f"{address.name}.json")
    from leadengine_ctl.hosts.registry import open_host

    return open_host(address, HostTrust(pinned=key, made=True), settings.ssh_key)


def _provider(settings: Settings, store: Store, name: str) -> Provider:
    from leadengine_ctl.providers.registry import open_provider

    regions = tuple(each.region for each in store.servers.all() if each.provider == name)
    return open_provider(name, settings, regions)


def _dns(settings: Settings, name: str) -> DnsProvider:
    from leadengine_ctl.dns.registry import open_dns

    return open_dns(name, settings)


def _public_key(settings: Settings) -> str:
    from leadengine_ctl.hosts.own_key import public_key

    return public_key(settings.ssh_key)


def _trust(store: Store, first_contact: FirstContact, address: HostAddress) -> HostTrust:
    known = store.hosts.find(address.name)
    pinned = HostKey.parse(known.host_key) if known and known.host_key else None
    return HostTrust(
        pinned=pinned,
        fingerprint=first_contact.fingerprint,
        confirm=first_contact.confirm,
        pin=lambda key: store.hosts.pin(address.name, str(address), str(key)),
        made=pinned is not None and store.servers.of_host(address.name) is not None,
    )
