"""Where things are on a host (design §5)."""

from dataclasses import dataclass
from pathlib import Path

from leadengine_agent.paths import ROOT
from leadengine_agent.protocol import Colour

APP_GROUP = 10001
"""The group of the containers that read secrets and certificates."""

REPORTER_UID = 65532
"""User and group of the reporter."""


@dataclass(frozen=True)
class StackLayout:
    """The folders of one client's stack."""

    root: Path

    @property
    def client(self) -> str:
        return self.root.name

    @property
    def generations(self) -> Path:
        return self.root / "generations"

    @property
    def current(self) -> Path:
        """Symbolic link to the committed generation."""
        return self.root / "current"

    @property
    def live(self) -> Path:
        """What nginx reads; swapped file by file, never re-mounted."""
        return self.root / "live"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def certificates(self) -> Path:
        return self.root / "certificates"

    @property
    def acme(self) -> Path:
        return self.root / "acme"

    @property
    def hold(self) -> Path:
        """What the api containers look at before they take a request."""
        return self.root / "hold"

    @property
    def webroot(self) -> Path:
        return self.acme / "webroot"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def leaving(self) -> Path:
        """A client that was packed here, until it was read."""
        return self.state / "leaving.gz"

    @property
    def arriving(self) -> Path:
        """A client that was carried here, until it is unpacked."""
        return self.state / "arriving.gz"

    def create(self) -> None:
        """Make every folder that is missing. The stack's root is closed to all but root."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.generations, self.secrets, self.state):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.live, self.hold, self.certificates, self.acme, self.webroot):
            folder.mkdir(mode=0o755, exist_ok=True)


def live_colour(layout: StackLayout) -> Colour | None:
    """The colour visitors are sent to; None before the first generation."""
    if not (layout.live / "nginx.conf").exists():
        return None
    return "green" if (layout.live / "green").exists() else "blue"


@dataclass(frozen=True)
class HostLayout:
    """The folders of the host."""

    root: Path = Path(ROOT)

    @property
    def agent(self) -> Path:
        return self.root / "agent"

    @property
    def run(self) -> Path:
        """Holds the executor's socket: the only folder the reporter shares with the executor."""
        return self.agent / "run"

    @property
    def socket(self) -> Path:
        return self.run / "executor.sock"

    @property
    def reporter(self) -> Path:
        """The reporter's own: key, spool, and which panel it reports to. Nothing here is trusted."""
        return self.agent / "reporter"

    @property
    def policy(self) -> Path:
        """What may be ordered through the panel. Only root writes it, and nobody else reads it."""
        return self.agent / "policy.json"

    @property
    def local_ca(self) -> Path:
        return self.agent / "ca"

    @property
    def trust(self) -> Path:
        """The publisher's root and the newest metadata that was verified."""
        return self.agent / "trust"

    def certify_history(self, domain: str) -> Path:
        """What was asked of a CA for a domain. Outlives the stack: the CA counts on, too."""
        return self.agent / "certify" / f"{domain}.json"

    def backups(self, client: str) -> Path:
        """Key, credentials and catalogue of a client's recovery points. Outlives the stack."""
        return self.root / "backups" / client

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    def release(self, version: str) -> Path:
        return self.releases / version

    @property
    def panel(self) -> StackLayout:
        """The control plane's own panel, where this host has it. No client can be called that."""
        return StackLayout(self.root / "control_panel")

    def stack(self, client: str) -> StackLayout:
        return StackLayout(self.root / "stacks" / client)

    def stacks(self) -> list[StackLayout]:
        """Every stack that was ever activated here, in the order of their names."""
        folder = self.root / "stacks"
        if not folder.is_dir():
            return []
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        return [StackLayout(path) for path in paths]
