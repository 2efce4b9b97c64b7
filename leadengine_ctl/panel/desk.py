"""What every page works with."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from leadengine_ctl.operations.base import World
from leadengine_ctl.panel.door.throttle import Pace
from leadengine_ctl.panel.door.visitor import Visitor
from leadengine_ctl.panel.fleet.index import Index
from leadengine_ctl.secrets import KeyRing

IDLE = 12 * 3600.0
"""Seconds without a request after which a browser has to sign in again."""

LONGEST = 7 * 86_400.0
"""Seconds after which it has to in any case."""


@dataclass(frozen=True)
class Desk:
    """The panel's own world, and what limits its visitors.

    Attributes:
        index: the fleet, ready to be searched.
        url: where people find the panel, without a slash at the end.
        pace: of signed-in visitors and of strangers.
    """

    world: World
    keys: KeyRing
    url: str
    index: Index
    pace: Pace = field(default_factory=lambda: Pace(20, 120))
    strangers: Pace = field(default_factory=lambda: Pace(5, 40))
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def world_of(self, visitor: Visitor) -> World:
        """The world as this person acts on it: what they do is theirs in every record."""
        return replace(self.world, actor=visitor.person.email, origin=visitor.origin)
