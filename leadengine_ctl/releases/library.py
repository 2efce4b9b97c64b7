"""The releases of this operator: one folder each, complete or absent."""

import json
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from leadengine_agent.protocol import Release
from leadengine_agent.values import version_key
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.published import STABLE, Channel, PublishedRelease


class Library:
    """Reads and keeps releases below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def versions(self) -> tuple[str, ...]:
        """Every version, newest first."""
        if not self._folder.is_dir():
            return ()
        # A draft that a kill left has a hidden name, which pathlib's `*` would match.
        found = sorted(self._folder.glob("[0-9]*/manifest.json"), key=_order, reverse=True)
        return tuple(path.parent.name for path in found)

    def published(self, channel: Channel | None = None) -> tuple[PublishedRelease, ...]:
        """The releases of a channel (None: of all), newest first, yanked ones among them."""
        newest_first = self.versions()
        found = (
            PublishedRelease(
                version=version,
                channels=(STABLE,),
                serial=len(newest_first) - at,
                release=self.load(version).release,
            )
            for at, version in enumerate(newest_first)
        )
        return tuple(each for each in found if channel is None or channel in each.channels)

    def newest(self) -> Bundle:
        """The release with the highest version.

        Raises:
            NotFoundError: there is none yet.
        """
        versions = self.versions()
        if not versions:
            raise NotFoundError(
                "There is no release to deploy",
                f"{self._folder} is empty.",
                "Make one of the images on this machine with 'lectl release build'.",
            )
        return self.load(versions[0])

    def load(self, version: str) -> Bundle:
        """Read a release and check each template against its hash.

        Raises:
            NotFoundError: there is no such version.
            LeadEngineError: it was changed after it was built.
        """
        folder = self._folder / version
        try:
            release = Release.model_validate_json((folder / "manifest.json").read_bytes())
        except FileNotFoundError:
            raise NotFoundError(
                f"There is no release {version}", "", "See 'lectl release list'."
            ) from None
        except ValidationError as error:
            raise _damaged(version, f"Its manifest is not valid: {error}") from error
        return Bundle(release=release, files=_read_templates(folder, release))

    def keep(self, bundle: Bundle) -> Path:
        """Write a release; it appears complete or not at all.

        Raises:
            NotAllowedError: another release has this version: a release never changes.
        """
        target = self._folder / bundle.release.version
        if target.exists():
            _refuse_change(self.load(bundle.release.version), bundle)
            return target
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(dir=self._folder, prefix=".draft-"))
        try:
            _write(draft, bundle)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target


def digest(text: str) -> str:
    """The hash a manifest names a template by."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _order(manifest: Path) -> tuple[object, ...]:
    # Versions that differ in build metadata alone have the same precedence: the later one wins.
    return *version_key(manifest.parent.name), manifest.stat().st_mtime_ns


def _read_templates(folder: Path, release: Release) -> dict[str, str]:
    files = {}
    for path, expected in release.templates.items():
        try:
            files[path] = (folder / "templates" / path).read_text(encoding="utf-8")
        except OSError as error:
            raise _damaged(release.version, f"{path}: {error.strerror}.") from error
        if digest(files[path]) != expected:
            raise _damaged(release.version, f"The template {path} was changed.")
    return files


def _write(folder: Path, bundle: Bundle) -> None:
    for path, text in bundle.files.items():
        file = folder / "templates" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_durably(file, text)
    manifest = json.dumps(bundle.release.model_dump(mode="json"), indent=2)
    _write_durably(folder / "manifest.json", manifest + "\n")


def _write_durably(path: Path, text: str) -> None:
    """On disk before the draft gets its name: a power cut must not leave a release of empty files."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _refuse_change(old: Bundle, new: Bundle) -> None:
    if old != new:
        raise NotAllowedError(
            f"Release {new.release.version} exists already with other content",
            "A release never changes: hosts that have it would disagree with this one.",
            "Give the new one a higher version.",
        )


def _damaged(version: str, why: str) -> LeadEngineError:
    return LeadEngineError(
        f"Release {version} is damaged", why, "Build it again under a new version."
    )
