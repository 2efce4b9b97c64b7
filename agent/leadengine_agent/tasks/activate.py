"""`activate`: bring a stack to a spec and a release. Deploy, update, change and way back are this.

Every step looks first and does only what is missing, so the whole can be repeated from the top after
a kill at any point. What serves goes on serving until nginx was told otherwise.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from leadengine_agent import docker
from leadengine_agent.certificates import CertificateStore, LocalCA, check, self_signed
from leadengine_agent.docker import Compose, DockerError, wait_until_ready
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.gateway import Gateway
from leadengine_agent.generations import Generations, generation_key
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import (
    Activate,
    ActivateResult,
    FailureCode,
    Release,
    StackSpec,
)
from leadengine_agent.records import Record, current_record
from leadengine_agent.seeding import Seed, read_seed, seed_of
from leadengine_agent.stack import (
    DATA_SERVICES,
    api_service,
    compose_of,
    load_release,
    other_colour,
    read_state,
    services_of,
    write_state,
)
from leadengine_agent.tasks.context import Context
from leadengine_agent.tasks.inspect import stack_state
from leadengine_agent.values import is_private
from leadengine_agent.vault import Vault

STEPS = (
    "generation",
    "data",
    "migrate",
    "start",
    "seed",
    "api",
    "certificate",
    "gateway",
    "worker",
    "retire",
    "commit",
)
"""Committing is last: a generation that is current has nothing left to do."""

_DATA_DEADLINE = 120.0
_API_DEADLINE = 90.0


def run(order: Activate, context: Context) -> dict[str, Any]:
    """Activate and answer an `ActivateResult`."""
    layout = context.layout.stack(order.spec.client)
    docker.reap_one_offs(order.spec.client)
    release, templates = load_release(context.layout, order.release)
    activation = _Activation(order, context.layout, layout, release, templates)
    steps = context.steps
    steps.run("generation", activation.generation)
    if activation.stands():
        steps.run("converge", activation.converge)
    else:
        for name in STEPS[1:]:
            steps.run(name, getattr(activation, name))
    return activation.result(steps.changed).model_dump()


@dataclass
class _Activation:
    """One activation: the values its steps share."""

    order: Activate
    host: HostLayout
    layout: StackLayout
    release: Release
    templates: dict[str, str]
    seeded: Seed = field(default_factory=Seed)

    def generation(self) -> Did:
        """Make folders and secrets, and render."""
        _refuse_taken_ports(self.order.spec.client)
        _refuse_other_identity(current_record(self.layout), self.order.spec)
        self.layout.create()
        vault = Vault(self.layout.secrets)
        vault.ensure()
        vault.accept(self.order.secrets)
        key = generation_key(self.release, self.order.spec, vault.digest())
        self._record, new = Generations(self.layout).prepare(
            self.release, self.templates, self.order.spec, key
        )
        return Did(new, f"generation {self._record.number}, {self._record.colour}")

    @property
    def record(self) -> Record:
        return self._record

    @cached_property
    def compose(self) -> Compose:
        return compose_of(self.layout, self.record)

    @cached_property
    def nginx(self) -> Gateway:
        image = self.release.images["nginx"].reference
        return Gateway(self.layout, self.record, self.compose, image)

    def stands(self) -> bool:
        """True when this generation was committed and nginx was told so."""
        current = Generations(self.layout).current()
        return current is not None and current.key == self.record.key and self.nginx.is_live()

    def converge(self) -> Did:
        """Start what should run and does not; leave alone what does."""
        services = services_of(self.record.colour)
        before = self._started_at()
        self.compose.up(*services)
        after = self._started_at()
        changed = [name for name in services if before.get(name) != after.get(name)]
        for name in changed:
            wait_until_ready(self.compose, name, _DATA_DEADLINE)
        return Did(bool(changed), ", ".join(changed) or "nothing to change")

    def _did(self, before: dict[str, str], services: Sequence[str], detail: str) -> Did:
        """Whether any of the services was started since `before`."""
        after = self._started_at()
        changed = any(before.get(name) != after.get(name) for name in services)
        return Did(changed, detail)

    def data(self) -> Did:
        before = self._started_at()
        self.compose.up(*DATA_SERVICES)
        for name in DATA_SERVICES:
            wait_until_ready(self.compose, name, _DATA_DEADLINE)
        return self._did(before, DATA_SERVICES, "database, queue and vectors are ready")

    def migrate(self) -> Did:
        """Bring the database to the release's schema, with the new image, before any new code serves."""
        target = {
            "head": self.release.database.head,
            "image": self.release.images["api"].digest,
        }
        if read_state(self.layout, "migration") == target:
            return Did(False, f"schema is at {self.release.database.head}")
        try:
            self.compose.run("migrate", timeout=900)
        except DockerError as error:
            raise _migration_failed(error) from error
        write_state(self.layout, "migration", target)
        return Did(True, f"schema is at {self.release.database.head}")

    def seed(self) -> Did:
        """Make the tenant and its first administrator."""
        self.seeded = seed_of(self.layout, self.compose)
        return Did(self.seeded.created, self.seeded.sentence)

    def start(self) -> Did:
        """Start the api of this generation's colour; nobody is sent to it yet.

        Where nothing serves yet, the worker starts beside it. What boots meanwhile costs no time.
        """
        first = Generations(self.layout).current() is None
        services = (api_service(self.record.colour), *(("worker",) if first else ()))
        before = self._started_at()
        self.compose.up(*services)
        return self._did(before, services, f"{services[0]} starts")

    def api(self) -> Did:
        """Wait until the new api can serve."""
        service = api_service(self.record.colour)
        try:
            wait_until_ready(
                self.compose, service, _API_DEADLINE, ("leadengine-healthcheck", "/readyz")
            )
        except TaskFailure:
            # Stopped, not removed: its log and state stay for whoever asks why.
            self.compose("stop", "--timeout", "10", service)
            raise
        return Did(False, f"{service} is ready")

    def certificate(self) -> Did:
        """See that nginx has something to serve: a real certificate comes by `certify`."""
        now = datetime.datetime.now(datetime.UTC)
        store = CertificateStore(self.layout.certificates)
        domain = self.order.spec.domain
        pair = store.current()
        if pair is not None and not check(pair, domain, now):
            return Did(False, "a certificate is there")
        if is_private(domain):
            store.install(LocalCA(self.host.local_ca).issue(domain, now))
            return Did(True, "issued by the host's own CA")
        store.install(self_signed(domain, now))
        return Did(True, "self-signed until a CA answers")

    def gateway(self) -> Did:
        if self.nginx.is_live() and self.compose.container("nginx") is not None:
            self.compose.up("nginx")
            return Did(False, "nginx is on this generation")
        self.nginx.prove()
        self.nginx.switch()
        return Did(True, f"visitors are served by {api_service(self.record.colour)}")

    def worker(self) -> Did:
        before = self._started_at()
        self.compose.up("worker")
        wait_until_ready(self.compose, "worker", _API_DEADLINE)
        return self._did(before, ("worker",), "worker is ready")

    def commit(self) -> Did:
        changed = Generations(self.layout).commit(self.record)
        Generations(self.layout).prune()
        return Did(changed, f"generation {self.record.number} is current")

    def retire(self) -> Did:
        """Stop the other colour once its requests have ended."""
        old = api_service(other_colour(self.record.colour))
        existed = self.compose.container(old) is not None
        if existed:
            self.compose("rm", "--stop", "--force", old)
        return Did(existed, f"{old} stopped" if existed else "")

    def result(self, changed: bool) -> ActivateResult:
        seed = self.seeded if self.seeded.created else read_seed(self.layout)
        return ActivateResult(
            generation=self.record.number,
            changed=changed,
            stack=stack_state(self.host, self.layout, self.record),
            mail=seed.mail if changed else "unchanged",
            mail_detail=seed.detail if changed else "",
        )

    def _started_at(self) -> dict[str, str]:
        """service -> when its container started; equal before and after: it was left alone."""
        found = docker.containers(f"label=com.docker.compose.project={self.compose.project}")
        return {
            each["Config"]["Labels"]["com.docker.compose.service"]: each["State"]["StartedAt"]
            for each in found
        }


