"""Values for tests: releases whose templates are the real ones, signed for real, and a spec."""

import tempfile
from pathlib import Path

from pydantic import SecretStr

from leadengine_agent.protocol import ImageRef, Release, StackSpec
from leadengine_agent.values import digest_of
from leadengine_ctl import resources
from leadengine_ctl.releases.build import read_templates
from leadengine_ctl.releases.bundle import Bundle, Draft
from leadengine_ctl.releases.decisions import add_release, yank
from leadengine_ctl.releases.keys import create_key, read_keys
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.publisher import Publisher
from leadengine_ctl.releases.repository import Repository

PASSPHRASE = SecretStr("correct horse battery")


def an_image(name: str) -> ImageRef:
    return ImageRef(repository=f"leadengine/{name}", digest="sha256:" + "a" * 64, pulled=False)


def a_draft(version: str = "1.0.0", **changes: object) -> Draft:
    """A release as it is built; `changes` replace fields of its manifest."""
    files = read_templates(resources.data_folder("templates"))
    values: dict[str, object] = {
        "version": version,
        "images": {
            name: an_image(name) for name in ("api", "worker", "db", "redis", "chromadb", "nginx")
        },
        "agent": an_image("agent"),
        "database": {"lineage": ["0001"], "oldest_compatible": "0001"},
        "stand_ins": ("db", "redis"),
        "templates": {path: digest_of(text) for path, text in files.items()},
    }
    return Draft(release=Release.model_validate(values | changes), files=files)


def publish(data: Path, *drafts: Draft, channels: tuple[str, ...] = ("stable",)) -> Library:
    """Publish releases in an operator's data folder, whose one offline key of a kind is beside it."""
    publisher, keys = a_publisher(data), data.parent / "stick"
    for draft in drafts:
        add_release(publisher.pending, draft, channels)
    publisher.pending.sign(read_keys(keys, PASSPHRASE))
    publisher.publish()
    return Library(Repository(data / "releases"))


def withdraw(data: Path, version: str, reason: str = "It loses mail.") -> None:
    """Yank a release of `publish`."""
    publisher = a_publisher(data)
    yank(publisher.pending, version, reason)
    publish(data)


def a_publisher(data: Path) -> Publisher:
    """The publisher of a data folder, made when there is none: one key of a kind, none missing."""
    repository, keys = Repository(data / "releases"), data.parent / "stick"
    publisher = Publisher(repository, data / "release-keys")
    if not repository.roots():
        root, targets = (create_key(keys, role, PASSPHRASE) for role in ("root", "targets"))
        publisher.init((root,), (targets,), 1)
    return publisher


def a_bundle(version: str = "1.0.0") -> Bundle:
    """A release as it is published."""
    with tempfile.TemporaryDirectory() as folder:
        return publish(Path(folder) / "data", a_draft(version)).load(version)


def a_spec(client: str = "acme", domain: str = "leads.acme.test") -> StackSpec:
    return StackSpec(client=client, client_id="0" * 24, domain=domain, email="ann@acme.test")
