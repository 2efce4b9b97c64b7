"""A real agent behind SSH keeps the contract that the memory host keeps."""

from collections.abc import Iterator

import pytest

from leadengine_agent.protocol import InstallRelease, StackSpec
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, Transport
from leadengine_ctl.hosts.registry import open_host
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.conformance.recovery_suite import RecoverySuite
from tests.lab.operator import Operator
from tests.lab.vps import Vps
from tests.unit.ctl.builders import a_spec


@pytest.fixture(scope="module")
def bundle(lab_operator: Operator) -> Bundle:
    return Library(Repository(lab_operator.data / "releases")).newest()


@pytest.fixture(scope="module")
def host(bare_vps: Vps, bundle: Bundle) -> Iterator[Transport]:
    trust = HostTrust(pinned=HostKey.parse(bare_vps.host_key))
    with open_host(HostAddress.parse(bare_vps.url), trust, bare_vps.key) as opened:
        roots = tuple(text for name, text in bundle.metadata.items() if ".root." in name)
        opened.prepare(bundle.release.agent, roots=roots)
        opened.carry(bundle.carried)
        yield opened


@pytest.fixture(scope="module")
def install(bundle: Bundle) -> InstallRelease:
    return bundle.order(None)


@pytest.fixture
def spec() -> StackSpec:
    return a_spec()


class TestAgentOverSsh(RecoverySuite):
    """Every verb, with real containers."""
