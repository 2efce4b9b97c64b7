"""A release as it lies in the operator's data folder."""

from leadengine_agent.protocol import ImageRef, InstallRelease, RegistryLogin, Release
from leadengine_agent.values import Frozen


class Bundle(Frozen):
    """A release with the text of its templates."""

    release: Release
    files: dict[str, str]

    def order(self, login: RegistryLogin | None) -> InstallRelease:
        """The order that puts this release on a host."""
        pulled = any(image.pulled for image in self.release.images.values())
        return InstallRelease(
            release=self.release, files=self.files, login=login if pulled else None
        )

    @property
    def carried(self) -> tuple[ImageRef, ...]:
        """The images no registry serves: they travel with the release."""
        return tuple(image for image in self.release.images.values() if not image.pulled)
