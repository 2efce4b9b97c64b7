"""A stand-in for the `docker` program with one nginx in it.

It reads its configuration when told to, and looks at the colour each time it is asked.

It is a program on PATH, as the real one is, and knows just what the gateway of a stack asks for.
"""

import os
import sys
from pathlib import Path

import pytest

from leadengine_agent.layout import StackLayout

_PROGRAM = """#!{python}
import base64, json, re, ssl, sys
from pathlib import Path

stack, loaded, refusal = Path({stack!r}), Path({loaded!r}), Path({refusal!r})
words = sys.argv[1:]

def read():
    conf, chain = stack / "live/nginx.conf", stack / "certificates/current/fullchain.pem"
    key = re.search(r'return 200 "([0-9a-f]+) ', conf.read_text()) if conf.exists() else None
    leaf = re.search(r"-----BEGIN.*?END CERTIFICATE-----", chain.read_text(), re.S)[0]
    der = base64.b64encode(ssl.PEM_cert_to_DER_cert(leaf)).decode()
    loaded.write_text(json.dumps(
        {{"generation": key[1] if key else "", "certificate": der}}))

if refusal.exists() and refusal.read_text() in words:
    sys.exit("refused")
if "config" in words:
    print("nginx same")
elif words[0] == "compose" and not loaded.exists() or words[0] == "kill":
    read()
elif words[:2] == ["container", "inspect"]:
    if not loaded.exists():
        sys.exit("no such container")
    print(json.dumps([{{"RestartCount": 0, "State": {{"Running": True}},
                       "Config": {{"Healthcheck": {{"Test": ["CMD", "true"]}},
                                  "Labels": {{"com.docker.compose.config-hash": "same"}}}}}}]))
elif "probe" in words:
    answer = json.loads(loaded.read_text())
    answer["generation"] += " green" if (stack / "live/green").exists() else " blue"
    print(json.dumps(answer))
"""


class Engine:
    """The stand-in, installed on PATH for one stack."""

    def __init__(self, layout: StackLayout, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._loaded, self._refusal = folder / "loaded.json", folder / "refusal"
        folder.mkdir()
        program = folder / "docker"
        program.write_text(
            _PROGRAM.format(
                python=sys.executable,
                stack=str(layout.root),
                loaded=str(self._loaded),
                refusal=str(self._refusal),
            )
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        monkeypatch.setenv("LEADENGINE_AGENT_IMAGE", "leadengine/agent")

    def refuse(self, word: str) -> None:
        """Fail on commands with this word: what was done before is what a kill there leaves."""
        self._refusal.write_text(word)

    def obey(self) -> None:
        """Refuse nothing any more."""
        self._refusal.unlink()
