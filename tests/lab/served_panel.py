"""A panel of a lab: served on this machine by the real command, on an operator's own store."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
from playwright.sync_api import Page

from tests.lab.engine import LabError

PASSWORD = "correct horse battery staple"
_MAIN = "from leadengine_ctl.cli.main import main; main()"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass(frozen=True)
class Served:
    """A panel that runs."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def lectl(self, *words: str) -> str:
        """Run a command on the panel's own machine."""
        argv = (sys.executable, "-c", _MAIN, *words)
        done = subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def invite(self, email: str, role: str) -> str:
        """The link for somebody new, as it is printed; it leads to this panel."""
        link = self.lectl("panel", "admin", "add", email, "--role", role).strip()
        return f"{self.url}/welcome#{link.partition('#')[2]}"


@contextmanager
def serve(environment: dict[str, str], *, workers: int = 2, port: int = 0) -> Iterator[Served]:
    """`lectl panel serve`, with all it started, in a group of its own that ends with it."""
    port = port or free_port()
    words = ("panel", "serve", "--port", str(port), "--workers", str(workers))
    argv = (sys.executable, "-c", _MAIN, *words)
    process = subprocess.Popen(argv, env=environment, start_new_session=True)
    url = f"http://localhost:{port}"
    try:
        wait_for(url, process)
        yield Served(url, process, environment)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.2)
    message = f"the panel at {url} did not come up"
    raise LabError(message)


def descendants(process: int) -> list[int]:
    """Every process below one, by the kernel's own list."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            child = int(path.parent.name)
            found += [child, *descendants(child)]
    return found


def kill_whole(process: subprocess.Popen[bytes]) -> None:
    """End a panel and everything it started at once, as when its machine is gone."""
    for each in [*descendants(process.pid), process.pid]:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(60)


def join(page: Page, link: str) -> None:
    """From an invitation to the fleet page, as a person goes: a password, an app, its first code."""
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Connect your authenticator").wait_for()
    seed = re.search(r"The key is (\w{32})", page.locator("main").inner_text())
    if seed is None:
        raise LabError(page.locator("main").inner_text())
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(seed[1]).now())
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("heading", name="Fleet").wait_for()
