"""What is published: each release with what its publisher says about it, signed together."""

from typing import Annotated

from pydantic import Field

from leadengine_agent.protocol import Release
from leadengine_agent.values import Frozen, Line, Slug, Version, version_key

Channel = Slug
"""`stable`, `beta`, or a client's own: the client's name."""

STABLE: Channel = "stable"


class Publication(Frozen):
    """What the signed metadata says of a release, besides what is in it.

    Attributes:
        channels: who gets it.
        yanked: why nobody should install it any more; empty: it is good.
        serial: counts publications; of two releases whose versions have the same precedence, the
            one with the higher serial is the newer.
    """

    version: Version
    channels: tuple[Channel, ...]
    yanked: Line = ""
    serial: Annotated[int, Field(ge=1)]

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts publications from old to new."""
        return version_key(self.version), self.serial


class PublishedRelease(Publication):
    """A publication with the release itself."""

    release: Release
