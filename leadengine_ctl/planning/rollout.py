"""The plan of a rollout: who is brought where, in which wave, and who is left out and why. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from leadengine_ctl.planning.paths import NoWayError, Offer, find_path, newest, place_of
from leadengine_ctl.planning.waves import apart, split_waves


@dataclass(frozen=True)
class Candidate:
    """A client, as far as a rollout has to know it.

    Attributes:
        release: what its stack runs; None: its first deploy never ended.
        hold: why it is to be left alone; empty: it is not.
        stack: the hosted stack that it serves with others, on other machines: one is changed at a time.
    """

    slug: str
    host: str
    release: str | None
    channel: str = "stable"
    hold: str = ""
    stack: str = ""


@dataclass(frozen=True)
class Goal:
    """Where to.

    Attributes:
        release: the version to bring everybody to; None: the newest of the channel.
        channel: the channel to take releases from; None: each client's own.
        retry: True: go again where it failed before.
    """

    release: str | None = None
    channel: str | None = None
    retry: bool = False


@dataclass(frozen=True)
class Target:
    """A client with the releases it goes through; an empty path: its release stays."""

    client: str
    host: str
    wave: int
    current: str
    path: tuple[str, ...]

    @property
    def to(self) -> str:
        return self.path[-1] if self.path else self.current


@dataclass(frozen=True)
class Skipped:
    client: str
    host: str
    current: str
    why: str


@dataclass(frozen=True)
class RolloutPlan:
    """Targets in the order of their waves, and who is left out."""

    targets: tuple[Target, ...]
    skipped: tuple[Skipped, ...]

    @property
    def waves(self) -> int:
        return max((each.wave for each in self.targets), default=0)


Failed = frozenset[tuple[str, str, str]]
"""Steps that failed before: client, from, to."""


class _LeftOut(Exception):  # noqa: N818 - not an error: a client that stays as it is
    pass


def plan_update(
    candidates: Iterable[Candidate],
    goal: Goal,
    offers: tuple[Offer, ...],
    failed: Failed,
    waves: tuple[str, tuple[str, ...]],
) -> RolloutPlan:
    """Plan to bring clients to a release; `waves`: their sizes, and the canaries."""
    known: dict[tuple[str, str], tuple[str, ...] | NoWayError] = {}

    def path_of(one: Candidate) -> tuple[str, ...]:
        target = _target(one, goal, offers)
        current = _refuse_backwards(one, target, offers)
        path = _remembered(known, current, target, offers)
        if not goal.retry:
            _refuse_repetition(one.slug, (current, *path), failed)
        return path

    return _plan(candidates, path_of, waves)


def plan_change(
    candidates: Iterable[Candidate], same: Mapping[str, bool], waves: tuple[str, tuple[str, ...]]
) -> RolloutPlan:
    """Plan a change of configuration; `same`: who has it already."""

    def path_of(one: Candidate) -> tuple[str, ...]:
        if same[one.slug]:
            message = "is configured so already"
            raise _LeftOut(message)
        return ()

    return _plan(candidates, path_of, waves)


def _plan(
    candidates: Iterable[Candidate],
    path_of: Callable[[Candidate], tuple[str, ...]],
    waves: tuple[str, tuple[str, ...]],
) -> RolloutPlan:
    paths: dict[str, tuple[Candidate, tuple[str, ...]]] = {}
    skipped = []
    for one in candidates:
        try:
            _refuse_unready(one)
            paths[one.slug] = (one, path_of(one))
        except (_LeftOut, NoWayError) as why:
            skipped.append(Skipped(one.slug, one.host, one.release or "-", str(why)))
    sizes, wanted = waves
    canaries = tuple(name for name in wanted if name in paths)
    numbers = split_waves(sizes, canaries, tuple(name for name in paths if name not in canaries))
    numbers = apart(numbers, {name: one.stack or name for name, (one, _) in paths.items()})
    targets = tuple(_placed(*paths[name], wave) for name, wave in numbers.items())
    return RolloutPlan(targets, tuple(skipped))


def _placed(one: Candidate, path: tuple[str, ...], wave: int) -> Target:
    return Target(one.slug, one.host, wave, one.release or "", path)


def _refuse_unready(one: Candidate) -> None:
    if one.release is None:
        message = "its first deploy has not ended"
        raise _LeftOut(message)
    if one.hold:
        message = f"is on hold: {one.hold}"
        raise _LeftOut(message)


def _target(one: Candidate, goal: Goal, offers: tuple[Offer, ...]) -> Offer:
    channel = goal.channel or one.channel
    if goal.release is None:
        found = newest(offers, channel)
        if found is None:
            message = f"its channel {channel} offers no release"
            raise _LeftOut(message)
        return found
    named = next((each for each in offers if each.version == goal.release), None)
    if named is None or named.yanked:
        word = f"was yanked: {named.yanked}" if named else "is not published"
        message = f"{goal.release} {word}"
        raise _LeftOut(message)
    if channel not in named.channels:
        message = f"{goal.release} is not in its channel {channel}"
        raise _LeftOut(message)
    return named


def _refuse_backwards(one: Candidate, target: Offer, offers: tuple[Offer, ...]) -> str:
    current = one.release or ""
    if current == target.version:
        message = f"runs {target.version} already"
        raise _LeftOut(message)
    if place_of(current, offers) >= target.key:
        message = f"runs {current}, which is newer than {target.version}"
        raise _LeftOut(message)
    return current


def _remembered(
    known: dict[tuple[str, str], tuple[str, ...] | NoWayError],
    current: str,
    target: Offer,
    offers: tuple[Offer, ...],
) -> tuple[str, ...]:
    """Find a path once for all clients that need the same one."""
    pair = (current, target.version)
    if pair not in known:
        try:
            known[pair] = find_path(current, target, offers)
        except NoWayError as none:
            known[pair] = none
    found = known[pair]
    if isinstance(found, NoWayError):
        raise found
    return found


def _refuse_repetition(client: str, path: tuple[str, ...], failed: Failed) -> None:
    for old, new in pairwise(path):
        if (client, old, new) in failed:
            message = f"{old} -> {new} failed here before; --retry tries it again"
            raise _LeftOut(message)
