"""nginx of a stack: proven before it is told, told without losing a connection, asked afterwards.

Which colour serves is one file that nginx looks at for each request. Its configuration is read again
only when it differs.
"""

import base64
import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from cryptography import x509

from leadengine_agent import docker
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import APP_GROUP, StackLayout, live_colour
from leadengine_agent.protocol import Colour, FailureCode
from leadengine_agent.records import Record
from leadengine_agent.stack import forget_state, read_state, write_state

_SWITCH_DEADLINE = 20.0
_DOOR_SECONDS = 60
_LAST_ANSWERS = 4
"""Seconds: answers that take longer are cut where nginx itself is replaced. Whoever waits at the door asks
again after 1, 3 and 7 s: with a longer pause he would wait 15."""

_ANSWERED = "gateway"
"""The note on what nginx last answered as; none while it is being switched."""

_KEY = re.compile(r'return 200 "([0-9a-f]{16}) \$colour')


@dataclass(frozen=True)
class Served:
    """What nginx answers: `configuration colour`, as it has them now, and the certificate."""

    generation: str
    certificate: x509.Certificate | None


class Gateway:
    """The nginx service of one stack, running one rendered generation."""

    def __init__(self, layout: StackLayout, record: Record, compose: Compose, image: str) -> None:
        self._layout = layout
        self._record = record
        self._compose = compose
        self._image = image

    @property
    def _candidate(self) -> str:
        folder = self._layout.generations / str(self._record.number)
        return (folder / "nginx.conf").read_text()

    @property
    def is_written(self) -> bool:
        """True when this configuration is the one nginx was started with or told of, or is to be."""
        path = self._layout.live / "nginx.conf"
        return path.exists() and path.read_text() == self._candidate

    def is_live(self) -> bool:
        """True when nginx has answered with this very configuration and colour."""
        chosen = self.is_written and live_colour(self._layout) == self._record.colour
        return chosen and read_state(self._layout, _ANSWERED) == {"generation": self._wanted}

    def prove(self) -> None:
        """Let a throw-away nginx read the configuration and the certificate, without any network.

        Raises:
            TaskFailure: nginx refuses it; the running one was not touched.
        """
        prove(self._layout, self._image, self._candidate)

    def switch(self) -> None:
        """Have nginx serve this generation, and wait until it answers so.

        A configuration that differs is read first, while visitors stay where they are: from then on
        the switch is the colour alone.
        """
        # Killed before nginx answers, the next run must not take the written file for a told nginx.
        # Unknown is also what it is without the note: whoever finds none tells it again.
        told = bool(read_state(self._layout, _ANSWERED)) and self.is_written
        forget_state(self._layout, _ANSWERED)
        if live_colour(self._layout) is None:
            self._choose(self._record.colour)
        write_atomically(self._layout.live / "nginx.conf", self._candidate)
        running = self._compose.container("nginx")
        self._up(replaced=running is not None and bool(self._compose.differing(("nginx",))))
        if running is not None and not told:
            self.reload()
        self._choose(self._record.colour)
        self._await_generation()
        write_state(self._layout, _ANSWERED, {"generation": self._wanted})

    def _up(self, *, replaced: bool) -> None:
        """Start nginx; where another one goes, new connections wait for it at the host's door."""
        with self._held_door() if replaced else nullcontext():
            self._compose.replace("nginx", _LAST_ANSWERS)
            wait_until_ready(self._compose, "nginx", deadline=60)

    @contextmanager
    def _held_door(self) -> Iterator[None]:
        """Hold the door, if the host's kernel knows how; else a visitor may be refused for a second."""
        try:
            self._door("hold", str(_DOOR_SECONDS))
        except DockerError:
            yield
            return
        try:
            yield
        finally:
            self._door("open")

    def _door(self, *words: str) -> None:
        OneOff(
            self._layout.client,
            docker.own_image(),
            ("door", *words),
            network="host",
            capabilities=("NET_ADMIN",),
        ).run(timeout=30)

    def _choose(self, colour: Colour) -> None:
        path = self._layout.live / "green"
        if colour == "green":
            write_atomically(path, "")
        else:
            path.unlink(missing_ok=True)

    def reload(self) -> None:
        """Read configuration and certificate again; connections under way are finished."""
        docker.docker("kill", "--signal", "HUP", self.container)

    def served(self) -> Served:
        """Ask from inside nginx's own network. Raises DockerError when nginx does not run."""
        return served(self._layout.client, self._record.spec.names[0], self.container)

    def certificate(self) -> x509.Certificate | None:
        """The one that is served. Raises DockerError."""
        return self.served().certificate

    @property
    def container(self) -> str:
        return self._compose.name_of("nginx")

    @property
    def _wanted(self) -> str:
        found = _KEY.search(self._candidate)
        return f"{found[1] if found else ''} {self._record.colour}"

    def _await_generation(self) -> None:
        wanted = self._wanted
        end = time.monotonic() + _SWITCH_DEADLINE
        while self.served().generation != wanted:
            if time.monotonic() > end:
                raise TaskFailure(
                    FailureCode.NGINX,
                    "nginx did not switch to the new generation.",
                    f"It does not answer as '{wanted}'.",
                    "Its last log lines are below.",
                    self._compose.logs("nginx", 30),
                )
            time.sleep(0.2)


def prove(layout: StackLayout, image: str, configuration: str) -> None:
    """Let a throw-away nginx read a configuration and the current certificate, without any network.

    Raises:
        TaskFailure: nginx refuses it.
    """
    draft = layout.state / "nginx-draft"
    draft.mkdir(mode=0o755, exist_ok=True)
    write_atomically(draft / "nginx.conf", configuration)
    one_off = OneOff(
        layout.client,
        image,
        ("-t", "-q", "-e", "/dev/stderr", "-c", "/etc/leadengine/nginx/nginx.conf"),
        entrypoint="nginx",
        user="101:101",
        groups=(str(APP_GROUP),),
        mounts=(
            (draft, "/etc/leadengine/nginx", "ro"),
            (layout.certificates, "/etc/leadengine/certificates", "ro"),
        ),
    )
    try:
        one_off.run(timeout=60)
    except DockerError as error:
        raise _refused(error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def served(client: str, domain: str, container: str) -> Served:
    """Ask an nginx from inside its own network. Raises DockerError when it does not run."""
    probe = OneOff(
        client,
        docker.own_image(),
        ("probe", "served", domain),
        network=f"container:{container}",
    )
    answer = json.loads(probe.run(timeout=40))
    encoded = answer.get("certificate", "")
    certificate = x509.load_der_x509_certificate(base64.b64decode(encoded)) if encoded else None
    return Served(answer.get("generation", ""), certificate)


def _refused(error: DockerError) -> TaskFailure:
    return TaskFailure(
        FailureCode.NGINX,
        "nginx refuses the rendered configuration.",
        str(error),
        "The running nginx was not touched. Report this with the lines below.",
        error.lines,
    )
