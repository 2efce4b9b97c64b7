"""A rented server: Debian 13 with systemd and sshd, and nothing else unless a test puts it there."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadengine_agent.protocol import SERVICES
from tests.lab.container import Container
from tests.lab.engine import Done, LabError, copy_images, docker
from tests.lab.run import Run

IMAGE = "leadengine/lab-vps:dev"
INSTALLER = Path("templates/host/install-engine.sh")
PRIVILEGES = (
    *("--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--cgroupns", "private"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--tmpfs", "/run", "--tmpfs", "/tmp:exec"),
)
"""What an engine inside an engine needs, short of --privileged."""


@dataclass(frozen=True)
class Size:
    """How big a host is; None: as big as the machine."""

    memory_mb: int | None = None
    disk_mb: int | None = None

    def options(self, docker_volume: str) -> tuple[str, ...]:
        memory = self.memory_mb
        limits = (
            ()
            if memory is None
            else ("--memory", f"{memory}m", "--env", f"LAB_MEMORY_KB={memory * 1024}")
        )
        if self.disk_mb is None:
            return (*limits, "--volume", f"{docker_volume}:/var/lib/docker")
        folders = ("/var/lib/docker", "/var/lib/leadengine")
        disks = (f"type=tmpfs,tmpfs-size={self.disk_mb}m,destination={each}" for each in folders)
        return (*limits, *(word for disk in disks for word in ("--mount", disk)))


@dataclass(frozen=True)
class Vps:
    """One host of the lab.

    Attributes:
        box: the container it is, for `box.kill()`, `box.pause()`, `box.disconnect()`.
        key: file with the private key that may sign in as root.
    """

    box: Container
    key: Path

    @property
    def address(self) -> str:
        return self.box.address

    @property
    def address6(self) -> str:
        return self.box.address6

    @property
    def url(self) -> str:
        """The host as `lectl --host` takes it."""
        return f"ssh://root@{self.address}"

    @property
    def host_key(self) -> str:
        """The public host key: type and base64, as in known_hosts."""
        line = self.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub").stdout
        return " ".join(line.split()[:2])

    def run(
        self, *argv: str, stdin: str | None = None, check: bool = True, timeout: float = 300
    ) -> Done:
        """Run a command as root, past SSH."""
        return self.box.run(*argv, stdin=stdin, check=check, timeout=timeout)

    def ssh(self) -> paramiko.SSHClient:
        """Sign in as root; use the answer as a context manager."""
        client = paramiko.SSHClient()
        known = client.get_host_keys()
        kind, text = self.host_key.split()
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{self.address} {kind} {text}")
        if entry is None or entry.key is None:
            message = f"{self.box.name} has no readable host key"
            raise LabError(message)
        known.add(self.address, kind, entry.key)
        client.connect(
            self.address,
            username="root",
            key_filename=str(self.key),
            allow_agent=False,
            look_for_keys=False,
            timeout=10,
        )
        return client

    def change_host_key(self) -> None:
        """Give the host another identity, as a reinstallation (or an impostor) would."""
        path = "/etc/ssh/ssh_host_ed25519_key"
        self.run("rm", path, f"{path}.pub")
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        self.run("systemctl", "restart", "ssh.service")
        self.wait_for_ssh()

    def wait_for_ssh(self, seconds: float = 30) -> None:
        """Wait until sshd greets.

        Raises:
            LabError: it did not, within that time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with socket.create_connection((self.address, 22), timeout=1) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except OSError:
                time.sleep(0.1)
        message = f"{self.box.name} did not boot:\n{self.box.logs()}"
        raise LabError(message)

    def boot(self) -> None:
        """Power on again after `box.kill()` or `box.stop()`."""
        self.box.start()
        self.wait_for_ssh()

    def install_engine(self) -> str:
        """Run the product's own installer; return its last line of output."""
        return self.run("sh", "-s", stdin=INSTALLER.read_text()).stdout.splitlines()[-1]

    def load_images(self, *tags: str) -> None:
        """Copy images of this machine's engine into the host's, past SSH and registry."""
        copy_images(tags, ("docker", "exec", "--interactive", self.box.name, "docker", "load"))

    def weigh_as_rented(self) -> None:
        """Let containers have the share of the processors that they have on a rented machine.

        Under systemd each of them weighs as much as the engine; here all of them together would. Where
        this machine has the newer control groups there is no such file, and nothing to mend.
        """
        weight = str(1024 * len(SERVICES))
        self.run("tee", "/sys/fs/cgroup/cpu/docker/cpu.shares", stdin=weight, check=False)

    def fill_disk(self, folder: str, leave_mb: int = 1) -> str:
        """Fill the file system below a folder of a host made with `disk_mb`; return the file."""
        ballast = f"{folder}/lab-ballast"
        free = self.run("df", "--output=avail", "--block-size=1M", folder).stdout.split()[-1]
        self.run("fallocate", "--length", f"{int(free) - leave_mb}M", ballast)
        return ballast

    def remove(self) -> None:
        self.box.remove()
        docker("volume", "rm", "--force", f"{self.box.name}-docker")


def start_vps(run: Run, name: str, key: Path, size: Size = Size(), image: str = IMAGE) -> Vps:
    """Boot a bare host; it greets on port 22 when this returns."""
    public = key.with_suffix(".pub").read_text().strip()
    settings = ("--env", f"LAB_RESOLVER={run.resolver}", "--env", f"LAB_KEY={public}")
    disk = size.options(run.volume(f"{name}-docker") if size.disk_mb is None else "")
    vps = Vps(run.start(name, image, options=(*PRIVILEGES, *settings, *disk)), key)
    vps.wait_for_ssh()
    return vps


def make_key(folder: Path) -> Path:
    """Make an SSH key pair; return the private half's file, `.pub` stands beside it."""
    key = Ed25519PrivateKey.generate()
    path = folder / "id_ed25519"
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())
    )
    public = key.public_key().public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    path.with_suffix(".pub").write_bytes(public + b"\n")
    return path
