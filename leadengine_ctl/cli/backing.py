"""Backups and drills at the command line: one client, or many at once."""

from collections.abc import Callable, Sequence
from typing import Any

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.many_progress import open_many_progress
from leadengine_ctl.cli.progress import size
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.backups.backup import BackupVerb, VerifyVerb
from leadengine_ctl.operations.backups.many import Ended, run_many
from leadengine_ctl.operations.backups.requests import BackupRequest, VerifyRequest
from leadengine_ctl.operations.base import Verb
from leadengine_ctl.operations.defaults import client_host


def backup_clients(session: Session, names: Sequence[str]) -> None:
    """Take a point of each client; none named: of all.

    Raises:
        Exit: with 3, when some are not done.
        LeadEngineError: it was one client, and it failed.
    """
    chosen = _with_storage(session, _chosen(session, names), told=bool(names))
    verbs = [BackupVerb(BackupRequest(client=name, host=host)) for name, host in chosen]
    if len(names) == 1:
        finished = session.run(verbs[0])
        (point,) = finished.data["backup"]["points"]
        _tell_point(session, names[0], finished.operation, point)
        _warn_of_no_key(session, names[0])
        return
    _many(session, verbs, lambda data: _point_words(data["backup"]["points"][0]))


def verify_clients(
    session: Session, names: Sequence[str], point: str | None, source: str | None
) -> None:
    """Prove points of each client; none named: of all.

    Raises:
        Exit: with 3, when some are not proven.
        LeadEngineError: it was one client, and it failed.
    """
    verbs = [
        VerifyVerb(
            VerifyRequest.model_validate(
                {"client": name, "host": host, "point": point, "target": source}
            )
        )
        for name, host in _chosen(session, names)
    ]
    if len(names) != 1:
        _many(session, verbs, lambda data: f"{len(data['verify']['drills'])} points are equal")
        return
    drills = session.run(verbs[0]).data["verify"]["drills"]
    if session.as_json:
        terminal.put_json({"kind": "result", "client": names[0], "drills": drills})
        return
    header = ("EQUAL", "POINT", "FROM", "TABLES", "ROWS", "FILES", "VECTORS", "SIZE", "SECONDS")
    terminal.put_table([header, *(_drill_row(each) for each in drills)])


def _chosen(session: Session, names: Sequence[str]) -> list[tuple[str, str]]:
    """Names with the addresses of their hosts; clients whose first deploy never ended are left out."""
    world = session.world
    if names:
        return [(name, str(client_host(world, name))) for name in dict.fromkeys(names)]
    live = [each for each in world.store.clients.all() if each.release is not None]
    return [
        (each.slug, str(HostAddress.parse(world.store.hosts.get(each.host).url))) for each in live
    ]


def _with_storage(
    session: Session, chosen: list[tuple[str, str]], *, told: bool
) -> list[tuple[str, str]]:
    """Of all clients those that have a storage; who is named is tried, and fails with the reason."""
    if told:
        return chosen
    clients = session.world.store.clients
    without = [name for name, _ in chosen if not clients.get(name).spec.backup.targets]
    if without and not session.as_json:
        terminal.say(f"Without a storage, and left out: {', '.join(without)}.", "warn")
    return [each for each in chosen if each[0] not in without]


def _many(session: Session, verbs: Sequence[Verb], words: Callable[[dict[str, Any]], str]) -> None:
    if not verbs:
        terminal.say("There are no clients yet. Try: lectl deploy acme leads.acme.com")
        return
    with open_many_progress([each.client for each in verbs], as_json=session.as_json) as progress:
        found = run_many(session.world, verbs, progress)
    if session.as_json:
        terminal.put_json({"kind": "result", "clients": [_json(each) for each in found]})
    else:
        rows = [_row(each, words) for each in found]
        tones = ["", *("bad" if each.error else "good" for each in found)]
        terminal.put_table([("STATE", "CLIENT", "HOST", "WHAT"), *rows], tones)
    failed = [each for each in found if each.error]
    if failed:
        terminal.say(f"{len(failed)} of {len(found)} are not done.", "bad")
        raise typer.Exit(ExitCode.PARTIAL)


def _row(each: Ended, words: Callable[[dict[str, Any]], str]) -> tuple[str, ...]:
    if each.error is None:
        return "done", each.client, each.host, words(each.data)
    state = "partial" if each.error.exit_code is ExitCode.PARTIAL else "failed"
    return state, each.client, each.host, f"{each.error.what}. {each.error.why}".strip()


def _json(each: Ended) -> dict[str, object]:
    failure = None
    if each.error is not None:
        failure = {"what": each.error.what, "why": each.error.why, "hint": each.error.hint}
    return {
        "client": each.client,
        "host": each.host,
        "operation": each.operation,
        "state": "failed" if failure else "done",
        "failure": failure,
        "data": each.data,
    }


def _tell_point(session: Session, client: str, operation: str, point: dict[str, Any]) -> None:
    if session.as_json:
        result = {"kind": "result", "operation": operation, "client": client, "point": point}
        terminal.put_json(result)
        return
    terminal.put(point["id"])
    terminal.say(f"{client} has the recovery point {_point_words(point)}.", "good")


def _point_words(point: dict[str, Any]) -> str:
    places = ", ".join(copy["target"] for copy in point["copies"] if copy["good"])
    new = sum(copy["new_bytes"] for copy in point["copies"])
    return f"{point['id']}: {size(point['size'])}, {size(new)} new, read back at {places}"


def _warn_of_no_key(session: Session, client: str) -> None:
    if not session.as_json and not session.world.store.clients.get(client).spec.backup.recipients:
        terminal.say(
            "No recovery key: with host and store lost, nobody could open it. "
            "Make one: lectl recovery init FOLDER",
            "warn",
        )


def _drill_row(each: dict[str, Any]) -> tuple[str, ...]:
    return (
        "yes" if each["equal"] else "NO",
        each["point"],
        each["target"],
        *(str(each[name]) for name in ("tables", "rows", "files", "vectors")),
        size(each["size"]),
        f"{each['seconds']:.1f}",
    )
