"""Machines of the simulator that are hosts of the lab: containers that really run the user data."""

import base64
import itertools
from dataclasses import dataclass, field

from tests.lab.cloud.machines import Addresses
from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.vps import PRIVILEGES

IMAGE = "leadengine/lab-cloud:dev"


@dataclass
class LabMachines:
    """Each server is a container with Debian's cloud-init, on the network of the run."""

    run: Run
    boxes: dict[str, Container] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def boot(self, name: str, user_data: str) -> Addresses:
        """Start it; cloud-init goes on by itself."""
        volume = self.run.volume(f"cloud{next(self._numbers)}-docker")
        seed = base64.b64encode(user_data.encode()).decode()
        options = (
            *PRIVILEGES,
            *("--env", f"LAB_RESOLVER={self.run.resolver}", "--env", f"LAB_USER_DATA={seed}"),
            *("--volume", f"{volume}:/var/lib/docker"),
        )
        box = self.run.start(name, IMAGE, options=options)
        self.boxes[name] = box
        return Addresses(box.address, box.address6)

    def power(self, name: str, *, on: bool) -> None:
        if on:
            self.boxes[name].start()
        else:
            self.boxes[name].stop()

    def rebuild(self, name: str, user_data: str) -> Addresses:
        """Another container in the place of the old one, at the same addresses."""
        old = self.boxes[name]
        old.remove()
        last = int(old.address.rpartition(".")[2])
        seed = base64.b64encode(user_data.encode()).decode()
        volume = self.run.volume(f"cloud{next(self._numbers)}-docker")
        options = (
            *PRIVILEGES,
            *("--env", f"LAB_RESOLVER={self.run.resolver}", "--env", f"LAB_USER_DATA={seed}"),
            *("--volume", f"{volume}:/var/lib/docker"),
        )
        self.boxes[name] = self.run.start(name, IMAGE, last=last, options=options)
        return Addresses(old.address, old.address6)

    def remove(self, name: str) -> None:
        box = self.boxes.pop(name)
        docker("rm", "--force", "--volumes", box.name)
