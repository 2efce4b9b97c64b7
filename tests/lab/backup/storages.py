"""Storages on the lab's network: an S3 service, an SFTP account, a REST server that only lets append."""

import base64
import hashlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import paramiko
from pydantic import SecretStr

from leadengine_agent.protocol import RestTarget, S3Target, SftpTarget, TargetCredentials
from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import LABEL, Run
from tests.lab.vps import Vps
from tests.lab.waiting import until

SERVICES = "leadengine/lab-services:dev"
BUCKET = "lab-points"


@dataclass
class S3:
    """moto's S3 behind a proxy that can be told to lie."""

    endpoint: str
    lies: "Lies"

    @property
    def target(self) -> S3Target:
        return self.below("points")

    def below(self, prefix: str) -> S3Target:
        """A place of its own in the bucket: what was damaged elsewhere is none of its business."""
        return S3Target(
            name="s3", endpoint=self.endpoint, bucket=BUCKET, prefix=prefix, region="us-east-1"
        )

    @property
    def credentials(self) -> TargetCredentials:
        return TargetCredentials(user="lab", secret=SecretStr("lab-secret"))


@dataclass
class Lies:
    """What the storage does with the data it acknowledges; empty: it keeps it.

    Attributes:
        slow: seconds that it takes for each object it is given.
    """

    how: str = ""
    slow: float = 0.0
    told: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def applies(self, path: str) -> bool:
        """The first object of data after it was told to lie."""
        with self.lock:
            if not self.how or "/data/" not in path:
                return False
            self.told += 1
            return True


@contextmanager
def s3(run: Run) -> Iterator[S3]:
    """An S3 service that lab hosts reach at the lab's gateway."""
    inner, outer = free_port(), free_port()
    words = (sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(inner))
    moto = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lies = Lies()

    class Proxy(_Proxy):
        upstream = f"http://127.0.0.1:{inner}"
        behaviour = lies

    server = ThreadingHTTPServer((run.gateway, outer), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{inner}/{BUCKET}"
        until(lambda: httpx.put(url).raise_for_status(), "S3", 60)
        yield S3(f"http://{run.gateway}:{outer}", lies)
    finally:
        server.shutdown()
        server.server_close()
        moto.terminate()
        moto.wait()


class _Proxy(BaseHTTPRequestHandler):
    """Passes requests on; what it was told to lie about it acknowledges and drops, or cuts."""

    upstream: ClassVar[str] = ""
    behaviour: ClassVar[Lies]
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "PUT":
            time.sleep(self.behaviour.slow)
        if self.command == "PUT" and self.behaviour.applies(self.path):
            if self.behaviour.how == "drop":
                self._answer(200, {"ETag": '"0"'}, b"")
                return
            body = body[: len(body) // 2]
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        if self.behaviour.how:
            headers = {name: each for name, each in headers.items() if "md5" not in name.lower()}
        answer = httpx.request(
            self.command, self.upstream + self.path, content=body, headers=headers, timeout=60
        )
        self._answer(answer.status_code, dict(answer.headers), answer.content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        length = headers.get("content-length", "0") if self.command == "HEAD" else str(len(body))
        for name, value in headers.items():
            if name.lower() not in {*_HOP, "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive", "expect"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Sftp:
    """An account that may do SFTP and nothing else on a bare lab host."""

    vps: Vps
    target: SftpTarget
    credentials: TargetCredentials

    def lock_out(self) -> None:
        """The key is not accepted any more."""
        self.vps.run("mv", _KEYS, f"{_KEYS}.away")

    def let_in(self) -> None:
        self.vps.run("mv", f"{_KEYS}.away", _KEYS)


_KEYS = "/home/points/.ssh/authorized_keys"


def sftp(vps: Vps) -> Sftp:
    """Make the account."""
    key = paramiko.Ed25519Key.from_private_key_file(str(vps.key))
    vps.run("useradd", "--create-home", "--shell", "/bin/sh", "points")
    vps.run("install", "-d", "-o", "points", "-m", "700", "/home/points/.ssh")
    line = f'restrict,command="internal-sftp" {key.get_name()} {key.get_base64()}\n'
    vps.run("install", "-o", "points", "-m", "600", "/dev/stdin", _KEYS, stdin=line)
    target = SftpTarget(name="sftp", host=vps.address, user="points", host_key=vps.host_key)
    return Sftp(vps, target, TargetCredentials(secret=SecretStr(vps.key.read_text())))


@dataclass
class Rest:
    """A REST server twice over one folder: one door only appends, the other belongs to the operator."""

    box: Container
    target: RestTarget
    full: RestTarget

    def objects(self) -> dict[str, int]:
        """Path -> size of everything that is stored, locks aside."""
        words = (
            "find",
            "/points",
            "-type",
            "f",
            "-not",
            "-path",
            "*/locks/*",
            "-not",
            "-name",
            ".htpasswd",
            "-printf",
            "%P %s\\n",
        )
        lines = self.box.run(*words).stdout.splitlines()
        return {line.split(" ")[0]: int(line.split(" ")[1]) for line in lines}


def rest_beside(run: Run, user: str, secret: str) -> Rest:
    """As `rest`, for one-off containers of this machine's own engine, and with a password."""
    name = f"{run.name}-rest-beside"
    mark = ("--label", f"{LABEL}={run.mark}")
    docker("run", "--detach", "--name", name, *mark, SERVICES, "sleep", "infinity")
    address = docker("inspect", "--format", _ADDRESS, name).stdout.strip()
    box = Container(name, "bridge", address, "")
    # The format of Apache's htpasswd asks for SHA-1.
    digest = base64.b64encode(hashlib.sha1(secret.encode(), usedforsecurity=False).digest())
    box.write("/points/.htpasswd", f"{user}:{{SHA}}{digest.decode()}\n")
    return _serve(box)


_ADDRESS = "{{.NetworkSettings.Networks.bridge.IPAddress}}"


def rest(run: Run, name: str = "rest") -> Rest:
    """Start the server; both doors answer when this returns."""
    return _serve(run.start(name, SERVICES, "sleep", "infinity"), "--no-auth")


def _serve(box: Container, *more_words: str) -> Rest:
    server = ("restic-rest-server", "--path", "/points", *more_words)
    for port, more in ((8000, ("--append-only",)), (8001, ())):
        words = (*server, "--listen", f":{port}", *more)
        box.run("sh", "-c", f"{' '.join(words)} >/dev/null 2>&1 &")

    def answers() -> None:
        for port in (8000, 8001):
            assert (
                httpx.get(f"http://{box.address}:{port}/none/config", timeout=5).status_code < 500
            )

    until(answers, "the REST server", 60)
    target = RestTarget(name="rest", url=f"http://{box.address}:8000")
    return Rest(box, target, target.model_copy(update={"url": f"http://{box.address}:8001"}))
