"""A client's stack as the world sees it, and as root on its host sees it."""

import hashlib
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography import x509

from tests.lab.vps import Vps

STACKS = "/var/lib/leadengine/stacks"


@dataclass(frozen=True)
class Stack:
    """One client's stack on a lab host."""

    vps: Vps
    client: str
    domain: str

    def get(self, path: str, root: str = "") -> httpx.Response:
        """Ask over HTTPS for the stack's name at the host's address; `root`: PEM to trust."""
        with self.visitor(root) as visitor:
            return visitor.get(f"https://{self.vps.address}{path}")

    def visitor(self, root: str = "") -> httpx.Client:
        """An HTTP client that reaches the stack by its name; without a root it trusts nothing and nobody."""
        context = (
            ssl.create_default_context(cadata=root) if root else ssl._create_unverified_context()
        )
        transport = Named(self.domain, context)
        return httpx.Client(transport=transport, headers={"Host": self.domain}, timeout=15)

    def certificate(self) -> x509.Certificate:
        """The certificate that is served."""
        context = ssl._create_unverified_context()
        with (
            socket.create_connection((self.vps.address, 443), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname=self.domain) as tls,
        ):
            return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")

    def query(self, sql: str) -> str:
        """Ask the stack's database, as its owner."""
        name = f"leadengine-{self.client}-db-1"
        words = ("psql", "-h", "/var/run/postgresql", "-U", "le", "-d", "leadengine", "-Atc", sql)
        return self.vps.run("docker", "exec", name, *words).stdout.strip()

    def containers(self) -> dict[str, dict[str, Any]]:
        """service -> what Docker says of its container."""
        label = f"label=com.docker.compose.project=leadengine-{self.client}"
        ids = self.vps.run("docker", "ps", "-aq", "--filter", label).stdout.split()
        if not ids:
            return {}
        found = json.loads(self.vps.run("docker", "inspect", *ids).stdout)
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}

    def runtimes(self) -> dict[str, tuple[str, str]]:
        """service -> container id and start time: equal before and after means left alone."""
        return {
            name: (each["Id"], each["State"]["StartedAt"])
            for name, each in self.containers().items()
        }

    def file_times(self) -> dict[str, str]:
        """Path -> change time of every file of the stack."""
        listing = self.vps.run(
            "find", f"{STACKS}/{self.client}", "-type", "f", "-printf", "%P %C@\\n"
        )
        return dict(line.rsplit(" ", 1) for line in listing.stdout.splitlines())

    def ordered_files(self) -> dict[str, str]:
        """The same for what orders write; what the host notes by itself on its rounds is left out."""
        noted = ("state/networks.json", "state/served.json")
        return {path: at for path, at in self.file_times().items() if path not in noted}

    def snapshot(self) -> dict[str, Any]:
        """The state of host and stack without what differs between two equal ones (promise R1).

        Secrets appear as their names and lengths: every stack has its own.
        """
        return {
            "containers": {name: _shape(each) for name, each in sorted(self.containers().items())},
            "everything": self._names("ps", "-a", "--format", "{{.Names}}"),
            "networks": self._names("network", "ls", "--format", "{{.Name}}"),
            "volumes": self._names("volume", "ls", "--format", "{{.Name}}"),
            "files": self._files(),
            "rows": self.query("select count(*) from users")
            + self.query("select count(*) from tenants"),
        }

    def secret_digests(self) -> dict[str, str]:
        """Name -> hash of each secret file."""
        listing = self.vps.run("sha256sum", *self._secret_paths()).stdout.splitlines()
        return {line.split()[1].rsplit("/", 1)[1]: line.split()[0] for line in listing}

    def _secret_paths(self) -> list[str]:
        folder = f"{STACKS}/{self.client}/secrets"
        names = self.vps.run("ls", folder).stdout.split()
        return [f"{folder}/{name}" for name in names]

    def _names(self, *words: str) -> list[str]:
        return sorted(self.vps.run("docker", *words).stdout.split())

    def _files(self) -> dict[str, str]:
        folder = f"{STACKS}/{self.client}"
        listing = self.vps.run("find", folder, "-type", "f", "-printf", "%P %m %U:%G\\n").stdout
        kept = (line.split(" ", 1) for line in listing.splitlines())
        return {
            path: rights for path, rights in kept if not path.startswith(("acme/", "certificates/"))
        } | self._rendered()

    def _rendered(self) -> dict[str, str]:
        folder = f"{STACKS}/{self.client}/current"
        text = self.vps.run("cat", f"{folder}/nginx.conf", f"{folder}/stack.env").stdout
        lines = [line for line in text.splitlines() if not line.startswith("CLIENT_ID=")]
        return {"rendered": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def _shape(container: dict[str, Any]) -> dict[str, Any]:
    host = container["HostConfig"]
    return {
        "image": container["Image"],
        "running": container["State"]["Running"],
        "networks": sorted(container["NetworkSettings"]["Networks"]),
        "read_only": host["ReadonlyRootfs"],
        "cap_drop": host["CapDrop"],
        "mounts": sorted(each["Destination"] for each in container["Mounts"]),
    }


class Named(httpx.HTTPTransport):
    """Connects to the address in the URL and says the stack's name in the TLS handshake."""

    def __init__(self, domain: str, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._domain = domain

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = self._domain
        return super().handle_request(request)
