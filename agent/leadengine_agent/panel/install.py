"""Have the panel serve on this host: files, secrets, certificate, containers. What is there is left alone.

Each step looks first, so a kill anywhere is made up for by the next run.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import SecretStr

from leadengine_agent import docker
from leadengine_agent.activation.certificate import ensure_certificate
from leadengine_agent.certifying import Keeper
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.executor.steps import Did, Steps
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import APP_GROUP, HostLayout
from leadengine_agent.panel.front import PROXY, PanelFront, panel_site
from leadengine_agent.panel.words import PROJECT
from leadengine_agent.protocol import PanelOrder, PanelSecret, PanelSetting
from leadengine_agent.rendering import env_word

_PORTS = ("80", "443")
_DATABASE_DEADLINE, _PANEL_DEADLINE = 120.0, 180.0


@dataclass(frozen=True)
class Installation:
    """One run of it."""

    host: HostLayout
    order: PanelOrder

    def run(self, steps: Steps) -> None:
        """Carry out every step. Raises TaskFailure."""
        steps.run("files", self.files)
        steps.run("certificate", self.certificate)
        steps.run("database", lambda: self._up("db", _DATABASE_DEADLINE))
        steps.run("panel", lambda: self._up("panel", _PANEL_DEADLINE))
        steps.run("proxy", self.proxy)
        steps.run("certify", self.certify)

    def files(self) -> Did:
        """Folders, secrets made once, and what Compose and nginx read."""
        self._refuse_taken_ports()
        layout = self.host.panel
        layout.create()
        changed = self._secrets()
        for name, text in self.order.files.items():
            changed |= write_atomically(layout.live / name, text)
        changed |= write_atomically(layout.live / "panel.env", self._environment(), mode=0o600)
        spec = self.order.spec.model_dump_json()
        changed |= write_atomically(layout.state / "panel.json", spec, mode=0o600)
        return Did(changed)

    def certificate(self) -> Did:
        """Something to serve from the first second."""
        return ensure_certificate(self.host, self.host.panel, self.order.spec.names)

    def proxy(self) -> Did:
        """nginx, told of a configuration that differs once it was proven."""
        front = PanelFront(self.host.panel, self.order.spec)
        front.prove()
        told = self._container_key("proxy")
        did = self._up("proxy", 60)
        note = self.host.panel.state / "nginx-told"
        text = self.order.files["nginx.conf"]
        if told and not did.changed and not (note.exists() and note.read_text() == text):
            front.reload()
            did = Did(True, "configuration read again")
        write_atomically(note, text, mode=0o600)
        return did

    def certify(self) -> Did:
        """The real certificate, if it can be had by now; else the host goes on trying by itself."""
        site = panel_site(self.host)
        return Keeper(self.host, site).look_after() if site else Did(False)

    def _secrets(self) -> bool:
        folder = self.host.panel.secrets
        password = _text(folder / "db_password") or secrets.token_hex(24)
        url = f"postgresql+psycopg://panel:{password}@db/panel"
        given: dict[str, SecretStr] = {"smtp_pass": self.order.smtp_password}
        given |= {str(name): value for name, value in self.order.secrets.items()}
        values = {"db_password": password, "lectl_database_url": url}
        for name in ("smtp_pass", *get_args(PanelSecret)):
            said = given[name].get_secret_value() if name in given else ""
            values[name] = said or _text(folder / name)
        other = [name for name, value in values.items() if _text(folder / name) != value]
        if other:
            # Before the files: killed in between, the panel is started anew once too often, not never.
            write_atomically(self._started_for, secrets.token_hex(8), mode=0o600)
        written = [
            write_atomically(folder / name, value, mode=0o640, group=APP_GROUP)
            for name, value in values.items()
        ]
        return any(written)

    @property
    def _started_for(self) -> Path:
        """A word that is another one for other secrets, and says nothing of them.

        A panel reads its secrets when it starts.
        """
        return self.host.panel.state / "secrets-word"

    def _environment(self) -> str:
        spec, layout = self.order.spec, self.host.panel
        values = {
            "PANEL_DOMAIN": spec.domain,
            "PANEL_FOLDER": layout.root,
            "PANEL_IMAGE": spec.images["panel"],
            "POSTGRES_IMAGE": spec.images["db"],
            "NGINX_IMAGE": spec.images["nginx"],
            "PANEL_RELEASES": spec.releases,
            "PANEL_RELEASES_ROOT": spec.releases_root,
            "PANEL_TWO_PERSONS": spec.two_persons,
            "PANEL_SECRETS": _text(self._started_for),
            "ACME_DIRECTORY": spec.acme.directory,
            "SMTP_HOST": spec.mail.host,
            "SMTP_PORT": spec.mail.port if spec.mail.host else "",
            "SMTP_USER": spec.mail.user,
            "SMTP_FROM": spec.mail.sender,
            "SMTP_SECURITY": spec.mail.security,
            **{name.upper(): spec.settings.get(name, "") for name in get_args(PanelSetting)},
        }
        return "".join(f"{name}={env_word(value)}\n" for name, value in values.items())

    def _up(self, service: str, deadline: float) -> Did:
        before = self._container_key(service)
        compose = Compose(PROJECT, self.host.panel.live, "panel.env")
        compose.up(service)
        wait_until_ready(compose, service, deadline)
        return Did(self._container_key(service) != before)

    def _container_key(self, service: str) -> str:
        """Which container it is, and since when it runs; empty: none does."""
        found = docker.inspect(f"{PROJECT}-{service}-1")
        running = found and found["State"]["Running"]
        return f"{found['Id']} {found['State']['StartedAt']}" if found and running else ""

    def _refuse_taken_ports(self) -> None:
        if docker.inspect(PROXY):
            return
        for port in _PORTS:
            holders = docker.containers(f"publish={port}")
            if holders:
                raise docker.port_taken(f"the container {holders[0]['Name'].lstrip('/')}")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
