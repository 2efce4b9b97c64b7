"""Ctrl-C in the middle of a step."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli

WORDS = ("deploy", "acme", "leads.acme.test", "--host", "memory://one")
MAIN = "from leadengine_ctl.cli.main import main; main()"


@pytest.mark.long
def test_ctrl_c_leaves_an_operation_that_the_next_run_takes_up(lectl: Cli, folder: Path) -> None:
    state = folder / "memory" / "one.json"
    state.parent.mkdir()
    os.mkfifo(state)  # whoever reads the host's state waits for a writer that never comes
    process = subprocess.Popen(
        (sys.executable, "-c", MAIN, *WORDS),
        env=lectl.variables,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    operation = wait_for_step(lectl, "prepare")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith(
        f"Error: Stopped. The operation {operation} is not finished.\n"
        f"Run the same command again, or 'lectl operations resume {operation}': "
        "it goes on where it stopped.\n"
    )
    state.unlink()
    assert lectl(*WORDS).code == 0
    (record,) = lectl("operations", "list", "--json").json[0]["operations"]
    assert (record["id"], record["state"]) == (operation, "done")


def wait_for_step(lectl: Cli, step: str) -> str:
    """Wait until the only operation is in `step`; returns its id."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for record in lectl("operations", "list", "--json").json[0]["operations"]:
            shown = lectl("operations", "show", record["id"], "--json").json[0]
            if step in {event["step"] for event in shown["events"]}:
                return str(record["id"])
        time.sleep(0.05)
    message = f"the step {step} was never reached"
    raise AssertionError(message)
