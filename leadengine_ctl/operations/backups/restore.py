"""Restore: bring a client back on its host, on another one, or beside itself as another client."""

from dataclasses import dataclass, field

from leadengine_agent.protocol import (
    Point,
    Points,
    PointsResult,
    RecoveryKit,
    Restore,
    RestoreResult,
)
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.admission import check_free
from leadengine_ctl.operations.backups.keys import Keys, no_kit, outside, sealed_for
from leadengine_ctl.operations.backups.points import choose_point
from leadengine_ctl.operations.backups.record import keep_kit, note_state
from leadengine_ctl.operations.backups.requests import RestoreRequest
from leadengine_ctl.operations.backups.returned import register
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.certifying import Certifying
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.placing import Placing


@dataclass(frozen=True)
class RestoreVerb(ClientVerb[RestoreRequest]):
    """The verb.

    Attributes:
        kit: opened with a recovery key, where no host has the keys; in memory only.
    """

    kit: RecoveryKit | None = field(default=None, repr=False, kw_only=True)
    name: str = "restore"

    @property
    def client(self) -> str:
        """Whom it makes: the lock is on that one."""
        return self.request.name

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = RestoreSteps(run, self.request, self.kit)
        ends = (Work("restore", steps.restore), Work("record", steps.record))
        if self.request.origin == self.request.host and self.request.identity is None:
            return ends if not self.request.dry_run else ends[:1]
        return (
            Work("check", steps.check),
            Work("prepare", steps.prepare),
            Work("find", steps.find),
            Work("release", steps.release),
            ends[0],
            Work("certify", steps.certify),
            ends[1],
        )


@dataclass
class RestoreSteps:
    """The steps of a restore; a move has them, too."""

    run: Run
    request: RestoreRequest
    kit: RecoveryKit | None = None
    _point: Point | None = None
    _keys: Keys | None = None

    def check(self) -> Did:
        identity = self.request.identity
        if identity is not None:
            check_free(self.run.world, identity.client, identity.domain)
        return Did(changed=False)

    def prepare(self) -> Did:
        """Engine and agent, of the newest release: it reads points of older ones."""
        newest = self.run.world.library.newest().release.version
        return Placing(self.run, self.address, newest).prepare()

    def find(self) -> Did:
        point = self.point
        return Did(changed=False, detail=f"{point.id}, release {point.release}")

    def release(self) -> Did:
        return Placing(self.run, self.address, self.point.release).release()

    def restore(self) -> Did:
        result = self.result("restore")
        return Did(
            changed=result.changed,
            detail=f"{result.point} from {result.target}",
            data=result.model_dump(mode="json"),
        )

    def certify(self) -> Did:
        return Certifying(self.run, self.address, self.request.name).certify()

    def record(self) -> Did:
        """What the client is now, and where; the host's agent remembers what the restore came to."""
        did = register(self.run, self.request, self.result("restore"), self.kit)
        if self.run.world.store.clients.get(self.request.name).spec.backup.targets:
            keep_kit(self.run, self.address, self.request.name, "kit")
        note_state(self.run, self.address, self.request.name, "record", anew=not self._is_at_home)
        return did

    def result(self, step: str) -> RestoreResult:
        """Give the order, or hear again what it came to: the id is the same."""
        request, keys = self.request, self.keys
        order = Restore(
            client=request.client,
            point=request.point if self._is_at_home else self.point.id,
            only=request.only,
            dry_run=request.dry_run,
            identity=request.identity,
            kit=keys.kit,
            sealed=keys.sealed,
            target=self._source,
            without_undo=request.without_undo,
        )
        return RestoreResult.model_validate(self.run.order(self.address, step, order))

    @property
    def address(self) -> HostAddress:
        return HostAddress.parse(self.request.host)

    @property
    def _is_at_home(self) -> bool:
        return self.request.origin == self.request.host

    @property
    def keys(self) -> Keys:
        """What opens the storage on the host it comes back on."""
        if self._keys is None:
            self._keys = self._find_keys()
        return self._keys

    @property
    def _source(self) -> str | None:
        """Which storage to read: away from home one that is outside; its own disk may hold old ones."""
        if self.request.target or self._is_at_home:
            return self.request.target
        if self.kit is not None:
            return outside(self.kit.targets)
        origin = self.run.world.store.clients.get(self.request.client)
        return outside(origin.spec.backup.targets)

    def _find_keys(self) -> Keys:
        if self._is_at_home:
            return Keys()
        if self.request.origin:
            origin = HostAddress.parse(self.request.origin)
            return sealed_for(self.run, origin, self.address, self.request.client)
        if self.kit is None:
            raise no_kit(self.request.client)
        return Keys(kit=self.kit)

    @property
    def point(self) -> Point:
        """The point that is meant, as the storage has it."""
        if self._point is None:
            keys = self.keys
            order = Points(
                client=self.request.client,
                kit=keys.kit,
                sealed=keys.sealed,
                target=self._source,
            )
            answer = self.run.order(self.address, "points", order)
            found = PointsResult.model_validate(answer).points
            self._point = choose_point(found, self.request.client, self.request.point)
            if not self._point.is_good:
                raise _not_good(self._point)
        return self._point


def _not_good(point: Point) -> NotFoundError:
    return NotFoundError(
        f"The recovery point {point.id} is good nowhere",
        "It could not be read back where it was written, or it vanished since.",
        "Choose another one: 'lectl backups' shows which are good.",
    )
