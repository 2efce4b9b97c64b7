"""Releases that are bad on purpose: real images, built on top of the good ones, that fail for real."""

from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef
from leadengine_agent.values import digest_of
from leadengine_ctl.releases.bundle import Draft
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.engine import docker
from tests.lab.operator import Operator
from tests.unit.ctl.builders import publish as sign_and_publish
from tests.unit.ctl.builders import withdraw as yank


def derive(name: str, *lines: str, base: str = "leadengine/api:dev") -> ImageRef:
    """Build an image that differs from `base` by these Dockerfile lines."""
    tag = f"leadengine/lab-{name}:dev"
    text = "\n".join((f"FROM {base}", *lines))
    docker("build", "--quiet", "--tag", tag, "-", stdin=text, timeout=300)
    digest = docker("image", "inspect", "--format", "{{.Id}}", tag).stdout.strip()
    return ImageRef(repository=f"leadengine/lab-{name}", digest=digest, pulled=False)


def publish(
    operator: Operator,
    version: str,
    images: dict[ImageName, ImageRef],
    database: DatabaseSchema | None = None,
    files: dict[str, str] | None = None,
) -> None:
    """Publish a release that is the operator's newest with some images and templates replaced."""
    bundle = Library(Repository(operator.data / "releases")).newest()
    release, files = bundle.release, {**bundle.files, **(files or {})}
    changed = release.model_copy(
        update={
            "version": version,
            "images": {**release.images, **images},
            "templates": {path: digest_of(text) for path, text in files.items()},
            **({"database": database} if database else {}),
        }
    )
    sign_and_publish(operator.data, Draft(release=changed, files=files))


def withdraw(operator: Operator, version: str) -> None:
    """Take a release away again, so that the one before is the newest."""
    yank(operator.data, version)