def _refuse_taken_ports(client: str) -> None:
    """Say which container holds port 80 or 443, before anything is started."""
    for port in (80, 443):
        for each in docker.containers(f"publish={port}", "status=running"):
            holder = each["Config"]["Labels"].get("leadengine.client", "")
            if holder != client:
                name = each["Name"].lstrip("/")
                who = f"the stack of client '{holder}'" if holder else f"the container '{name}'"
                raise docker.port_taken(who)


def _refuse_other_identity(current: Record | None, spec: StackSpec) -> None:
    """A client ID is in every snippet out there: an operator whose records lack it must not change it."""
    if current is None or current.spec.client_id == spec.client_id:
        return
    raise TaskFailure(
        FailureCode.CONFLICT,
        f"The stack of {spec.client} on this host has another client ID.",
        f"It was deployed from other records, as {current.spec.client_id}.",
        "Use the data folder or the database it was deployed from (LECTL_DATA_FOLDER, "
        "LECTL_DATABASE_URL); nothing was changed.",
    )


def _migration_failed(error: DockerError) -> TaskFailure:
    text = error.text.lower()
    if "no space left on device" in text:
        return docker.failure_of(error, "")
    return TaskFailure(
        FailureCode.MIGRATION,
        "The database migration failed.",
        str(error),
        "Nothing was switched: what served before still serves. The lines below say more.",
        error.lines,
    )
