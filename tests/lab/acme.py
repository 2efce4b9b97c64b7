"""Pebble: a certificate authority that misbehaves on purpose."""

import json
import re
import ssl
from dataclasses import dataclass

import httpx

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.names import IMAGE, Names
from tests.lab.run import Run
from tests.lab.waiting import until

HOST = "pebble.test"


@dataclass(frozen=True)
class Pebble:
    """A running authority; `box.stop()` and `box.start()` take it down and bring it back.

    Attributes:
        trust: PEM to trust when talking to its directory (not the root of what it issues).
    """

    box: Container
    trust: str
    name: str = HOST

    @property
    def directory(self) -> str:
        """The ACME directory, by a name that lab hosts and their containers resolve."""
        return f"https://{self.name}:14000/dir"

    def _fetch(self, path: str) -> httpx.Response:
        context = ssl.create_default_context(cadata=self.trust)
        return httpx.get(f"https://{self.box.address}:{path}", verify=context)

    @property
    def root(self) -> str:
        """PEM of the root its certificates chain to; another one after every restart."""
        return self._fetch("15000/roots/0").raise_for_status().text

    @property
    def orders(self) -> int:
        """How many certificate orders were placed, over all restarts."""
        return len(re.findall(r"Added order ", self.box.logs()))

    def wait(self) -> None:
        until(lambda: self._fetch("14000/dir").raise_for_status(), "Pebble")


def start_pebble(
    run: Run,
    names: Names,
    authority: Authority,
    nonce_reject_percent: int = 5,
    days: float = 90,
    name: str = HOST,
) -> Pebble:
    """Start an authority that validates on ports 80 and 443, without artificial waits.

    Args:
        days: how long its certificates live.
        name: another one where a second authority is wanted beside the first.
    """
    last = 4 if name == HOST else 5
    authority.issue(name, run.address(last))
    names.point(name, run.address(last))
    settings = {
        "pebble": {
            "listenAddress": "0.0.0.0:14000",
            "managementListenAddress": "0.0.0.0:15000",
            "certificate": f"/lab/{name}.pem",
            "privateKey": f"/lab/{name}.key",
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "retryAfter": {"authz": 1, "order": 1},
            "certificateValidityPeriod": int(days * 86400),
        }
    }
    (authority.folder / f"{name}.json").write_text(json.dumps(settings))
    options = (
        *("--volume", f"{authority.folder}:/lab:ro"),
        *("--env", "PEBBLE_VA_NOSLEEP=1"),
        *("--env", f"PEBBLE_WFE_NONCEREJECT={nonce_reject_percent}"),
    )
    command = ("pebble", "-config", f"/lab/{name}.json", "-dnsserver", f"{run.resolver}:53")
    box = run.start(name.partition(".")[0], IMAGE, *command, last=last, options=options)
    pebble = Pebble(box, authority.root_pem, name)
    pebble.wait()
    return pebble
