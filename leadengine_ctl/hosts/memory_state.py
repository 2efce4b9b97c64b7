"""What a memory host remembers, and the file that can outlive its process."""

import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr

from leadengine_agent.protocol import (
    Activate,
    CertificateState,
    EarlierGeneration,
    Outcome,
    PanelSpec,
    Part,
    Point,
    Release,
    ServiceState,
    StackSpec,
    StackState,
    TargetState,
    Task,
    Verification,
)
from leadengine_agent.values import Frozen, digest_of
from leadengine_ctl.hosts.memory_storage import MemoryRepository


class KeptGeneration(Frozen):
    """What a generation was made of. `key` is the hash of all that went into it."""

    number: int
    spec: StackSpec
    release: str
    key: str


class MemoryBackups(Frozen):
    """What the host of a stack knows of its recovery points.

    Attributes:
        password: of the client's repositories.
        credentials: target -> user and secret, as they were handed over.
        points: the catalogue, oldest first; `targets`: how the last attempt went, at each.
    """

    password: str
    credentials: dict[str, tuple[str, str]] = {}
    points: tuple[Point, ...] = ()
    targets: dict[str, TargetState] = {}
    attempted: str = ""
    drill: Verification | None = None


class MemoryTenant(Frozen):
    """A client of a hosted stack. `told`: its first password was shown. `standing`: by what it pays.
    `site`: its website is read. `company`, `colour`: its own, if it has them.
    """

    slug: str
    client_id: str
    domain: str
    email: str
    company: str | None = None
    colour: str | None = None
    suspended: bool = False
    standing: str = "good"
    site: bool = False
    told: bool = False


class MemoryStack(Frozen):
    """A stack of a memory host.

    Attributes:
        key: hash of all that went into its generation; an equal one changes nothing.
        password: the first administrator's, until it is forgotten.
        schema_of: the release whose schema the database has.
        earlier: the generations before the current one that are kept, oldest first.
        tripped: releases that the host took back by itself.
        data: what its database, its files and its vectors hold.
        frozen: it was moved away: everything is stopped.
        backups: what the host knows of its recovery points.
        tenants: of a hosted one, its clients by name.
        leaving, arriving: a client that was packed here, or carried here.
        standing: of one client's own, by what it pays. `site`: its website, once that is read.
    """

    spec: StackSpec
    release: str
    key: str
    generation: int
    password: str | None
    schema_of: str = ""
    earlier: tuple[KeptGeneration, ...] = ()
    tripped: tuple[str, ...] = ()
    data: dict[Part, str] = {}
    frozen: bool = False
    backups: MemoryBackups
    tenants: dict[str, MemoryTenant] = {}
    leaving: str = ""
    arriving: str = ""
    standing: str = "good"
    site: str = ""

    @property
    def current(self) -> KeptGeneration:
        """The generation in service."""
        return KeptGeneration(
            number=self.generation, spec=self.spec, release=self.release, key=self.key
        )

    def state(self, *, healthy: bool = True) -> StackState:
        colour = "green" if self.generation % 2 == 0 else "blue"
        running = ("db", "redis", "chromadb", f"api-{colour}", "worker", "nginx")
        return StackState(
            client=self.spec.client,
            domain=self.spec.domain,
            client_id=self.spec.client_id,
            release=self.release,
            generation=self.generation,
            colour=colour,
            healthy=healthy and not self.frozen,
            services=()
            if self.frozen
            else tuple(_service(name, healthy=healthy) for name in running),
            certificate=_certificate(self.spec.domain),
            frozen=self.frozen,
            earlier=tuple(
                EarlierGeneration(
                    number=each.number,
                    release=each.release,
                    differs=self.spec.changed_by(each.spec),
                )
                for each in reversed(self.earlier)
            ),
        )


class Entry(Frozen):
    """A task in the journal; `outcome` None: it was started and has not succeeded."""

    task: str
    verb: str
    client: str
    fence: int
    outcome: Outcome | None = None


class MemoryState(Frozen):
    """A host.

    Attributes:
        baseline: id of the hardening that was put in place; empty: none.
        publisher: whose releases it believes, by the hash of the first root; empty: nobody's yet.
        identity: its own age key, once it was asked for.
        repositories: those in its own folders: they end with it.
        addresses: those it answers to beside its own.
        panel: whom it reports to.
        served_panel: the panel that lives on it; `panel_owner`: its first owner.
    """

    prepared: bool = False
    baseline: str = ""
    publisher: str = ""
    panel: str = ""
    served_panel: PanelSpec | None = None
    panel_owner: str = ""
    releases: dict[str, Release] = {}
    stacks: dict[str, MemoryStack] = {}
    journal: dict[str, Entry] = {}
    identity: str = ""
    repositories: dict[str, MemoryRepository] = {}
    addresses: tuple[str, ...] = ()


def load(path: Path) -> MemoryState:
    """Read the state; a host without a file is a bare one."""
    if not path.exists():
        return MemoryState()
    return MemoryState.model_validate_json(path.read_bytes())


def save(path: Path, state: MemoryState) -> None:
    """Write the state so that a kill at any moment leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(state.model_dump_json())
    Path(temporary).rename(path)


def key_of(order: Activate) -> str:
    """Hash what goes into a generation, so that secrets are compared but not kept."""
    secrets = {name: _reveal(secret) for name, secret in sorted(order.secrets.items())}
    # Where backups go is no part of it: no container has to be replaced for that.
    spec = order.spec.model_dump_json(exclude={"backup"})
    content = json.dumps([spec, order.release, secrets])
    return sha256(content.encode()).hexdigest()


def publisher_of(roots: tuple[str, ...]) -> str:
    """What names a publisher; empty for none."""
    return digest_of(roots[0]) if roots else ""


def client_of(task: Task) -> str:
    """The client a task is about; empty for those about the host."""
    order = task.order
    spec = getattr(order, "spec", None)
    return spec.client if spec else getattr(order, "client", None) or ""


def _reveal(secret: SecretStr) -> str:
    return secret.get_secret_value()


def _service(name: str, *, healthy: bool) -> ServiceState:
    health = "healthy" if healthy or not name.startswith("api-") else "unhealthy"
    return ServiceState.model_validate({"service": name, "state": "running", "health": health})


def _certificate(domain: str) -> CertificateState:
    private = domain.endswith((".localhost", ".test", ".internal"))
    advice = "" if private else f"Point {domain} to 192.0.2.1 (this host is a pretended one)."
    return CertificateState(issuer_kind="local" if private else "self-signed", advice=advice)
