"""The attacks that The Update Framework lists, against the agent's own verifier (promise S4).

Each begins with an honest release that is taken, and ends with one: the host was not broken, it refused.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, InstallRelease
from leadengine_agent.trust.manifest import read_manifest
from leadengine_agent.trust.pin import pin
from leadengine_agent.trust.verify import Verifier
from tests.unit.agent.tuf_repository import EvilRepository, in_days, manifest_of, tampered

ENGINE = "28.0.0"


class Host:
    """A host that pinned the publisher and took its first release."""

    def __init__(self, layout: HostLayout, repository: EvilRepository) -> None:
        self._verifier = Verifier(layout)
        pin(layout, repository.roots)
        repository.add("1.0.0")
        self.take(repository.order("1.0.0"))

    def take(self, order: InstallRelease) -> None:
        """What the executor does before it writes anything."""
        self._verifier.verify(order)
        read_manifest(order, ENGINE)

    def refuse(self, order: InstallRelease) -> str:
        """The sentence that says which check failed."""
        with pytest.raises(TaskFailure) as refused:
            self.take(order)
        failure = refused.value.failure
        assert failure.code is FailureCode.REFUSED
        assert failure.what == f"Release {order.version} was refused."
        return failure.why


@pytest.fixture
def repository() -> EvilRepository:
    return EvilRepository()


@pytest.fixture
def host(tmp_path: Path, repository: EvilRepository) -> Host:
    return Host(HostLayout(tmp_path), repository)


@pytest.fixture
def evil(host: Host, repository: EvilRepository) -> Iterator[EvilRepository]:
    """The attacker: all that the publisher has, to be used as far as the attack says.

    Afterwards the host takes what the honest publisher signs next.
    """
    yield repository.stolen()
    repository.add("1.9.9")
    for _ in range(5):
        repository.next_version()
    host.take(repository.order("1.9.9"))


def test_1_arbitrary_installation(host: Host, evil: EvilRepository) -> None:
    """Whatever the attacker likes, signed by nobody or by a key of his own."""
    order = evil.order("1.0.0")
    manifest = manifest_of("1.0.0", notes="evil")
    why = host.refuse(order.model_copy(update={"manifest": manifest}))
    assert why.startswith("A file is not the one that was signed")

    evil.add("6.6.6")
    strangers = [CryptoSigner.generate_ed25519() for _ in range(3)]
    for signers in ((), strangers):
        evil.next_version()
        why = host.refuse(evil.order("6.6.6", evil.metadata(signers)))
        assert why.startswith("Too few of the publisher's keys have signed it")


def test_2_endless_data(host: Host, evil: EvilRepository) -> None:
    """More than was announced, and more than is ever taken."""
    order = evil.order("1.0.0")
    longer = order.model_copy(update={"manifest": order.manifest + " " * 100_000})
    assert host.refuse(longer).startswith("A file is not the one that was signed")

    evil.next_version()
    metadata = evil.metadata()
    endless = {**metadata, "timestamp.json": metadata["timestamp.json"] + " " * 50_000}
    assert host.refuse(evil.order("1.0.0", endless)).startswith("A file is longer")
    name = f"{evil.targets.version}.targets.json"
    padded = {**metadata, name: metadata[name] + " "}
    assert host.refuse(evil.order("1.0.0", padded)).startswith("A file is longer")


def test_3_extraneous_dependencies(host: Host, evil: EvilRepository) -> None:
    """A file more than the manifest names, on top of a release that is good."""
    order = evil.order("1.0.0")
    more = order.model_copy(update={"files": {**order.files, "stack/evil.yaml.j2": "x"}})
    assert host.refuse(more) == "The file stack/evil.yaml.j2 is not named by its manifest."
    other = order.model_copy(update={"files": {**order.files, "stack/nginx.conf.j2": "evil"}})
    assert host.refuse(other) == ("The file stack/nginx.conf.j2 is not the one its manifest names.")
    fewer = order.model_copy(update={"files": {}})
    assert "is not the one its manifest names" in host.refuse(fewer)


def test_4_fast_forward(host: Host, evil: EvilRepository, repository: EvilRepository) -> None:
    """Stolen online keys raise all versions to the sky; new keys in a new root bring the host back."""
    evil.snapshot.version = evil.timestamp.version = 10**8
    host.take(evil.order("1.0.0"))
    repository.next_version()
    assert host.refuse(repository.order("1.0.0")).startswith("Its metadata is older")

    for role in ("snapshot", "timestamp"):
        repository.rotate(role, repository.keys["root"])
    host.take(repository.order("1.0.0"))
    evil.roots = repository.roots
    assert host.refuse(evil.order("1.0.0")).startswith("Too few")


def test_5_indefinite_freeze(host: Host, evil: EvilRepository) -> None:
    """The host is shown the same old state for ever, to keep a repair from it."""
    evil.next_version()
    evil.timestamp.expires = in_days(-1)
    assert host.refuse(evil.order("1.0.0")).startswith("Its metadata has expired")
    evil.timestamp.expires = in_days(14)
    evil.snapshot.expires = in_days(-1)
    evil.next_version()
    assert host.refuse(evil.order("1.0.0")).startswith("Its metadata has expired")


def test_6_mix_and_match(host: Host, evil: EvilRepository) -> None:
    """Files that were all signed, but never belonged together."""
    old = evil.metadata()
    evil.add("1.1.0")
    evil.next_version()
    new = evil.metadata()
    swapped = {**new, "2.targets.json": old["1.targets.json"]}
    assert host.refuse(evil.order("1.0.0", swapped)).startswith(
        "A file is not the one that was signed"
    )
    without = {name: text for name, text in new.items() if name != "2.targets.json"}
    mixed = {**without, "1.targets.json": old["1.targets.json"]}
    assert host.refuse(evil.order("1.0.0", mixed)).startswith("A file of its metadata")


def test_7_rollback(host: Host, evil: EvilRepository) -> None:
    """An older state than the host has seen, in which a withdrawn release is still good."""
    old = evil.metadata()
    evil.add("1.1.0")
    evil.next_version()
    host.take(evil.order("1.1.0"))
    assert host.refuse(evil.order("1.0.0", old)).startswith("Its metadata is older")
    # Stolen online keys may raise their own versions; what was signed offline still goes up only.
    evil.targets.version = 1
    evil.snapshot.version += 1
    evil.timestamp.version += 1
    assert host.refuse(evil.order("1.0.0")).startswith("Its metadata is older")


def test_8_keys_below_the_threshold(host: Host, evil: EvilRepository) -> None:
    """One stolen targets key, both online keys, one stolen root key: still not enough."""
    evil.add("6.6.6")
    evil.next_version()
    one = evil.metadata(evil.keys["targets"][:1])
    assert host.refuse(evil.order("6.6.6", one)).startswith("Too few")
    twice = evil.metadata(evil.keys["targets"][:1] * 2)
    assert host.refuse(evil.order("6.6.6", twice)).startswith("Too few")
    evil.rotate("targets", evil.keys["root"][:1])
    assert host.refuse(evil.order("6.6.6")).startswith("Too few")


def test_9_wrong_software(host: Host, evil: EvilRepository) -> None:
    """A release that is signed, handed over under another one's name."""
    evil.add("2.0.0")
    evil.next_version()
    order = evil.order("2.0.0")
    renamed = order.model_copy(update={"manifest": evil.manifests["1.0.0"]})
    assert host.refuse(renamed).startswith("A file is not the one that was signed")
    never = order.model_copy(update={"version": "3.0.0"})
    assert host.refuse(never) == "The publisher has signed no release of that version."
    metadata = evil.metadata()
    timestamp = tampered(metadata["timestamp.json"], "version", value=99)
    forged = {**metadata, "timestamp.json": timestamp}
    assert host.refuse(evil.order("2.0.0", forged)).startswith("Too few")
