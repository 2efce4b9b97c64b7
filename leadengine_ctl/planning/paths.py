"""The way from one release to another: each required stop is visited, and no step is too wide."""

from dataclasses import dataclass

from leadengine_agent.values import version_key


@dataclass(frozen=True)
class Offer:
    """A published release, as far as a way to it matters.

    Attributes:
        channels: where it is offered.
        serial: rises with each publication: orders versions that differ in build metadata alone.
        yanked: why nobody goes to it any more; empty: it is good.
        min_from: the oldest release that may be updated straight to it; None: any.
        stop: True: no way may pass over it.
    """

    version: str
    channels: tuple[str, ...] = ("stable",)
    serial: int = 0
    yanked: str = ""
    min_from: str | None = None
    stop: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        return version_key(self.version), self.serial


class NoWayError(Exception):
    """There is no way; the text says why, for people."""


def newest(offers: tuple[Offer, ...], channel: str) -> Offer | None:
    """The newest release a channel offers."""
    fit = [each for each in offers if channel in each.channels and not each.yanked]
    return max(fit, key=lambda each: each.key, default=None)


def place_of(version: str, offers: tuple[Offer, ...]) -> tuple[object, ...]:
    """Where a release stands among those on offer; one that is not comes before its equals."""
    return next((each.key for each in offers if each.version == version), (version_key(version), 0))


def find_path(current: str, target: Offer, offers: tuple[Offer, ...]) -> tuple[str, ...]:
    """The fewest releases to go through, the last being the target.

    Of two releases that can be reached the newer one is never worse: what is demanded of the release
    before is a lower bound, and fewer stops lie ahead.

    Raises:
        NoWayError: a release in between is missing.
    """
    here = place_of(current, offers)
    ahead = [each for each in offers if not each.yanked and here < each.key <= target.key]
    ahead.sort(key=lambda each: each.key)
    path: list[str] = []
    while ahead:
        at = path[-1] if path else current
        step = _widest(at, ahead)
        if step is None:
            raise NoWayError(_missing(at, target))
        path.append(ahead[step].version)
        ahead = ahead[step + 1 :]
    return tuple(path)


def _widest(at: str, ahead: list[Offer]) -> int | None:
    """Where in `ahead`, which rises, the newest release stands that may follow on `at`."""
    found = None
    for number, each in enumerate(ahead):
        if each.min_from is None or version_key(each.min_from) <= version_key(at):
            found = number
        if each.stop:
            break
    return found


def _missing(at: str, target: Offer) -> str:
    return (
        f"no release leads from {at} to {target.version}: one in between is missing or was yanked"
    )
