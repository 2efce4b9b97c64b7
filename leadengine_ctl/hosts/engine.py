"""The Docker Engine of a host: there and running afterwards."""

import json

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import Completed, HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.probing import find_engine
from leadengine_ctl.hosts.text import last_lines, plain
from leadengine_ctl.resources import data_folder

_STEP = "engine"
_DEADLINE = 900.0
"""Seconds. A slow mirror and a host that still installs its first updates need most of it."""


def ensure_engine(runner: Runner, address: HostAddress, report: Report) -> None:
    """Install and start Docker Engine where none answers.

    Raises:
        LeadEngineError: it could not be installed or does not start.
    """
    if engine := find_engine(runner):
        report(Progress(_STEP, StepState.UNCHANGED, f"Docker Engine {engine.version} runs"))
        return
    report(Progress(_STEP, StepState.STARTED, "installing and starting Docker Engine"))
    # The script is a constant that travels on standard input: nothing in it depends on the host.
    script = (data_folder("templates") / "host" / "install-engine.sh").read_bytes()
    ended = runner.run(("sh", "-s"), stdin=script, timeout=_DEADLINE)
    if ended.code:
        raise _failed(ended, address)
    report(Progress(_STEP, StepState.DONE, _summary(ended.out)))


def _summary(out: bytes) -> str:
    """What the script's last line says, in words."""
    try:
        said = json.loads(out.splitlines()[-1])
        verb = "installed and started" if said["installed"] else "started"
        return f"Docker Engine {plain(str(said['version']), 40)} {verb}"
    except (ValueError, LookupError, TypeError):
        return "Docker Engine started"


_REFUSALS = {
    3: (
        "Only Debian and Ubuntu can be prepared from bare.",
        "Install Docker Engine there by hand; everything else works on any Linux that has it.",
    ),
    4: (
        "Installing and starting it needs root.",
        "Use root, or a user with sudo.",
    ),
}


def _failed(ended: Completed, address: HostAddress) -> LeadEngineError:
    what = f"Docker Engine could not be brought up on {address}"
    logs = last_lines(ended.err)
    if ended.code in _REFUSALS:
        return NotAllowedError(what, *_REFUSALS[ended.code], logs=logs)
    hint = "Mend what the last lines show, then run the command again: it goes on from there."
    return LeadEngineError(what, "The installation ended badly.", hint, logs=logs)
