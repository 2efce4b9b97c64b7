"""How well a client is backed up, for `inspect`."""

import hashlib
import json

from leadengine_agent.backup.catalogue import iso, seconds_of
from leadengine_agent.backup.chores import Client
from leadengine_agent.backup.due import drill_overdue_after, overdue_after
from leadengine_agent.backup.history import History
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.targets import access, repository_name
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import BackupState, Point, Target, TargetState
from leadengine_agent.records import Record


def backup_state(host: HostLayout, layout: StackLayout, record: Record) -> BackupState:
    """What the host's own catalogue says. Nothing is asked of any storage: that may take long."""
    client = Client(layout, record, BackupHome(host, layout.client))
    path = client.home.catalogue
    size = path.stat().st_size if path.exists() else 0
    # All of it follows from these three, and reading years of entries for each heartbeat would cost.
    text = json.dumps([size, client.since(), record.spec.backup.model_dump_json()])
    key = hashlib.sha256(text.encode()).hexdigest()
    known = client.home.note(_NOTE)
    if known.get("key") == key:
        return BackupState.model_validate(known["state"])
    state = _state(client, record)
    if client.home.root.exists():
        note = {"key": key, "state": state.model_dump(mode="json")}
        client.home.write_note(_NOTE, note)
    return state


_NOTE = "state"


def _state(client: Client, record: Record) -> BackupState:
    policy = record.spec.backup
    history = client.history()
    if not policy.targets:
        return BackupState(condition="off", alarms=history.alarms_at(()), chain=history.chain)
    past, schedule = client.past(history), policy.schedule
    alarms = history.alarms_at([target.name for target in policy.targets])
    newest = history.good[-1] if history.good else None
    drill, drilled = history.last_drill, history.drilled
    equal = [each for each in history.drills.values() if each.equal]
    proven = max(equal, key=lambda each: each.at) if equal else None
    return BackupState(
        condition=_condition(history, newest, alarms),
        targets=tuple(_target(client, each, history) for each in policy.targets),
        last_good=iso(past.good),
        newest=newest.id if newest else None,
        attempted=iso(history.attempted),
        why=history.why,
        overdue_after=iso(overdue_after(schedule, client.client_id, past)),
        verified=proven.at if proven else "",
        verified_point=proven.point if proven else None,
        drill_overdue_after=iso(
            drill_overdue_after(schedule, client.client_id, drilled, client.since())
        ),
        rpo_seconds=_gap(history.complete),
        rto_seconds=round(drill.seconds) if drill and drill.equal else None,
        alarms=alarms,
        points=len(history.good),
        chain=history.chain,
        sealed_to=policy.recipients,
    )


def _condition(history: History, newest: Point | None, alarms: tuple[str, ...]) -> str:
    if alarms:
        return "alarm"
    if history.attempted is None:
        return "waiting"
    if not history.why:
        return "good"
    last = next(reversed(history.points.values()), None)
    tried_last = last is not None and newest is last and "*" not in history.target_failures
    return "partial" if tried_last else "failed"


def _target(client: Client, target: Target, history: History) -> TargetState:
    good = [
        point
        for point in history.points.values()
        if any(copy.target == target.name and copy.good and not copy.gone for copy in point.copies)
    ]
    newest = good[-1] if good else None
    why = history.target_failures.get(target.name, history.target_failures.get("*", ""))
    return TargetState(
        name=target.name,
        kind=target.kind,
        good=newest is not None and not why,
        last_good=newest.at if newest else "",
        point=newest.id if newest else None,
        why=why,
        append_only=target.append_only,
        repository=access(
            target, None, repository_name(client.home.client, client.client_id)
        ).repository,
    )


def _gap(points: list[Point]) -> int | None:
    if len(points) < 2:
        return None
    return round(seconds_of(points[-1].at) - seconds_of(points[-2].at))
