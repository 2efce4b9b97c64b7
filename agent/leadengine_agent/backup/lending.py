"""Where a point is read from: this host's own repositories, or those of a kit that somebody brought."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from leadengine_agent.backup.catalogue import Catalogue
from leadengine_agent.backup.fetching import Fetching
from leadengine_agent.backup.history import fold
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.keys import unseal
from leadengine_agent.backup.repository import Repository, open_repository, points_in
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, Point, Points, RecoveryKit, Restore, Target
from leadengine_agent.records import current_record
from leadengine_agent.values import PointId, TargetName

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Source:
    """A client's points, and the key that opens them.

    Attributes:
        kit: what was brought; None: they are this host's own.
    """

    home: BackupHome
    targets: tuple[Target, ...]
    points: tuple[Point, ...]
    kit: RecoveryKit | None = None

    def choose(self, wanted: PointId | None, target: TargetName | None) -> tuple[Point, TargetName]:
        """The point and where to read it: the newest that is good, the first target that has it.

        Raises:
            TaskFailure: there is none.
        """
        found = [each for each in self.points if each.id == wanted or wanted is None]
        for point in reversed(found):
            for copy in point.copies:
                if copy.good and not copy.gone and target in {None, copy.target}:
                    return point, copy.target
        raise self._none(wanted, target)

    def fetching(self, point: Point, target: TargetName, tell: Tell) -> Fetching:
        """How it is brought back."""
        copy = next(each for each in point.copies if each.target == target)
        return Fetching(
            self.home, self.repository(target), point.id, copy.snapshots, point.size, tell
        )

    def repository(self, name: TargetName) -> Repository:
        found = next((each for each in self.targets if each.name == name), None)
        if found is None:
            raise self._none(None, name)
        return open_repository(self.home, found)

    def _none(self, wanted: PointId | None, target: TargetName | None) -> TaskFailure:
        what = f"the point {wanted}" if wanted else "any point"
        where = f" at '{target}'" if target else ""
        return TaskFailure(
            FailureCode.NOT_FOUND,
            f"{self.home.client} has not got {what}{where} that is good.",
            f"{len(self.points)} points are known, at: "
            f"{', '.join(each.name for each in self.targets) or 'no target'}.",
            "Nothing was changed. `lectl backups` lists what there is.",
        )


@contextmanager
def source_of(host: HostLayout, order: Restore | Points) -> Iterator[Source]:
    """Open what an order reads from; a key that came with it goes again afterwards.

    Raises:
        TaskFailure: this host has no points of the client and no kit came with the order.
    """
    kit = unseal(order.sealed, host) if order.sealed else order.kit
    if kit is None:
        yield _own(host, order.client)
        return
    if kit.client != order.client:
        raise _other_client(kit, order.client)
    home = BackupHome(host, kit.client, borrowed=True)
    home.remove()
    try:
        home.adopt(kit.client_id, kit.password)
        home.accept(kit.credentials)
        yield Source(home, kit.targets, _listed(home, kit, order.target), kit)
    finally:
        home.remove()


def _own(host: HostLayout, client: str) -> Source:
    home = BackupHome(host, client)
    if not home.password():
        raise not_found(client)
    record = current_record(host.stack(client))
    history = fold(Catalogue(home.catalogue, home.password()).entries())
    targets = record.spec.backup.targets if record else _remembered(home)
    return Source(home, targets, tuple(history.points.values()))


def _remembered(home: BackupHome) -> tuple[Target, ...]:
    """The targets of a stack that is gone from this host."""
    kit = RecoveryKit.model_validate(
        {
            "client": home.client,
            "client_id": home.client_id(),
            "password": home.password(),
            "targets": home.note("policy").get("targets", []),
        }
    )
    return kit.targets


def _listed(home: BackupHome, kit: RecoveryKit, wanted: TargetName | None) -> tuple[Point, ...]:
    """What the storage lists: the first target that answers, or the one that was named."""
    failure = None
    for target in kit.targets:
        if wanted in {None, target.name}:
            try:
                listed = open_repository(home, target).snapshots()
                return tuple(points_in(target.name, listed))
            except TaskFailure as error:
                failure = failure or error
    if failure:
        raise failure
    return ()


def _other_client(kit: RecoveryKit, client: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.INVALID,
        f"The recovery kit is not of '{client}'.",
        f"It is of '{kit.client}'.",
        "Nothing was changed. To restore under another name, say so (`--as`).",
    )
