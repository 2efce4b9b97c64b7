"""Carry images to a host over the connection we have: only those, and only the layers, it lacks."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from leadengine_agent.protocol import ImageRef, StepState
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.hosts.archive import Archive
from leadengine_ctl.hosts.base import Completed, HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import check, failed, said
from leadengine_ctl.hosts.layers import chain_ids
from leadengine_ctl.hosts.local import LocalRunner
from leadengine_ctl.hosts.meter import Meter
from leadengine_ctl.hosts.suitability import check_room
from leadengine_ctl.hosts.thin import compress, pack, wanted_layers

_STEP = "images"
_DEADLINE = 3600.0
_STORE = "{{json .DriverStatus}}"


def carry(
    runner: Runner, address: HostAddress, images: tuple[ImageRef, ...], report: Report
) -> int:
    """See `Host.carry`."""
    carried = {image.digest: image for image in images if not image.pulled}
    present = present_images(runner, carried)
    missing = {digest: image for digest, image in carried.items() if digest not in present}
    if not missing:
        report(Progress(_STEP, StepState.UNCHANGED, "all there"))
        return 0
    _refuse_other_store(runner, address)
    report(Progress(_STEP, StepState.STARTED, "reading the images of this machine"))
    with TemporaryDirectory(prefix="lectl-") as folder:
        path = Path(folder) / "images.tar"
        save_images(missing, path)
        with Archive(path) as archive:
            # Gigabytes that no kill on the way leaves behind: open, and without a name.
            path.unlink()
            return Journey(runner, address, archive, missing, report).make()


class Journey:
    """One archive on its way to one host."""

    def __init__(
        self,
        runner: Runner,
        address: HostAddress,
        archive: Archive,
        images: Mapping[str, ImageRef],
        report: Report,
    ) -> None:
        self._runner = runner
        self._address = address
        self._archive = archive
        self._images = images
        self._report = report
        self._sent = 0

    def make(self) -> int:
        known = _known_chains(self._runner)
        ended = self._load(known)
        if ended.code and known:
            # Not every image store takes an archive with layers left out.
            ended = self._load(frozenset())
        if ended.code:
            raise failed(ended, f"{self._address} refused the images")
        self._verify()
        self._report(Progress(_STEP, StepState.DONE, f"{self._sent / 1e6:.1f} MB sent"))
        return self._sent

    def _load(self, known: frozenset[str]) -> Completed:
        layers = wanted_layers(self._archive.images, known)
        size = sum(map(self._archive.size, layers.values()))
        check_room(self._runner, self._address, size)
        meter = Meter(_STEP, size, self._report)
        packed = compress(meter.watch(pack(self._archive, layers, self._tags())))
        ended = self._runner.run(
            ("docker", "load", "--quiet"), stdin=meter.count(packed), timeout=_DEADLINE
        )
        self._sent += meter.sent
        return ended

    def _tags(self) -> dict[str, str]:
        """A name made of the content's: it can never mean anything else on the host."""
        return {
            digest: f"{image.repository}:{digest.removeprefix('sha256:')[:12]}"
            for digest, image in self._images.items()
        }

    def _verify(self) -> None:
        lost = set(self._images) - present_images(self._runner, self._images)
        if lost:
            names = ", ".join(self._images[digest].repository for digest in sorted(lost))
            raise LeadEngineError(
                f"{self._address} took the images but does not know them by their ids",
                f"Missing afterwards: {names}.",
                "Publish the release ('lectl release build --registry …'): the host then pulls it.",
            )


def _refuse_other_store(runner: Runner, address: HostAddress) -> None:
    """Containerd's image store gives images other ids than the release names them by."""
    if "io.containerd.snapshotter" in said(runner, "docker", "info", "--format", _STORE):
        raise NotAllowedError(
            f"The Docker of {address} cannot take images over this connection",
            "It keeps them in containerd's image store, where they get other ids.",
            "Publish the release ('lectl release build --registry …'), or switch the store off: "
            '\'{"features": {"containerd-snapshotter": false}}\' in /etc/docker/daemon.json.',
        )


def save_images(images: Mapping[str, ImageRef], path: Path) -> None:
    """Write an archive of images of this machine, by their ids.

    Raises:
        NotFoundError: this machine does not have one of them.
    """
    here = LocalRunner(HostAddress("local", "local"))
    if lost := set(images) - present_images(here, images):
        names = ", ".join(sorted(images[digest].repository for digest in lost))
        raise NotFoundError(
            f"The Docker of this machine does not have {names}",
            "The release names it by its content, and it was removed or built anew since.",
            "Build the images and a new release ('lectl release build'), then deploy that.",
        )
    argv = ("docker", "save", "--output", str(path), *images)
    check(here, argv, "The Docker of this machine could not save the images", _DEADLINE)


def present_images(runner: Runner, ids: Iterable[str]) -> set[str]:
    """Which of these image ids the engine knows."""
    found = runner.run(("docker", "image", "inspect", "--format", "{{.Id}}", *ids))
    return set(found.out.decode(errors="replace").split())


def _known_chains(runner: Runner) -> frozenset[str]:
    """The chain id of every layer of every image on the host."""
    ids = set(said(runner, "docker", "image", "ls", "--quiet", "--no-trunc").split())
    if not ids:
        return frozenset()
    form = "{{json .RootFS.Layers}}"
    stacks = said(runner, "docker", "image", "inspect", "--format", form, *sorted(ids))
    return frozenset(
        chain for line in stacks.splitlines() for chain in chain_ids(json.loads(line) or ())
    )
