"""Hosts that are prepared already: engine installed, images of the stack loaded.

One bare host is prepared the slow way; the others are copies of it. Tests about anything but the
preparation of a host start from such a copy.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.lab.engine import docker
from tests.lab.run import LABEL, Run
from tests.lab.vps import Size, Vps, start_vps

IMAGES = (
    "leadengine/api:dev",
    "leadengine/worker:dev",
    "leadengine/agent:dev",
    "leadengine/standin-postgres:dev",
    "leadengine/standin-redis:dev",
    "leadengine/standin-chromadb:dev",
    "leadengine/standin-nginx:dev",
)


@dataclass(frozen=True)
class Stock:
    """The original: an image of the host's root and a volume of its engine's data."""

    image: str
    volume: str


def take_stock(run: Run, key: Path) -> Stock:
    """Prepare one host and keep what it became."""
    vps = start_vps(run, "stock", key)
    vps.install_engine()
    vps.load_images(*IMAGES)
    vps.run("systemctl", "stop", "docker.socket", "docker", "containerd")
    image = f"leadengine/lab-stocked:{run.name}"
    docker("commit", "--change", f"LABEL {LABEL}={run.mark}", vps.box.name, image, timeout=300)
    vps.box.remove()
    return Stock(image, f"{vps.box.name}-docker")


def start_stocked(run: Run, name: str, key: Path, stock: Stock) -> Vps:
    """Boot a copy of the original; its engine answers when this returns."""
    volume = run.volume(f"{name}-docker")
    copy = ("cp", "--archive", "/from/.", "/to/")
    volumes = ("--volume", f"{stock.volume}:/from:ro", "--volume", f"{volume}:/to")
    docker("run", "--rm", "--network", "none", *volumes, "debian:trixie-slim", *copy, timeout=300)
    vps = start_vps(run, name, key, Size(), image=stock.image)
    vps.install_engine()
    return vps


def discard_stock(stock: Stock) -> None:
    """Forget the original's image; its volume goes with the run."""
    docker("image", "rm", "--force", stock.image)
