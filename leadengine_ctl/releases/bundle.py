"""A release before and after it was signed."""

import json
from functools import cached_property

from leadengine_agent.protocol import ImageRef, InstallRelease, RegistryLogin, Release
from leadengine_agent.values import Frozen
from leadengine_ctl.releases.published import Publication


class Draft(Frozen):
    """A release with the text of its templates, as it was built."""

    release: Release
    files: dict[str, str]

    @property
    def manifest(self) -> str:
        """The text that is signed."""
        return json.dumps(self.release.model_dump(mode="json"), indent=2) + "\n"


class Bundle(Frozen):
    """A published release: all that a host wants to see before it believes in it.

    Attributes:
        manifest: JSON of the release, byte for byte as it was signed.
        metadata: the publisher's signed metadata, file name -> text.
    """

    publication: Publication
    manifest: str
    files: dict[str, str]
    metadata: dict[str, str]

    @cached_property
    def release(self) -> Release:
        """The manifest, read."""
        return Release.model_validate_json(self.manifest)

    def order(self, login: RegistryLogin | None) -> InstallRelease:
        """The order that puts this release on a host."""
        pulled = any(image.pulled for image in self.release.images.values())
        return InstallRelease(
            version=self.release.version,
            metadata=self.metadata,
            manifest=self.manifest,
            files=self.files,
            login=login if pulled else None,
        )

    @property
    def carried(self) -> tuple[ImageRef, ...]:
        """The images no registry serves: they travel with the release."""
        return tuple(image for image in self.release.images.values() if not image.pulled)
