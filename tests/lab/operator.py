"""An operator at a desk of their own: the real `lectl`, run as a program, with its own data folder."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.lab.acme import Pebble
from tests.lab.engine import LabError
from tests.lab.mail import MailSink
from tests.lab.vps import Vps
from tests.unit.ctl.builders import PASSPHRASE

LECTL = Path(".venv/bin/lectl").absolute()
CANARY_KEY = "canary-llm-key-8f2d61c0"
CANARY_IPINFO = "canary-ipinfo-3b9e77aa"
CANARY_SMTP = "canary-smtp-51c4fe09"
CANARY_SLACK = "https://hooks.slack.test/services/canary-slack-c0ffee42"


@dataclass(frozen=True)
class Ended:
    """How a command ended. `results`: the JSON objects of standard output, with `--json`."""

    code: int
    out: str
    err: str

    @property
    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def result(self) -> dict[str, Any]:
        """The last one: what the command came to."""
        return self.results[-1]

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Operator:
    """Runs `lectl` with settings of its own.

    Attributes:
        home: home and data folder; two operators with one folder are one operator.
    """

    home: Path
    key: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {
            name: os.environ[name] for name in ("PATH", "LANG", "DOCKER_HOST") if name in os.environ
        }
        return {
            **kept,
            "HOME": str(self.home),
            "NO_COLOR": "1",
            "COLUMNS": "100",
            "LECTL_DATA_FOLDER": str(self.home / "data"),
            "LECTL_SSH_KEY": str(self.key),
            "LECTL_KEY_PASSPHRASE": PASSPHRASE.get_secret_value(),
            # It takes as long as the deploy itself: the tests that are about it ask for it.
            "LECTL_HARDEN": "never",
            **self.settings,
        }

    def with_settings(self, **settings: str) -> "Operator":
        return replace(self, settings={**self.settings, **settings})

    def lectl(self, *words: str, timeout: float = 400, stdin: str = "") -> Ended:
        """Run one command to its end."""
        done = subprocess.run(
            (LECTL, *words),
            input=stdin,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def must(self, *words: str, timeout: float = 400) -> Ended:
        """Run a command that has to end well."""
        ended = self.lectl(*words, timeout=timeout)
        if ended.code != 0:
            message = f"lectl {' '.join(words)}: exit {ended.code}\n{ended.text}"
            raise LabError(message)
        return ended

    def release(self, *words: str) -> Ended:
        """Build a release of the images here, sign and publish it; the first one with new keys."""
        stick = str(self.home / "stick")
        if not (self.data / "releases").exists():
            self.must("release", "init", stick, "--keys", "1", "--threshold", "1")
        built = self.must("release", "build", *words)
        self.must("release", "sign", "--keys", stick)
        self.must("release", "publish")
        return built

    def deploy(self, vps: Vps, client: str, domain: str, *more: str) -> Ended:
        """Deploy to a lab host whose key is known from its making."""
        return self.lectl(
            "deploy", client, domain, f"ops@{domain}", "--host", vps.url,
            "--host-key", fingerprint(vps), "--yes", "--json", *more,
        )  # fmt: skip

    def first_password(self, vps: Vps, client: str, domain: str) -> str:
        """The password as a person sees it: printed by the first deploy without `--json`, once."""
        words = ("deploy", client, domain, f"ops@{domain}", "--host", vps.url, "--yes")
        found = re.search(r"Admin: \S+ / (\S+)", self.must(*words).out)
        return found[1] if found else ""

    @property
    def data(self) -> Path:
        return self.home / "data"


def fingerprint(vps: Vps) -> str:
    """The SHA256 fingerprint of a lab host's key, as OpenSSH writes it."""
    line = vps.run("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").stdout
    return line.split()[1]


def certificate_settings(pebble: Pebble, folder: Path) -> dict[str, str]:
    """Let certificates come from the lab's authority."""
    trust = folder / "acme-trust.pem"
    trust.write_text(pebble.trust)
    return {"LECTL_ACME_DIRECTORY": pebble.directory, "LECTL_ACME_TRUST": str(trust)}


def mail_settings(mail: MailSink) -> dict[str, str]:
    return {
        "SMTP_HOST": mail.address,
        "SMTP_PORT": str(mail.port),
        "SMTP_FROM": "leadengine@lab.test",
        "SMTP_SECURITY": "none",
    }


def canary_settings() -> dict[str, str]:
    """Secrets that can be searched for afterwards."""
    return {
        "CLAUDE_API_KEY": CANARY_KEY,
        "IPINFO_TOKEN": CANARY_IPINFO,
        "SMTP_PASS": CANARY_SMTP,
        "SLACK_WEBHOOK": CANARY_SLACK,
    }


def poll(question: Callable[[], object], seconds: float, pause: float = 0.5) -> Iterator[object]:
    """Ask again and again until the answer is true; yields every answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        yield answer
        if answer:
            return
        time.sleep(pause)
    message = f"still not true after {seconds} s"
    raise LabError(message)


def wait_until(question: Callable[[], object], seconds: float, pause: float = 0.5) -> None:
    """Wait until the answer is true. Raises LabError when it never was."""
    for _ in poll(question, seconds, pause):
        pass
