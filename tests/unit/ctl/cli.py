"""Drive lectl as a person does: words in; exit code, standard output and standard error out."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadengine_ctl.cli.main import run


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Cli:
    folder: Path
    variables: dict[str, str]

    @staticmethod
    def environment(folder: Path, home: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH",)}
        return {
            **kept,
            "HOME": str(home),
            "LECTL_DATA_FOLDER": str(folder),
            "NO_COLOR": "1",
            "COLUMNS": "80",
        }

    def __call__(self, *words: str) -> Ran:
        """Run in this process: fast, for commands that nobody kills."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(words))
        return Ran(int(code), out.getvalue(), err.getvalue())

    def process(self, *words: str, **variables: str) -> Ran:
        """Run as a process of its own."""
        done = subprocess.run(
            (sys.executable, "-c", "from leadengine_ctl.cli.main import main; main()", *words),
            check=False,
            capture_output=True,
            text=True,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def deploy(self, client: str = "acme", domain: str = "leads.acme.test", *more: str) -> Ran:
        """A deploy to the host in memory called `one`."""
        return self("deploy", client, domain, "--host", "memory://one", *more)
