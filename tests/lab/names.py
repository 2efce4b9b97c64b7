"""Name service of the lab: *.test is what a test says it is, everything else is the real world."""

from dataclasses import dataclass

import httpx

from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.waiting import until

IMAGE = "leadengine/lab-services:dev"


@dataclass(frozen=True)
class Names:
    """Records under `.test`, changed while the lab runs. Answers are never cached."""

    server: Container
    forwarder: Container

    def _tell(self, order: str, **body: object) -> None:
        answer = httpx.post(f"http://{self.server.address}:8055/{order}", json=body)
        answer.raise_for_status()

    def point(self, name: str, address: str = "", address6: str = "") -> None:
        """Let a name lead to these addresses, and to no others."""
        self.forget(name)
        if address:
            self._tell("add-a", host=f"{name}.", addresses=[address])
        if address6:
            self._tell("add-aaaa", host=f"{name}.", addresses=[address6])

    def forget(self, name: str) -> None:
        """Let a name lead nowhere."""
        self._tell("clear-a", host=f"{name}.")
        self._tell("clear-aaaa", host=f"{name}.")

    def text(self, name: str, *values: str) -> None:
        """Let TXT records of a name say this, and nothing else."""
        self._tell("clear-txt", host=f"{name}.")
        for value in values:
            self._tell("set-txt", host=f"{name}.", value=value)

    def break_name(self, name: str) -> None:
        """Let questions about a name fail (SERVFAIL), as a broken zone does; `mend_name` undoes it."""
        self._tell("set-servfail", host=f"{name}.")

    def mend_name(self, name: str) -> None:
        self._tell("clear-servfail", host=f"{name}.")


def start_names(run: Run) -> Names:
    server = run.start(
        "names",
        IMAGE,
        *("pebble-challtestsrv", "-dns01", ":53", "-management", ":8055"),
        *("-defaultIPv4", "", "-defaultIPv6", ""),
        *("-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""),
        last=3,
    )
    forwarder = run.start(
        "resolver",
        IMAGE,
        *("dnsmasq", "--keep-in-foreground", "--user=root", "--log-facility=-"),
        *("--no-resolv", "--no-hosts", "--cache-size=0"),
        # Docker's own resolver, on loopback in here, knows what the machine resolves with.
        *(f"--server=/test/{server.address}", "--server=127.0.0.11"),
        last=2,
    )
    names = Names(server, forwarder)
    until(lambda: names.forget("ready.test"), "the lab's name server")
    return names
