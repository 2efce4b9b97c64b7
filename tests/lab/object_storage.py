"""Object storage that speaks S3: a moto server on this machine, reachable from the lab's hosts."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.lab.engine import LabError

KEY_ID, SECRET = "LABKEYID", "canary-storage-77c1d0"


@dataclass(frozen=True)
class ObjectStorage:
    """One server; buckets are made as they are asked for."""

    endpoint: str

    def bucket(self, name: str) -> str:
        """Make a bucket; its location as `lectl storage add` takes it."""
        httpx.put(f"{self.endpoint}/{name}", headers=_signed()).raise_for_status()
        return f"s3:{self.endpoint}/{name}"

    def objects(self, bucket: str) -> int:
        """How many objects a bucket holds."""
        listing = httpx.get(f"{self.endpoint}/{bucket}?list-type=2", headers=_signed())
        return listing.text.count("<Key>")


def _signed() -> dict[str, str]:
    """moto looks at the form of a signature alone."""
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3/aws4_request"
    }


@contextmanager
def object_storage(address: str) -> Iterator[ObjectStorage]:
    """Run a server at an address of this machine, on a free port."""
    with socket.create_server((address, 0)) as free:
        port = free.getsockname()[1]
    words = (
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "moto.server",
        "--host",
        address,
        "--port",
        str(port),
    )
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, **quiet) as server:  # type: ignore[call-overload]
        try:
            _wait(f"http://{address}:{port}/", 180)
            yield ObjectStorage(f"http://{address}:{port}")
        finally:
            server.kill()


def _wait(url: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    message = f"{url} does not answer"
    raise LabError(message)
