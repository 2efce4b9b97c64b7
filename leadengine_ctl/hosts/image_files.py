"""Images as a file: written where a release is made, brought into an engine where nothing else reaches."""

from pathlib import Path
from tempfile import TemporaryDirectory

from leadengine_agent.protocol import ImageRef, StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.archive import Archive
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.images import Journey, present_images, save_images
from leadengine_ctl.hosts.thin import pack, wanted_layers


def write_images(images: tuple[ImageRef, ...], path: Path) -> None:
    """Write images of this machine's engine to one file, each layer once.

    Raises:
        NotFoundError: this machine does not have one of them.
    """
    wanted = {image.digest: image for image in images}
    with TemporaryDirectory(prefix="lectl-", dir=path.parent) as folder:
        saved = Path(folder) / "images.tar"
        save_images(wanted, saved)
        with Archive(saved) as archive, path.open("wb") as file:
            for piece in pack(archive, wanted_layers(archive.images, frozenset()), {}):
                file.write(piece)


def read_images(
    runner: Runner, address: HostAddress, images: tuple[ImageRef, ...], path: Path, report: Report
) -> int:
    """Bring the images of such a file into an engine, as far as it lacks them.

    Their names follow from what they are: nothing in the file can take the place of another image.

    Returns:
        The bytes that the engine was given.

    Raises:
        NotAllowedError: the file holds other images than these.
    """
    wanted = {image.digest: image for image in images}
    with Archive(path) as archive:
        if {image.id for image in archive.images} != set(wanted):
            raise NotAllowedError(
                "The file holds other images than its manifest names",
                "It is damaged, or somebody has changed it.",
                "Get it again from the publisher.",
            )
        if not set(wanted) - present_images(runner, wanted):
            report(Progress("images", StepState.UNCHANGED, "all there"))
            return 0
        return Journey(runner, address, archive, wanted, report).make()
