"""Draw recovery points and a restore as a terminal shows them: docs/pictures/backups.png.

    .venv/bin/python -m tools.backups_picture

Needs the browser of `make lab-packages`, and no engine: the host is one in memory.
"""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.lab.browser import Browser
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.recovering import Desk, furnish
from tools.screenshots import draw_terminal, run_in_terminal, settle

LECTL = str(Path(".venv/bin/lectl").absolute())
SHOWN = (
    ("backups", "acme"),
    ("restore", "acme", "--yes"),
    ("restore", "acme", "--undo", "--yes"),
)


def prepare(folder: Path) -> Desk:
    """A client with points: one is proven, one did not get everywhere, data went wrong since."""
    publish(folder, a_draft())
    environment = {**Cli.environment(folder, folder.parent), "LECTL_STORAGE_SECRET": "secret"}
    os.environ.update(environment)
    desk = furnish(Cli(folder, environment))
    desk.write("an order of visitors, clicks and leads. " * 40_000)
    desk.backup()
    desk.must("backup", "verify", "acme")
    with desk.faults(storage=["spaces"]):
        desk.lectl("backup", "acme")
    desk.backup()
    desk.write("oops")
    return desk


def screen() -> str:
    """Each command and what it shows, one below the other."""
    del os.environ["NO_COLOR"]
    told = (
        f"$ lectl {' '.join(words)}\n{settle(run_in_terminal(LECTL, *words))}" for words in SHOWN
    )
    return "\n\n".join(told)


def main() -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder) / "data")
        text = screen()
    with sync_playwright() as playwright, Browser(playwright).open({}) as page:
        draw_terminal(page, "lectl backups acme", text, "backups")


if __name__ == "__main__":
    main()
