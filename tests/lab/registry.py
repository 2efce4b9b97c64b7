"""A private registry: real TLS under the lab's authority, and a login."""

import re
import ssl
from dataclasses import dataclass

import bcrypt
import httpx

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.names import IMAGE, Names
from tests.lab.run import Run
from tests.lab.vps import Vps
from tests.lab.waiting import until

HOST = "registry.test"
CONFIG = """\
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/lib/registry}, delete: {enabled: true}}
http:
  addr: 0.0.0.0:5000
  tls: {certificate: /lab/registry.test.pem, key: /lab/registry.test.key}
auth: {htpasswd: {realm: lab, path: /lab/htpasswd}}
"""


@dataclass(frozen=True)
class Registry:
    """A running registry; `box.stop()` and `box.start()` take it down and bring it back."""

    box: Container
    authority: Authority
    user: str = "puller"
    password: str = "lab-registry-password"

    @property
    def host(self) -> str:
        """Its name and port, as images are named by and hosts reach it."""
        return f"{HOST}:5000"

    def trust_on(self, vps: Vps) -> None:
        """Let a host's engine trust the registry's certificate."""
        vps.box.write(f"/etc/docker/certs.d/{self.host}/ca.crt", self.authority.root_pem)

    @property
    def _doorway(self) -> str:
        """Where this machine's engine pushes: loopback is the only place it needs no certificate."""
        return (
            "127.0.0.1:"
            + docker("port", self.box.name, "5000/tcp").stdout.rpartition(":")[2].strip()
        )

    def push(self, tag: str, repository: str) -> str:
        """Publish an image of this machine; return `registry.test:5000/<repository>@sha256:…`."""
        through = f"{self._doorway}/{repository}:lab"
        login = self.authority.folder / "docker-login"
        config = ("--config", str(login))
        docker("tag", tag, through)
        try:
            words = ("login", "--username", self.user, "--password-stdin", self._doorway)
            docker(*config, *words, stdin=self.password)
            pushed = docker(*config, "push", through, timeout=600).stdout
        finally:
            docker("rmi", "--no-prune", through)
        found = re.search(r"digest: (sha256:[0-9a-f]{64})", pushed)
        assert found, pushed
        return f"{self.host}/{repository}@{found[1]}"

    def delete(self, reference: str) -> None:
        """Make a published digest vanish."""
        repository, _, digest = reference.removeprefix(f"{self.host}/").partition("@")
        self.ask("DELETE", f"{repository}/manifests/{digest}").raise_for_status()

    def ask(self, method: str, path: str) -> httpx.Response:
        """Speak the registry's HTTP API below /v2/."""
        url = f"https://{self.box.address}:5000/v2/{path}"
        context = ssl.create_default_context(cadata=self.authority.root_pem)
        return httpx.request(method, url, auth=(self.user, self.password), verify=context)

    def wait(self) -> None:
        until(lambda: self.ask("GET", "").raise_for_status(), "the registry")


def start_registry(run: Run, names: Names, authority: Authority) -> Registry:
    """Start an empty registry that lets nobody in without the login."""
    last = 5
    authority.issue(HOST, run.address(last))
    names.point(HOST, run.address(last))
    (authority.folder / "registry.yml").write_text(CONFIG)
    password = bcrypt.hashpw(Registry.password.encode(), bcrypt.gensalt(4)).decode()
    (authority.folder / "htpasswd").write_text(f"{Registry.user}:{password}\n")
    options = ("--volume", f"{authority.folder}:/lab:ro", "--publish", "127.0.0.1::5000")
    command = ("docker-registry", "serve", "/lab/registry.yml")
    box = run.start("registry", IMAGE, *command, last=last, options=options)
    registry = Registry(box, authority)
    registry.wait()
    return registry
