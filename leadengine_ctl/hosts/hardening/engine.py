"""The engine's own settings, changed under running stacks without stopping one.

`live-restore` is the one setting an engine takes without a restart, and the one that lets containers
live through a restart. So it goes first, is seen to be on, and only then the engine is restarted.
"""

import json
import re
import time
from typing import Any

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import (
    ENGINE,
    ENGINE_DOOR,
    ENGINE_DOOR6,
    ENGINE_UNIT,
    engine_settings,
)
from leadengine_ctl.hosts.hardening.site import Site, UnmetError
from leadengine_ctl.hosts.readiness import wait_for_executor

_PATIENCE = 60.0
_STATE = (
    "{{.LiveRestoreEnabled}} {{json .SecurityOptions}} {{.LoggingDriver}} {{.Swarm.LocalNodeState}}"
)


def merge(
    found: dict[str, Any], *, swarm: bool = False, most_files: int | None = None
) -> dict[str, Any]:
    """An engine's settings with the baseline's in them; what else somebody set is kept.

    A log driver that somebody chose stays, with its options; the default one is what grows for ever.

    Args:
        most_files: open files that the engine itself is allowed. Where it may not raise that, no
            container can be started, or looked into, with a higher limit.
    """
    wanted = engine_settings()
    if found.get("log-driver", "json-file") != "json-file":
        del wanted["log-driver"], wanted["log-opts"]
    if swarm:
        # An engine that is part of a swarm refuses to start with it.
        del wanted["live-restore"]
    limits = {**wanted["default-ulimits"], **found.get("default-ulimits", {})}
    files = {
        key: min(value, most_files) if most_files and isinstance(value, int) else value
        for key, value in limits["nofile"].items()
    }
    return {**found, **wanted, "default-ulimits": {**limits, "nofile": files}}


def parse(text: str) -> dict[str, Any]:
    """An engine's settings as they stand on a host; empty when there are none.

    Raises:
        UnmetError: they are not what an engine could read.
    """
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"{ENGINE} is not a JSON object: mend it by hand first"
        raise UnmetError(message)
    return found


def settle_engine(site: Site) -> str:
    """Have the engine run with the baseline's settings."""
    old = said(site.runner, "cat", ENGINE)
    swarm = said(site.runner, "docker", "info", "--format", _STATE).endswith(" active")
    new = merge(parse(old), swarm=swarm, most_files=_most_files(site))
    waiting = _let_visitors_wait(site)
    wrote = site.put(ENGINE, json.dumps(new, indent=2, sort_keys=True) + "\n")
    if not wrote and _is_in_force(site, new):
        return waiting
    if not site.systemd or not site.succeeds("systemctl", "is-active", "--quiet", "docker.service"):
        message = (
            "its settings are written and count from its next start: systemd does not run it here"
        )
        raise UnmetError(message)
    try:
        _restart(site, survives=not swarm)
    except (UnmetError, LeadEngineError) as error:
        _go_back(site, old)
        message = f"{error}; its settings are as they were"
        raise UnmetError(message) from error
    return "settings in force, containers untouched" if not swarm else "settings in force"


def _let_visitors_wait(site: Site) -> str:
    """Have new connections wait while the engine starts: before its first restart, and without one."""
    if not site.systemd:
        return ""
    wrote = [site.place(each) for each in (ENGINE_DOOR, ENGINE_DOOR6, ENGINE_UNIT)]
    if not any(wrote):
        return ""
    site.must("systemctl", "daemon-reload")
    return "visitors wait while it starts"


def _restart(site: Site, *, survives: bool) -> None:
    if survives:
        site.must("systemctl", "reload", "docker.service")
        _wait(site, "true ", "it does not take live-restore, so it was not restarted")
    site.must("systemctl", "restart", "docker.service", timeout=120)
    _wait(site, "", "it did not answer after its restart")
    if said(site.runner, "docker", "ps", "--quiet", "--filter", f"name=^{EXECUTOR}$"):
        wait_for_executor(site.runner, site.address)


def _go_back(site: Site, old: str) -> None:
    if old:
        site.put(ENGINE, old + "\n")
    else:
        site.must("rm", "-f", ENGINE)
    site.runner.run(("systemctl", "reset-failed", "docker.service"))
    site.must("systemctl", "restart", "docker.service", timeout=120)


def _wait(site: Site, beginning: str, sentence: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        ended = site.runner.run(("docker", "info", "--format", _STATE))
        if ended.code == 0 and ended.out.decode().startswith(beginning):
            return
        if time.monotonic() > deadline:
            raise UnmetError(sentence)
        time.sleep(0.3)


def _most_files(site: Site) -> int | None:
    """The hard limit on open files of the engine's own process; None where it cannot be read."""
    process = said(
        site.runner, "systemctl", "show", "--property=MainPID", "--value", "docker.service"
    )
    limits = said(site.runner, "cat", f"/proc/{process}/limits") if process.isdigit() else ""
    found = re.search(r"^Max open files +\d+ +(\d+)", limits, re.MULTILINE)
    return int(found[1]) if found else None


def _is_in_force(site: Site, wanted: dict[str, Any]) -> bool:
    """What can be seen from outside: a file that was written and never read does not count."""
    # Not icc: no engine changes a network under running containers, so a restart would not help.
    state = said(site.runner, "docker", "info", "--format", _STATE)
    return (
        state.startswith("true " if wanted.get("live-restore") else "false ")
        and "no-new-privileges" in state
        and f" {wanted.get('log-driver')} " in state
    )
