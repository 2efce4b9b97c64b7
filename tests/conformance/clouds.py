"""Simulated clouds at the level of their APIs, for tests that need no machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.lab.cloud.cloudflare import CloudflareApi
from tests.lab.cloud.digitalocean import DigitalOceanApi
from tests.lab.cloud.hall import Hall
from tests.lab.cloud.hetzner import HetznerApi
from tests.lab.cloud.machines import NoMachines
from tests.lab.cloud.web import serve

AWS_REGION = "eu-central-1"


@contextmanager
def hetzner() -> Iterator[tuple[HetznerApi, str]]:
    """The API and its endpoint."""
    api = HetznerApi(Hall(NoMachines()))
    with serve(api) as base:
        yield api, f"{base}/v1"


@contextmanager
def digitalocean() -> Iterator[tuple[DigitalOceanApi, str]]:
    api = DigitalOceanApi(Hall(NoMachines()))
    with serve(api) as base:
        api.base = base
        yield api, f"{base}/v2/"


@contextmanager
def cloudflare() -> Iterator[tuple[CloudflareApi, str]]:
    api = CloudflareApi()
    with serve(api) as base:
        yield api, f"{base}/client/v4"


@contextmanager
def aws() -> Iterator[str]:
    """A moto server with an image of Debian 13; its endpoint."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        register_debian(endpoint)
        yield endpoint
    finally:
        server.stop()


def register_debian(endpoint: str) -> None:
    ec2 = boto3.client("ec2", region_name=AWS_REGION, endpoint_url=endpoint)
    ec2.register_image(Name="debian-13-amd64-20260101", Architecture="x86_64")


def aws_credentials(patch: pytest.MonkeyPatch) -> None:
    """Credentials that moto takes; boto3 finds them by itself."""
    patch.setenv("AWS_ACCESS_KEY_ID", "lab")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "lab")
