"""The moment in which restored data takes the place of what served. Any step may be the last before a kill.

What is to be done is written down first. From then on it is carried through, by this run or by the next
start of the executor: there is no way that ends with half of it.
"""

import time
from dataclasses import dataclass

from leadengine_agent import docker, valve
from leadengine_agent.backup.chores import is_frozen
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.pack import QUEUE
from leadengine_agent.backup.staging import exchange
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.docker import OneOff
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Part, ServiceName
from leadengine_agent.records import current_record
from leadengine_agent.stack import compose_of, forget_state

NOTE = "restore"
STOPPED = "stopped"
"""The note on services that are stopped for a moment: whoever finds it after a kill starts them again."""

_DEADLINE = 120.0
_SETTLE = 3.0


@dataclass(frozen=True)
class Plan:
    """What changes places; written down as the note `restore`.

    Attributes:
        volumes: those with a sealed folder of what was restored.
        queue: the point's queue is handed to the worker.
        whole: the other keys of Redis come back, too: there was none before.
    """

    point: str
    volumes: tuple[str, ...]
    database: bool
    vectors: bool
    queue: bool
    whole: bool = False

    @classmethod
    def of(cls, only: Part | None, point: str, volumes: tuple[str, ...], vectors: bool) -> "Plan":
        return cls(
            point=point,
            volumes=volumes,
            database=only in {None, "database"},
            vectors=vectors and only in {None, "vectors"},
            queue=only is None,
        )


def carry_through(layout: StackLayout, home: BackupHome, compose: Compose, plan: Plan) -> float:
    """Swap, and let everything serve again; for how many seconds visitors had to wait.

    Every part of it can be repeated.
    """
    home.write_note(NOTE, {**plan.__dict__, "volumes": list(plan.volumes)})
    compose.stop("worker", 30)
    held = time.monotonic()
    valve.close(layout)
    try:
        if plan.database:
            time.sleep(_SETTLE if _serves(compose) else 0)
            compose.stop("db", 60)
        for volume in plan.volumes:
            exchange(layout.client, volume, "swap")
        if plan.database:
            compose.up("db")
            wait_until_ready(compose, "db", _DEADLINE)
        if plan.vectors:
            _unpack(layout, home, compose, "vectors", "chromadb", "/target", "swap")
    finally:
        valve.open_again(layout)
    seconds = time.monotonic() - held
    if plan.queue:
        replay(layout, home, compose, whole=plan.whole)
    if plan.database:
        # The release may be newer than the point: its own migrations bring the data forward.
        forget_state(layout, "migration")
        compose.run("migrate", timeout=900)
    compose.up("worker")
    wait_until_ready(compose, "worker", _DEADLINE)
    for volume in plan.volumes:
        exchange(layout.client, volume, "clean")
    home.forget_note(NOTE)
    home.forget_note(STOPPED)
    home.clear()
    return seconds


def stop_for_now(home: BackupHome, compose: Compose, *services: ServiceName) -> None:
    """Stop services that are to run again in any case, also after a kill."""
    known = home.note(STOPPED).get("services", [])
    home.write_note(STOPPED, {"services": [*known, *services]})
    for name in services:
        compose.stop(name, 60 if name == "nginx" else 30)


def start_again(home: BackupHome, compose: Compose) -> bool:
    """Start what was stopped for a moment; True when there was something."""
    names = home.note(STOPPED).get("services", [])
    if names:
        compose.up(*names)
    home.forget_note(STOPPED)
    return bool(names)


def replay(layout: StackLayout, home: BackupHome, compose: Compose, *, whole: bool) -> None:
    """Hand what waited in the point's queue to the worker."""
    more = ("whole",) if whole else ()
    _unpack(layout, home, compose, "queue", "/url", f"/target/{QUEUE}", *more)


def finish_pending(host: HostLayout, layout: StackLayout) -> bool:
    """Carry through what a killed run had begun to swap; True when there was something."""
    home = BackupHome(host, layout.client)
    note, record = home.note(NOTE), current_record(layout)
    if record is None:
        return False
    if is_frozen(layout):
        home.forget_note(STOPPED)
        return False
    if not note:
        return start_again(home, compose_of(layout, record))
    plan = Plan(**{**note, "volumes": tuple(note["volumes"])})
    docker.reap_one_offs(one_off_label(layout.client))
    carry_through(layout, home, compose_of(layout, record), plan)
    return True


def _serves(compose: Compose) -> bool:
    found = compose.container("nginx")
    return found is not None and bool(found["State"]["Running"])


def _unpack(layout: StackLayout, home: BackupHome, compose: Compose, *words: str) -> str:
    return OneOff(
        one_off_label(layout.client),
        docker.own_image(),
        ("unpack", *words),
        network=f"{compose.project}_data",
        mounts=((home.staging, "/target", "ro"), (layout.secrets / "redis_url", "/url", "ro")),
        capabilities=("DAC_OVERRIDE",),
    ).run(timeout=3600)
