"""Draw a rollout as a terminal shows it, on hosts in memory: docs/pictures/rollout-live.png, rollout.png.

    .venv/bin/python -m tools.rollout_picture

Needs the browser of `make lab-packages`, and no engine.
"""

import os
import pty
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.lab.browser import Browser
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tools.screenshots import COLUMNS, draw_terminal, read_some, settle

CLIENTS = ("acme", "blue-door", "cafe-nero", "dune", "elm-street", "fjord", "gable", "harbour")
WORDS = ("update", "--all", "--yes", "--canary", "fjord", "--waves", "1,50%,100%",
         "--soak", "4s", "--bake", "5s", "--parallel", "2")  # fmt: skip
COMMAND = "lectl update --all --canary fjord --waves 1,50%,100%"
LECTL = str(Path(".venv/bin/lectl").absolute())


def furnish(folder: Path) -> Fleet:
    """Eight clients on 1.0.0, 1.1.0 published, one host that will find it bad and one that is off."""
    environment = Cli.environment(folder, folder.parent)
    os.environ.update(environment)
    fleet = Fleet(Cli(folder, environment))
    fleet.publish("1.0.0")
    fleet.add(*CLIENTS)
    fleet.publish("1.1.0")
    for number, name in enumerate(CLIENTS):
        fleet.order_faults(name, seconds=1.5 + number / 3)
    fleet.order_faults("blue-door", unreachable=True)
    fleet.order_faults("dune", gate=["1.1.0"], seconds=4)
    return fleet


def run(fleet: Fleet) -> tuple[str, str]:
    """What stood on the screen in wave 2, and in the end."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        **fleet.lectl.variables,
        "COLUMNS": str(COLUMNS),
        "TERM": "xterm-256color",
    }
    del environment["NO_COLOR"]
    with subprocess.Popen((LECTL, *WORDS), stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        sent, live = "", ""
        while chunk := read_some(ours):
            sent += chunk.decode(errors="replace")
            _, begun, tail = sent.rpartition("Wave 2 of 3 begins.")
            if begun and not live and "unreachable" in tail and "cafe-nero" in tail:
                live = sent
    return settle(live), settle(sent)


def main() -> None:
    """Draw both."""
    with tempfile.TemporaryDirectory() as folder:
        live, end = run(furnish(Path(folder) / "data"))
    with sync_playwright() as playwright, Browser(playwright).open({}) as page:
        draw_terminal(page, COMMAND, live, "rollout-live")
        draw_terminal(page, COMMAND, end, "rollout")


if __name__ == "__main__":
    main()
