"""From what a person typed to a restore with nothing left open: which point, from where, to where."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadengine_agent.protocol import HostState, Inspect, NewIdentity, Part, Point, PointsResult
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import (
    HostUnreachableError,
    NotAllowedError,
    NotFoundError,
    UsageError,
)
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.points import (
    choose_point,
    newest_of_reason,
    read_points,
)
from leadengine_ctl.operations.backups.requests import RestoreRequest
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import check_slug, client_host, find_address
from leadengine_ctl.planning.freshness import age
from leadengine_ctl.planning.plan import Plan
from leadengine_ctl.planning.restore import Chosen, plan_restore_at_home, plan_restore_elsewhere


class RestoreWords(Frozen):
    """What was typed.

    Attributes:
        point: an id or the beginning of one; None: the newest good one.
        to: a host; None: where the client is.
        as_name: what the copy is called; None: it is no copy.
        kit: a folder with a kit, or None; keys: a folder with recovery keys, or None.
    """

    client: Slug
    point: str | None = None
    to: str | None = None
    as_name: Slug | None = None
    domain: str | None = None
    only: Part | None = None
    target: str | None = None
    undo: bool = False
    dry_run: bool = False
    without_undo: bool = False
    kit: Path | None = None
    keys: Path | None = None

    @property
    def from_kit(self) -> bool:
        return self.kit is not None or self.keys is not None


@dataclass(frozen=True)
class Choice:
    """A restore that can be run, what it will do, and the point if it is known already."""

    request: RestoreRequest
    plan: Plan
    point: Point | None


def choose(world: World, words: RestoreWords) -> Choice:
    """Find out what is meant, and whether it may be; changes nothing.

    Raises:
        NotFoundError: there is no such client, point or host.
        NotAllowedError: the client lives, and would live twice.
    """
    _refuse_contradictions(words)
    record = world.store.clients.find(words.client)
    if words.from_kit:
        return _from_kit(world, words, record)
    if record is None:
        raise _unknown(world, words.client)
    home = client_host(world, words.client)
    address = find_address(world, words.to) if words.to else home
    if words.as_name is None and address != home:
        raise _lives(world, words, home)
    point = _point(read_points(world, words.client), words)
    if words.as_name is None:
        return _at_home(words, address, point)
    return _beside(world, words, home, address, point)


def _point(found: PointsResult, words: RestoreWords) -> Point:
    if words.undo:
        point = newest_of_reason(found.points, "before-restore")
        if point is None:
            raise NotFoundError(
                f"There is no restore of {words.client} to undo",
                "No recovery point of before a restore is kept.",
                f"'lectl backups {words.client}' lists the points there are.",
            )
        return point
    return choose_point(found.points, words.client, words.point)


def _at_home(words: RestoreWords, address: HostAddress, point: Point) -> Choice:
    request = _request(words, address, origin=str(address), point=point.id)
    plan = plan_restore_at_home(words.client, address.name, _chosen(point), words.only)
    return Choice(request, plan, point)


def _beside(
    world: World, words: RestoreWords, home: HostAddress, address: HostAddress, point: Point
) -> Choice:
    name = words.as_name or words.client
    identity = _identity(world, words)
    request = _request(words, address, origin=str(home), point=point.id, identity=identity)
    return Choice(
        request, plan_restore_elsewhere(words.client, name, address.name, _chosen(point)), point
    )


def _from_kit(world: World, words: RestoreWords, record: ClientRecord | None) -> Choice:
    if words.to is None and record is None:
        raise UsageError(
            f"It is not clear where {words.client} is to live",
            "This store does not know the client, and no host is named.",
            "Name one with --to, as in '--to ssh://root@203.0.113.7'.",
        )
    known = world.store.hosts.get(record.host).url if record and not words.to else ""
    address = find_address(world, words.to or known)
    if record is not None and words.as_name is None and address.name != record.host:
        _refuse_if_alive(world, words, record)
    request = _request(
        words, address, origin="", point=words.point, identity=_identity(world, words)
    )
    name = words.as_name or words.client
    return Choice(request, plan_restore_elsewhere(words.client, name, address.name, None), None)


def _request(words: RestoreWords, address: HostAddress, **more: object) -> RestoreRequest:
    return RestoreRequest.model_validate(
        {
            "client": words.client,
            "host": str(address),
            "only": words.only,
            "target": words.target,
            "dry_run": words.dry_run,
            "without_undo": words.without_undo,
            **more,
        }
    )


def _identity(world: World, words: RestoreWords) -> NewIdentity | None:
    if words.as_name is None:
        return None
    begun = world.store.operations.unfinished(words.as_name)
    if begun is not None and begun.verb == "restore":
        return RestoreRequest.model_validate_json(begun.params).identity
    return NewIdentity(
        client=words.as_name,
        # Made from nothing that repeats: visitors of the copy are not those of the original.
        client_id=secrets.token_hex(12),
        domain=words.domain or f"{words.as_name}.internal",
    )


def _chosen(point: Point) -> Chosen:
    taken = datetime.fromisoformat(point.at)
    return Chosen(point.id, age(datetime.now(UTC) - taken), point.size, point.release)


def _refuse_contradictions(words: RestoreWords) -> None:
    check_slug(words.client)
    if words.undo and (words.point or words.to or words.as_name or words.from_kit):
        raise UsageError(
            "--undo stands alone",
            "It goes back to what the last restore replaced, on the client's own host.",
            f"Write 'lectl restore {words.client} --undo'.",
        )
    if words.as_name == words.client:
        raise UsageError(
            "A copy needs a name of its own", "", "Give another one with --as, and its --domain."
        )
    if words.domain and words.as_name is None:
        raise UsageError(
            "--domain is for a copy", "What comes back keeps its domain.", "Give --as NAME, too."
        )
    if words.only and (words.to or words.as_name or words.from_kit):
        raise UsageError(
            "--only is for a stack that is there",
            "On another host everything is restored.",
            "Leave out --only, or --to and --as.",
        )


def _refuse_if_alive(world: World, words: RestoreWords, record: ClientRecord) -> None:
    """Two stacks of one client would both believe that they are it."""
    home = HostAddress.parse(world.store.hosts.get(record.host).url)
    try:
        state = HostState.model_validate(world.ask(home, Inspect()))
    except HostUnreachableError:
        return
    if any(each.client == words.client and not each.frozen for each in state.stacks):
        raise _lives(world, words, home)


def _lives(world: World, words: RestoreWords, home: HostAddress) -> NotAllowedError:
    to = words.to or "HOST"
    try:
        state = HostState.model_validate(world.ask(home, Inspect()))
        here = any(each.client == words.client and not each.frozen for each in state.stacks)
    except HostUnreachableError:
        here = False
    if here:
        return NotAllowedError(
            f"{words.client} lives on {home.name}",
            "Restored elsewhere, it would live twice and answer for one domain.",
            f"Move it with 'lectl move {words.client} --to {to}', or make a copy with --as NAME.",
        )
    return NotAllowedError(
        f"{home.name} cannot give the keys of {words.client}",
        "It does not answer, or has no such stack any more.",
        f"Put a recovery key in, and run: lectl restore {words.client} --to {to} --keys FOLDER",
    )


def _unknown(world: World, client: str) -> NotFoundError:
    known = world.store.recovery.find(client)
    if known is None or known.kit is None:
        return NotFoundError(
            f"There is no client called '{client}'",
            "This store knows neither the client nor a recovery kit of it.",
            f"Bring its kit: lectl restore {client} --kit FOLDER --keys FOLDER --to HOST",
        )
    return NotFoundError(
        f"{client} is no client any more",
        "Its recovery kit is kept, and opens with a recovery key.",
        f"Run: lectl restore {client} --keys FOLDER --to HOST",
    )
