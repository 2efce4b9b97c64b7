"""Build a release from the images of this machine and the templates of this version."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field

from leadengine_agent.protocol import Component, DatabaseSchema, ImageName, ImageRef, Release
from leadengine_agent.values import Frozen, Version, digest_of
from leadengine_ctl import __version__, resources
from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.releases.bundle import Draft
from leadengine_ctl.releases.docker import Docker

_OURS: dict[ImageName, str] = {"api": "leadengine/api:dev", "worker": "leadengine/worker:dev"}
_DATA: dict[ImageName, tuple[str, str]] = {
    "db": ("postgres:17", "leadengine/standin-postgres:dev"),
    "redis": ("redis:8", "leadengine/standin-redis:dev"),
    "chromadb": ("chromadb/chroma:1.5.9", "leadengine/standin-chromadb:dev"),
    "nginx": ("nginx:1.26", "leadengine/standin-nginx:dev"),
}
"""The official image, and what takes its place where no registry answers."""

_AGENT = "leadengine/agent:dev"

_FLOORS: dict[Component, str] = {
    "engine": "27.1.1",  # CVE-2024-41110
    "runc": "1.2.8 1.3.3",  # CVE-2025-31133
    "nginx": "1.30.1 1.31.0",  # CVE-2026-42945
    "postgres": "14.24 15.19 16.15 17.11 18.6",  # CVE-2026-18408
    "redis": "8.6.3",  # CVE-2026-23479
}
"""Versions that close what is known at the time of writing; they travel signed, in the manifest."""


class Rules(Frozen):
    """What a release asks of those who install it; see `Release`."""

    min_from: Version | None = None
    stop: bool = False
    agent_floor: Version = "0.0.0"
    engine_floor: Version = "20.10.0"
    notes: Annotated[str, Field(max_length=10_000)] = ""


class Builder:
    """Makes a draft of what is here.

    Args:
        registry: where to publish the images, as `registry.example.com/leadengine`; None: hosts get
            them over the connection they are prepared through.
    """

    def __init__(self, docker: Docker, registry: str | None) -> None:
        self._docker = docker
        self._registry = registry

    def build(self, version: str | None, rules: Rules) -> Draft:
        """Collect, publish and name.

        Args:
            version: the release's version; None: this program's, with a hash of the content, so
                that the same content has the same version.

        Raises:
            NotFoundError: an image is missing.
            LeadEngineError: Docker or the registry failed.
        """
        tags = self._choose_tags()
        ids = {name: self._id(tag) for name, tag in tags.items()}
        agent_id = self._id(_AGENT)
        files = read_templates(resources.data_folder("templates"))
        version = version or _content_version(ids, agent_id, files, rules)
        images = {name: self._reference(tags[name], ids[name], version) for name in tags}
        release = Release(
            version=version,
            images=images,
            agent=self._reference(_AGENT, agent_id, version),
            database=DatabaseSchema.model_validate_json(
                self._docker.ask(ids["api"], "leadengine-admin", "schema")
            ),
            component_floors=_FLOORS,
            stand_ins=tuple(name for name in _DATA if tags[name] == _DATA[name][1]),
            templates={path: digest_of(text) for path, text in files.items()},
            **rules.model_dump(),
        )
        return Draft(release=release, files=files)

    def _choose_tags(self) -> dict[ImageName, str]:
        chosen = dict(_OURS)
        for name, (official, stand_in) in _DATA.items():
            chosen[name] = official if self._docker.find(official) else stand_in
        return chosen

    def _id(self, tag: str) -> str:
        image = self._docker.find(tag)
        if image is None:
            raise NotFoundError(
                f"The image {tag} is not on this machine",
                "A release is made of the images that Docker has here.",
                "Build it with 'make images', then run it again.",
            )
        return image.id

    def _reference(self, tag: str, image: str, version: str) -> ImageRef:
        repository = tag.rpartition(":")[0]
        if self._registry is None:
            return ImageRef(repository=repository, digest=image, pulled=False)
        published = f"{self._registry}/{repository.rpartition('/')[2]}"
        pushed = self._docker.push(image, f"{published}:{version.replace('+', '-')}")
        return ImageRef(repository=published, digest=pushed, pulled=True)


def read_templates(folder: Path) -> dict[str, str]:
    """The templates of a stack: path below `folder` -> text."""
    found = sorted(path for path in (folder / "stack").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


def _content_version(
    ids: dict[ImageName, str], agent: str, files: dict[str, str], rules: Rules
) -> str:
    content = repr((sorted(ids.items()), agent, sorted(files.items()), rules.model_dump_json()))
    return f"{__version__}+{sha256(content.encode()).hexdigest()[:12]}"
