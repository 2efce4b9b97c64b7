"""Decide about releases, publish what was signed, and look at it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadengine_ctl.operations.base import World
from leadengine_ctl.releases import decisions
from leadengine_ctl.releases.changes import Change, pending_changes
from leadengine_ctl.releases.destination import upload
from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.published import Channel, PublishedRelease
from leadengine_ctl.releases.publisher import Publisher

_WARN = {"root": 30, "targets": 30, "snapshot": 3, "timestamp": 3}
"""Days before the end of a role's metadata in which people are warned."""


@dataclass(frozen=True)
class Catalogue:
    """What is published, what waits for signatures, and what has to be renewed soon."""

    releases: tuple[PublishedRelease, ...]
    pending: tuple[Change, ...]
    warnings: tuple[str, ...]


def publish(world: World, destination: str | None) -> int:
    """Make what was signed the newest state; copy it to `destination`, if there is one.

    Returns:
        How many files were new there.

    Raises:
        NotFoundError: nobody has made keys yet.
        NotAllowedError: signatures are missing.
    """
    _publisher(world).publish()
    return upload(world.library.repository, destination) if destination else 0


def refresh(world: World, destination: str | None) -> int:
    """Let the published state live for another two weeks; see `publish`."""
    _publisher(world).refresh()
    return upload(world.library.repository, destination) if destination else 0


def yank(world: World, version: str, reason: str) -> None:
    """Say next that nobody should install a release any more. Raises NotFoundError."""
    decisions.yank(Pending(world.library.repository), version, reason)


def promote(world: World, version: str, channel: Channel) -> None:
    """Have a release in one more channel next. Raises NotFoundError."""
    decisions.promote(Pending(world.library.repository), version, channel)


def read_catalogue(world: World) -> Catalogue:
    """Everything there is to know about releases here."""
    repository = world.library.repository
    releases = world.library.published()
    pending = Pending(repository)
    changes = pending_changes(pending) if repository.roots() and pending.is_open() else ()
    return Catalogue(releases, changes, expiry_warnings(repository.expiries(), datetime.now(UTC)))


def expiry_warnings(expiries: dict[str, datetime], now: datetime) -> tuple[str, ...]:
    """A sentence for each role whose metadata ends soon: hosts refuse what has expired."""
    return tuple(
        _warning(role, end - now)
        for role, end in sorted(expiries.items())
        if end - now < timedelta(days=_WARN[role])
    )


def _publisher(world: World) -> Publisher:
    publisher = Publisher(world.library.repository, world.settings.release_keys)
    # Says how to become a publisher, where nobody is one.
    publisher.pending.published_root()
    return publisher


def _warning(role: str, left: timedelta) -> str:
    when = f"ends in {left.days} days" if left > timedelta(0) else "has expired"
    command = "refresh" if role in decisions.ONLINE else "rotate --keys FOLDER"
    return f"The {role} metadata {when}; then hosts refuse it. Run 'lectl release {command}'."
