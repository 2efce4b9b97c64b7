"""Bringing releases to one stack, as an operator does it, and what came of each."""

import time
from dataclasses import dataclass, field, replace

from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.editions import edition
from tests.lab.operator import Ended, Operator
from tests.lab.releases import publish
from tests.lab.stack import Stack


@dataclass
class Updating:
    """One client's stack, and the releases that come to it.

    Attributes:
        bake: seconds that each update is watched in service.
        spans: when each update that ended well began and ended (seconds since 1970).
    """

    operator: Operator
    stack: Stack
    bake: int = 5
    number: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)

    def with_settings(self, **settings: str) -> "Updating":
        """The same stack, updated by somebody with other settings."""
        return replace(self, operator=self.operator.with_settings(**settings))

    def next_version(self) -> str:
        self.number += 1
        return f"1.{self.number}.0"

    def publish(
        self,
        images: dict[ImageName, ImageRef],
        database: DatabaseSchema | None = None,
        files: dict[str, str] | None = None,
    ) -> str:
        """Publish the newest good release with these images and templates in it; its version."""
        version = self.next_version()
        publish(self.operator, version, images, database, files)
        return version

    @property
    def newest(self) -> Bundle:
        """The newest release that was not withdrawn."""
        return Library(Repository(self.operator.data / "releases")).newest()

    def update(self, version: str, *more: str) -> Ended:
        """Bring a published release, as an operator does who is in no hurry to answer questions."""
        words = ("--release", version, "--bake", f"{self.bake}s", "--yes", "--json")
        return self.operator.lectl("update", self.stack.client, *words, *more)

    def begin(self) -> None:
        """Deploy the first edition."""
        version, name = self._next_edition()
        ended = self.operator.deploy(self.stack.vps, self.stack.client, self.stack.domain)
        assert ended.code == 0, ended.text
        assert self.serving() == name, version

    def bring_edition(self) -> None:
        """Make and bring the next good edition; it serves when this returns."""
        version, name = self._next_edition()
        self.bring(version)
        assert self.serving() == name

    def bring(self, version: str) -> None:
        """Bring a good release, and note when."""
        begin = time.time()
        ended = self.update(version)
        assert ended.code == 0, ended.text
        self.spans.append((begin, time.time()))

    def _next_edition(self) -> tuple[str, str]:
        name = f"edition-{self.number + 1}"
        return self.publish({"api": edition(name)}), name

    def serving(self) -> str:
        """The edition that visitors get, asked from outside."""
        return self.stack.get("/lab/release").text
