"""One activation: its steps, each of which looks first and does only what is missing.

What serves goes on serving until nginx was told otherwise; what served before stays until the new
generation has proven itself.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from leadengine_agent import docker
from leadengine_agent.activation.admission import refuse_contract, refuse_frozen, refuse_unplanned
from leadengine_agent.activation.certificate import ensure_certificate
from leadengine_agent.activation.data_services import DEADLINE, DataServices
from leadengine_agent.activation.headroom import check_headroom
from leadengine_agent.activation.migration import migrate
from leadengine_agent.activation.protection import changes_data, point_before, protect
from leadengine_agent.activation.retention import prune_releases
from leadengine_agent.activation.traffic import AccessLog
from leadengine_agent.activation.watch import READY, Watch
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure
from leadengine_agent.gateway import Gateway
from leadengine_agent.generations import Generations, generation_key
from leadengine_agent.layout import HostLayout, StackLayout, live_colour
from leadengine_agent.protocol import Activate, ActivateResult, Release
from leadengine_agent.records import Record, current_record
from leadengine_agent.seeding import Seed, read_seed, seed_of
from leadengine_agent.stack import (
    api_service,
    compose_of,
    data_services,
    other_colour,
    read_state,
    services_of,
)
from leadengine_agent.tasks.inspect import stack_state
from leadengine_agent.trust.downgrade import refuse_downgrade
from leadengine_agent.vault import Vault

_API_DEADLINE = 90.0
_BASELINE = datetime.timedelta(seconds=60)
"""How far back the log is read for how fast the generation before was."""

_KEY_LABEL = "leadengine.key"
_GRACE = 60
"""Seconds that the old api gets for the requests under way, as in the templates."""


@dataclass
class Activation:
    """The values that the steps share.

    Attributes:
        back: True: an earlier generation comes back, and the schema stays where it is.
    """

    order: Activate
    host: HostLayout
    layout: StackLayout
    release: Release
    templates: dict[str, str]
    back: bool = False
    seeded: Seed = field(default_factory=Seed)

    def __post_init__(self) -> None:
        refuse_frozen(self.layout)
        self.before = current_record(self.layout)
        self._started = datetime.datetime.now(datetime.UTC)

    def generation(self) -> Did:
        """Make folders and secrets, and render."""
        refuse_unplanned(self.before, self.order)
        if self.before and not self.back:
            refuse_downgrade(self.host, self.before.release, self.order.release)
            refuse_contract(self.layout, self.release, self.order)
        self.layout.create()
        vault = Vault(self.layout.secrets)
        vault.accept(self.order.secrets)
        vault.ensure(elsewhere=self.order.spec.elsewhere)
        protect(self.host, self.order)
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

    @property
    def _begin(self) -> str:
        """When this activation began, as the log's stamps are written."""
        return self._started.isoformat(timespec="microseconds")

    @cached_property
    def _log(self) -> AccessLog:
        since = (self._started - _BASELINE).isoformat(timespec="microseconds")
        return AccessLog(self.nginx.container, since)

    @cached_property
    def _data(self) -> DataServices:
        before = self.before
        return DataServices(
            self.layout,
            self.compose,
            compose_of(self.layout, before) if before else None,
            api_service(before.colour) if before else None,
            data_services(self.record.spec),
        )

    def stands(self) -> bool:
        """True when this generation was committed and nginx was told so."""
        before = self.before
        return before is not None and before.key == self.record.key and self.nginx.is_live()

    def converge(self) -> Did:
        """Start what should run and does not; leave alone what does."""
        services = services_of(self.record)
        before = self._started_at()
        self.compose.up(*services)
        after = self._started_at()
        changed = [name for name in services if before.get(name) != after.get(name)]
        for name in changed:
            wait_until_ready(self.compose, name, DEADLINE)
        return Did(bool(changed), ", ".join(changed) or "nothing to change")

    def _did(self, before: dict[str, str], services: Sequence[str], detail: str) -> Did:
        """Whether any of the services was started since `before`."""
        after = self._started_at()
        changed = any(before.get(name) != after.get(name) for name in services)
        return Did(changed, detail)

    def headroom(self) -> Did:
        return Did(False, check_headroom(self.layout.root))

    def backup(self) -> Did:
        """A recovery point, where data services or schema are about to change."""
        schema = None if self.back else self.release.database.head
        if self.before is None or not changes_data(
            self.layout, self.compose, self._data.own, schema
        ):
            return Did(False, "data and schema stay as they are")
        return point_before(self.host, self.layout, self.before, self.order)

    def data(self) -> Did:
        before = self._started_at()
        self._data.ensure()
        return self._did(before, self._data.own, " ".join((*self._data.own, "ready")))

    def migrate(self) -> Did:
        if self.back:
            return Did(False, f"schema stays at {read_state(self.layout, 'migration').get('head')}")
        return migrate(self.layout, self.compose, self.release)

    def seed(self) -> Did:
        """Make the tenant and its first administrator."""
        self.seeded = seed_of(self.layout, self.compose)
        return Did(self.seeded.created, self.seeded.sentence)

    def start(self) -> Did:
        """Start the api of this generation's colour; nobody is sent to it yet.

        Where nothing serves yet, the worker starts beside it. What boots meanwhile costs no time.
        """
        services = (api_service(self.record.colour), *(() if self.before else ("worker",)))
        before = self._started_at()
        self.compose.up(*services)
        if self.before:
            # It boots beside one that serves: visitors come first.
            self.compose.hold_back(services[0])
        return self._did(before, services, f"{services[0]} starts")

    def api(self) -> Did:
        """Wait until the new api can serve."""
        service = api_service(self.record.colour)
        try:
            wait_until_ready(self.compose, service, _API_DEADLINE, READY)
        except TaskFailure:
            # Stopped, not removed: its log and state stay for whoever asks why.
            self.compose.stop(service, 10)
            raise
        self.compose.let_go(service)
        return Did(False, f"{service} is ready")

    def certificate(self) -> Did:
        spec = self.order.spec
        return ensure_certificate(self.host, self.layout, spec.names, spec.certified)

    def gateway(self) -> Did:
        if self.nginx.is_live() and self.compose.container("nginx") is not None:
            self.compose.up("nginx")
            return Did(False, "nginx is on this generation")
        if not self.nginx.is_written:
            self.nginx.prove()
        self.nginx.switch()
        return Did(True, f"visitors are served by {api_service(self.record.colour)}")

    def worker(self) -> Did:
        before = self._started_at()
        self.compose.up("worker")
        wait_until_ready(self.compose, "worker", _API_DEADLINE)
        return self._did(before, ("worker",), "worker is ready")

    def bake(self) -> Did:
        """Watch the new generation in service. The first of a stack has nothing to go back to."""
        if not self.can_revert:
            return Did(False, "nothing to go back to")
        watch = Watch(self.record, self.compose, self._log, self._begin)
        if self.order.bake:
            watch.last(self.order.bake)
        else:
            watch.look()
        return Did(False, f"watched for {self.order.bake} s, every gate holds")

    @property
    def can_revert(self) -> bool:
        """True when another generation serves meanwhile, and can serve again."""
        return self.before is not None and self.before.colour != self.record.colour

    def is_overtaken(self) -> bool:
        """True when visitors are on a candidate of another order, which a killed run left serving."""
        if not self.can_revert or live_colour(self.layout) != self.record.colour:
            return False
        found = self.compose.container(api_service(self.record.colour))
        return found is None or found["Config"]["Labels"].get(_KEY_LABEL) != self.record.key

    def revert(self) -> Did:
        """Let the generation before serve again: visitors first, then data services and worker.

        The failed api is stopped and stays with its log.
        """
        assert self.before is not None  # noqa: S101 - only asked for when `can_revert`
        before = compose_of(self.layout, self.before)
        before.up(api_service(self.before.colour))
        wait_until_ready(before, api_service(self.before.colour), _API_DEADLINE, READY)
        Gateway(self.layout, self.before, before, "").switch()
        self.compose.stop(api_service(self.record.colour), 10)
        self._data.restore()
        before.up("worker")
        return Did(True, f"generation {self.before.number} serves again")

    def undo_data(self) -> Did:
        """Before the switch only data services can differ from what the one that serves wants."""
        self._data.restore()
        return Did(True, "the data services are as they were")

    @property
    def has_replaced_data(self) -> bool:
        return self._data.replaced

    def retire(self) -> Did:
        """Stop the other colour once its requests have ended. It stays, to be looked at."""
        old = api_service(other_colour(self.record.colour))
        found = self.compose.container(old)
        runs = found is not None and bool(found["State"]["Running"])
        if runs:
            self.compose.stop(old, _GRACE)
        return Did(runs, f"{old} stopped" if runs else "")

    def commit(self) -> Did:
        changed = Generations(self.layout).commit(self.record)
        Generations(self.layout).prune()
        prune_releases(self.host)
        return Did(changed, f"generation {self.record.number} is current")

    def result(self, changed: bool) -> ActivateResult:
        seed = self.seeded if self.seeded.created else read_seed(self.layout)
        if changed:
            self._log.read_on()
        return ActivateResult(
            generation=self.record.number,
            changed=changed,
            stack=stack_state(self.host, self.layout, self.record),
            mail=seed.mail if changed else "unchanged",
            mail_detail=seed.detail if changed else "",
            previous=self.before.release if self.before else None,
            spec=self.record.spec,
            traffic=self._log.traffic(self._begin),
        )

    def _started_at(self) -> dict[str, str]:
        """service -> when its container started; equal before and after: it was left alone."""
        found = docker.containers(f"label=com.docker.compose.project={self.compose.project}")
        return {
            each["Config"]["Labels"]["com.docker.compose.service"]: each["State"]["StartedAt"]
            for each in found
        }
