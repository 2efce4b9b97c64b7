"""What goes wrong on a memory host: read anew for each task, so that another process can be told to fail."""

from pathlib import Path

from leadengine_agent.values import Frozen


class MemoryFaults(Frozen):
    """Faults to order; each names releases, or is on for all.

    Attributes:
        unreachable: the host does not answer.
        start: releases whose api never gets healthy: they fail before anybody is sent to them.
        gate: releases that are watched in service, found bad, and taken back by the host itself.
        sick: releases that go live without a fault and are not healthy from then on.
        seconds: how long each activation takes.
        storage: targets that cannot be reached.
        differs: targets whose points are not what was stored there.
    """

    unreachable: bool = False
    start: tuple[str, ...] = ()
    gate: tuple[str, ...] = ()
    sick: tuple[str, ...] = ()
    seconds: float = 0.0
    storage: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def faults_file(state: Path) -> Path:
    """Where the faults of the host with this state file are."""
    return state.with_suffix(".faults.json")


def read_faults(state: Path | None) -> MemoryFaults:
    """The faults that are ordered now; none, when there is no file."""
    path = faults_file(state) if state else None
    if path is None or not path.exists():
        return MemoryFaults()
    return MemoryFaults.model_validate_json(path.read_bytes())
