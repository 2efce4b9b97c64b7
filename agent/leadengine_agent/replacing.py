"""Replace the agent by another version, or bring the old one back: whatever happens, one of them runs.

Runs in a container of the old image that is started again when it is killed. Every step looks first:
where the plan stands is seen from the containers that are there. The old ones are kept, stopped, under
another name, until the new ones have proven themselves.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from leadengine_agent import docker
from leadengine_agent.containers import EXECUTOR, REPORTER
from leadengine_agent.docker import DockerError
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.values import Frozen

NAME = "leadengine-replacer"
_PARTS = (EXECUTOR, REPORTER)
_TRIAL = 60.0
"""Seconds within which the new agent has to answer; with stopping and starting, the old one is back
within two minutes."""

_STEADY = 15.0
"""Seconds that it has to go on without a restart after it has answered."""

_STOP = 20
"""Seconds that a part gets to end. The order to update is its last task: nothing else runs."""


class Plan(Frozen):
    """What is to be done.

    Attributes:
        new: the words that start each part of the new agent.
        until: when the new agent has to have proven itself; 0: it was not started yet.
        state: how far it is; `why`: what was wrong with the new one.
    """

    new: list[list[str]]
    old_image: str
    until: float = 0.0
    state: Literal["trying", "going-back", "updated", "failed"] = "trying"
    why: str = ""


def plan_file(layout: HostLayout) -> Path:
    """Where the plan lies, from the order to the new agent's first words."""
    return layout.agent / "update.json"


def read_plan(layout: HostLayout) -> Plan | None:
    path = plan_file(layout)
    return Plan.model_validate_json(path.read_text()) if path.exists() else None


class Replacer:
    """Carries out one plan; can be killed and begun anew at any point."""

    def __init__(self, layout: HostLayout, sleep: Callable[[float], None] = time.sleep) -> None:
        self._layout = layout
        self._sleep = sleep

    def run(self) -> None:
        plan = read_plan(self._layout)
        if plan is None:
            return
        if plan.state == "trying":
            plan = self._try(plan)
        if plan.state == "going-back":
            self._go_back()
            plan = self._note(plan, state="failed")
        if plan.state == "updated":
            for part in _PARTS:
                _remove(f"{part}-previous")

    def _try(self, plan: Plan) -> Plan:
        if not plan.until:
            plan = self._note(plan, until=time.time() + _TRIAL)
        try:
            self._start(plan)
            why = self._watch(plan.until)
        except DockerError as error:
            why = str(error)
        if why:
            return self._note(plan, state="going-back", why=why[:300])
        return self._note(plan, state="updated")

    def _start(self, plan: Plan) -> None:
        for part, argv in zip(_PARTS, plan.new, strict=True):
            previous = f"{part}-previous"
            if docker.inspect(previous) is None:
                docker.docker("stop", "--time", str(_STOP), part, timeout=_STOP + 60)
                docker.docker("rename", part, previous)
                # A host that boots in between must not start both.
                docker.docker("update", "--restart", "no", previous)
            if docker.inspect(part) is None:
                docker.docker(*argv[1:])

    def _watch(self, until: float) -> str:
        """Why the new agent is not to be kept; empty when it has proven itself."""
        why = "it did not answer"
        # A clock that is set back meanwhile must not make a trial of a minute one of a year.
        end = time.monotonic() + min(until - time.time(), _TRIAL)
        while time.monotonic() < end:
            if restarted := [part for part in _PARTS if _restarts(part)]:
                return f"{restarted[0]} ended and was started again"
            if why := _objection():
                self._sleep(1.0)
                continue
            self._sleep(_STEADY)
            ended = [part for part in _PARTS if _restarts(part) or not _runs(part)]
            return f"{ended[0]} ended after it had answered" if ended else ""
        return why

    def _go_back(self) -> None:
        for part in _PARTS:
            previous = f"{part}-previous"
            if docker.inspect(previous) is None:
                continue
            _remove(part)
            docker.docker("rename", previous, part)
        for part in _PARTS:
            docker.docker("update", "--restart", "unless-stopped", part)
            docker.docker("start", part)

    def _note(self, plan: Plan, **changes: object) -> Plan:
        changed = plan.model_copy(update=changes)
        write_atomically(plan_file(self._layout), changed.model_dump_json(), mode=0o600)
        return changed


def _remove(name: str) -> None:
    if docker.inspect(name) is not None:
        docker.docker("rm", "--force", "--volumes", name)


def _runs(part: str) -> bool:
    found = docker.inspect(part)
    return found is not None and bool(found["State"]["Running"])


def _restarts(part: str) -> int:
    found = docker.inspect(part)
    return int(found["RestartCount"]) if found else 0


def _objection() -> str:
    """What the new executor has against answering; empty when it answers."""
    task = {
        "id": f"replaced-{os.urandom(6).hex()}",
        "actor": "replacer",
        "order": {"verb": "vitals"},
    }
    words = ("exec", "-i", EXECUTOR, "leadengine-agent", "submit")
    try:
        lines = docker.docker(*words, stdin=json.dumps(task) + "\n", timeout=30).splitlines()
        outcome = json.loads(lines[-1]) if lines else {}
    except (DockerError, ValueError) as error:
        return str(error) or "its executor does not answer"
    if outcome.get("kind") != "outcome" or outcome.get("failure"):
        return "its executor does not answer as it should"
    return "" if _runs(REPORTER) else "its reporter does not run"


def main() -> int:
    """Carry out the plan of this host."""
    try:
        Replacer(HostLayout()).run()
    except DockerError as error:
        # Started again by the engine: the containers say where it stood.
        sys.stderr.write(f"replacer: {error}\n")
        return 1
    return 0
