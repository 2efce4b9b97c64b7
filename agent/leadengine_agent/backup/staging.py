"""A point in staging beside what serves: compared, and ready to change places with it."""

from pathlib import Path

from leadengine_agent import docker
from leadengine_agent.backup.exchange import RESTORING
from leadengine_agent.backup.fetching import Fetching
from leadengine_agent.backup.manifest import Manifest
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.pipes import mountpoint
from leadengine_agent.backup.scratch import Scratch
from leadengine_agent.docker import OneOff
from leadengine_agent.protocol import Part, Release
from leadengine_agent.values import Slug
from leadengine_agent.vault import Vault

_POSTGRES = 999


def exchange(client: str, volume: str, *words: str, source: Path | None = None) -> None:
    """Let a one-off container work on a volume's folders. Raises DockerError."""
    mounts = [(Path(volume), "/volume", "rw")]
    if source is not None:
        mounts.append((source, "/from", "ro"))
    action, *more = words
    OneOff(
        one_off_label(client),
        docker.own_image(),
        ("exchange", action, "/volume", *more),
        mounts=tuple(mounts),
        capabilities=("CHOWN", "DAC_OVERRIDE", "FOWNER"),
    ).run(timeout=3600)


class Staging:
    """Brings a point next to the live data of a stack whose volumes exist.

    Args:
        client: whose stack it will be part of.
        release: of that stack: its images read the data.
    """

    def __init__(
        self, client: Slug, project: str, release: Release, fetching: Fetching, only: Part | None
    ) -> None:
        self.client = client
        self.project = project
        self.release = release
        self.fetching = fetching
        self.only = only

    @property
    def database_volume(self) -> str:
        return f"{self.project}_pgdata"

    def wants(self, part: Part) -> bool:
        return self.only in {None, part}

    def volumes(self, manifest: Manifest) -> dict[str, str]:
        """Short name -> volume, of those that hold files."""
        names = {path.split("/")[1] for path in manifest.rest.files if path.startswith("volumes/")}
        return {name: f"{self.project}_{name}" for name in sorted(names)}

    def database(self, manifest: Manifest, vault: Vault, change: str = "") -> None:
        """Restore the database into a folder of its volume and compare it.

        Args:
            vault: the passwords that its roles will have.
            change: statements of our own for a copy that is to be another client.
        """
        exchange(self.client, self.database_volume, "prepare")
        exchange(self.client, self.database_volume, "own", str(_POSTGRES))
        folder = mountpoint(self.database_volume) / RESTORING / "content"
        with Scratch(self.client, self.release.images["db"].reference, folder) as scratch:
            exchange(self.client, self.database_volume, "keep-settings")
            self.fetching.database(scratch, manifest)
            scratch.psql(_passwords(manifest, vault) + change + "CHECKPOINT;\n")
            scratch.stop()
        exchange(self.client, self.database_volume, "reset-settings")
        self._write_out(folder)
        exchange(self.client, self.database_volume, "seal")

    def files(self, manifest: Manifest) -> None:
        """Copy uploads into a folder of their volume."""
        for name, volume in self.volumes(manifest).items():
            docker.docker(
                "volume", "create", "--label", f"com.docker.compose.project={self.project}",
                "--label", f"com.docker.compose.volume={name}", volume,
            )  # fmt: skip
            exchange(self.client, volume, "prepare")
            source = self.fetching.staging / "volumes" / name
            exchange(self.client, volume, "fill", "/from", source=source)
            exchange(self.client, volume, "seal")

    def vectors(self, manifest: Manifest) -> None:
        """Fill collections beside the live ones."""
        self.fetching.vectors(f"{self.project}_data", "chromadb", manifest)

    def _write_out(self, folder: Path) -> None:
        """It was written without waiting for the disk; now everything is (PostgreSQL's own way)."""
        OneOff(
            one_off_label(self.client),
            self.release.images["db"].reference,
            ("--sync-only", "--pgdata", "/data/pgdata"),
            entrypoint="initdb",
            user=f"{_POSTGRES}:{_POSTGRES}",
            mounts=((folder, "/data", "rw"),),
        ).run(timeout=1800)


def _passwords(manifest: Manifest, vault: Vault) -> str:
    """The roles get the passwords that this host's containers know. They are hexadecimal, made here."""
    owner, app = vault.read("db_owner_password"), vault.read("db_app_password")
    statements = f"ALTER ROLE le PASSWORD '{_plain(owner)}';\n"
    if "leadengine_app" in manifest.database.roles:
        statements += f"ALTER ROLE leadengine_app LOGIN PASSWORD '{_plain(app)}';\n"
    return statements


def _plain(password: str) -> str:
    if not password.isalnum():
        message = "a database password of a stack is letters and digits"
        raise ValueError(message)
    return password
