"""What was activated at a client, newest first, and what each changed against the one before."""

import json
from dataclasses import dataclass

from leadengine_ctl.fleet.records import OperationRecord, OperationState
from leadengine_ctl.fleet.store import Store

_SHOWN = 20
_ACTIVATES = ("deploy", "update", "rollback")
_HIDDEN = ("client", "rollout", "bake", "retry", "contract", "current")


@dataclass(frozen=True)
class Change:
    """A value that differs."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Activation:
    """One operation that put, or tried to put, another generation in service."""

    record: OperationRecord
    changes: tuple[Change, ...]


def of(store: Store, client: str) -> tuple[Activation, ...]:
    """The last activations of a client."""
    records = store.overview.operations(_SHOWN * 2, (client,))
    activations = [each for each in records if each.verb in _ACTIVATES][:_SHOWN]
    found = []
    for number, record in enumerate(activations):
        earlier = (each for each in activations[number + 1 :] if each.state is OperationState.DONE)
        before = next(earlier, None)
        old = _values(before) if before else {}
        found.append(Activation(record, _changes(old, _values(record))))
    return tuple(found)


def _values(record: OperationRecord) -> dict[str, str]:
    """A request as flat names and texts."""
    values = json.loads(record.params)
    settings = values.pop("changes", {})
    flat = {**values, **settings}
    return {name: str(value) for name, value in flat.items() if name not in _HIDDEN and value}


def _changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    """What the newer request says otherwise; what it does not speak of stays."""
    return tuple(
        Change(name, old.get(name, ""), value)
        for name, value in new.items()
        if old.get(name) != value
    )
