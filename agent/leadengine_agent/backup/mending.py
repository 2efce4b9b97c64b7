"""Mending a target that damaged or lost what was stored there: what can come back does, the rest is named.

restic finds damage and leaves it: a new point leans on what the index says is there. So the index is made to
say what is there, a new point brings what is missing and still exists, and what then cannot be read is lost.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.repository import PARTS, Damage, open_repository, tagged
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, Target
from leadengine_agent.values import PointId


@dataclass
class Mending:
    """One target of one client.

    Attributes:
        damage: what restic found wrong with the repository.
        before: points that could not be read when it was first looked at.
        lost: points that cannot be read now.
        waste: unreadable snapshots of runs that were never a good point there.
    """

    client: Client
    target: Target
    damage: Damage = field(default_factory=lambda: Damage(found=False))
    before: tuple[PointId, ...] = ()
    lost: tuple[PointId, ...] = ()
    waste: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.repository = open_repository(self.client.home, self.target)

    def look(self) -> None:
        """Read everything that is stored there."""
        self.damage = self.repository.damage()
        self.read()
        self.before = self.lost

    @property
    def is_whole(self) -> bool:
        return not (self.damage.found or self.lost)

    def read(self) -> None:
        """Read each point, and see which are not there though they should be."""
        listed = self.repository.snapshots()
        unreadable = [each for each in listed if not self._is_readable(each)]
        there = {str(each["id"]) for each in listed} - {str(each["id"]) for each in unreadable}
        self.lost = tuple(
            name for name, snapshots in self._good() if not there.issuperset(snapshots)
        )
        self.waste = tuple(
            str(each["id"]) for each in unreadable if tagged(each, "point") not in self.lost
        )

    def _is_readable(self, found: dict[str, Any]) -> bool:
        part = tagged(found, "part")
        return part not in PARTS or self.repository.can_read(part, str(found["id"]))

    def _good(self) -> Iterator[tuple[PointId, Collection[str]]]:
        """Points that are good there, by what the catalogue says, and their snapshots.

        One that was never good there is no loss: what is left of it is waste.
        """
        for point in self.client.history().points.values():
            for copy in point.copies:
                if copy.target == self.target.name and copy.good and point.kept:
                    yield point.id, copy.snapshots.values()

    def take_out(self) -> None:
        """Take out what is damaged. Readable points stay as they are."""
        # Frees a lock that a killed run left, too.
        self.repository.open()
        self.repository.take_out(self.damage.packs)

    def give_up(self, agreed: tuple[PointId, ...]) -> None:
        """Forget what is lost, and say so in the catalogue.

        Raises:
            TaskFailure: more is lost than was agreed to; nothing is forgotten.
        """
        if more := [name for name in self.lost if name not in agreed]:
            raise self._more(more)
        listed = self.repository.snapshots()
        going = [str(each["id"]) for each in listed if tagged(each, "point") in self.lost]
        self.repository.forget([*going, *self.waste])
        if self.lost:
            body = {"target": self.target.name, "points": list(self.lost)}
            self.client.catalogue().add("lost", body)
        self.repository.check("100%")

    def _more(self, names: list[PointId]) -> TaskFailure:
        return TaskFailure(
            FailureCode.CONFLICT,
            f"More is lost at '{self.target.name}' than was agreed to.",
            f"Even with a new point these cannot be read there: {', '.join(names)}.",
            "No point was forgotten. Look at the plan again, and repair again.",
            tuple(names),
        )
