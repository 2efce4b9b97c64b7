"""Values for tests: a release whose templates are the real ones, and a spec."""

from leadengine_agent.protocol import ImageRef, Release, StackSpec
from leadengine_ctl import resources
from leadengine_ctl.releases.build import read_templates
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import digest


def an_image(name: str) -> ImageRef:
    return ImageRef(repository=f"leadengine/{name}", digest="sha256:" + "a" * 64, pulled=False)


def a_bundle(version: str = "1.0.0") -> Bundle:
    files = read_templates(resources.data_folder("templates"))
    release = Release.model_validate(
        {
            "version": version,
            "images": {
                name: an_image(name)
                for name in ("api", "worker", "db", "redis", "chromadb", "nginx")
            },
            "agent": an_image("agent"),
            "database": {"lineage": ["0001"], "oldest_compatible": "0001"},
            "stand_ins": ("db", "redis"),
            "templates": {path: digest(text) for path, text in files.items()},
        }
    )
    return Bundle(release=release, files=files)


def a_spec(client: str = "acme", domain: str = "leads.acme.test") -> StackSpec:
    return StackSpec(client=client, client_id="0" * 24, domain=domain, email="ann@acme.test")
