"""The folder of a repository: metadata, manifests and templates as static files.

Reading needs no cryptography: what comes from elsewhere was verified on its way in (`reader.py`),
and each file is held against the hash that the metadata gives.
"""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from leadengine_agent.protocol import manifest_name
from leadengine_agent.values import digest_of
from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.releases.bundle import Draft

Signed = dict[str, Any]


class Repository:
    """Files below one folder: `metadata/`, `targets/`, and `pending/` for what is being signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        self.targets = folder / "targets"
        self.pending = folder / "pending"

    def roots(self) -> tuple[str, ...]:
        """Every root, the first one first; empty before there is one."""
        found = self.metadata.glob("[0-9]*.root.json")
        return tuple(path.read_text() for path in sorted(found, key=_version_in_name))

    @property
    def fingerprint(self) -> str:
        """Names the publisher for good: the hash of the first root."""
        return digest_of(self.roots()[0])

    def current(self) -> dict[str, str]:
        """All metadata that a client needs: file name -> text; empty before a first publication."""
        timestamp = self.metadata / "timestamp.json"
        if not timestamp.is_file():
            return {}
        snapshot = _named(timestamp, "snapshot")
        files = [timestamp, snapshot, _named(snapshot, "targets")]
        texts = {path.name: path.read_text() for path in files}
        roots = {f"{number}.root.json": text for number, text in enumerate(self.roots(), 1)}
        return roots | texts

    def entries(self) -> dict[str, Signed]:
        """What is published: name of the target -> its entry."""
        for name, text in self.current().items():
            if name.endswith(".targets.json"):
                entries: dict[str, Signed] = json.loads(text)["signed"]["targets"]
                return entries
        return {}

    def kept(self) -> dict[str, Signed]:
        """Those whose manifest is here: what came as a file names more than came with it."""
        return {
            name: entry for name, entry in self.entries().items() if (self.targets / name).exists()
        }

    def drafts(self) -> frozenset[str]:
        """Names of targets that are to be published when enough have signed."""
        path = self.pending / "targets.json"
        return frozenset(json.loads(path.read_text())["signed"]["targets"] if path.exists() else ())

    def expiries(self) -> dict[str, datetime]:
        """Until when the newest metadata of each role counts."""
        ends = {}
        for name, text in self.current().items():
            # Roots come oldest first: the newest one stays.
            role = name.removesuffix(".json").rpartition(".")[2]
            ends[role] = datetime.fromisoformat(json.loads(text)["signed"]["expires"])
        return ends

    def manifest(self, version: str, entry: Signed) -> str:
        """The manifest that an entry names, as it was signed.

        Raises:
            LeadEngineError: it was changed.
        """
        expected = entry["hashes"]["sha256"]
        return self._read(self.targets / manifest_name(version), expected, version)

    def template(self, digest: str, version: str) -> str:
        """A template, by the hash its manifest names it by.

        Raises:
            LeadEngineError: it was changed or is gone.
        """
        return self._read(self.template_path(digest), digest.removeprefix("sha256:"), version)

    def templates_of(self, entry: str) -> tuple[str, ...]:
        """The hashes of the templates that a kept manifest names."""
        return tuple(json.loads((self.targets / entry).read_text())["templates"].values())

    def template_path(self, digest: str) -> Path:
        return self.targets / "templates" / digest.removeprefix("sha256:")

    def draft(self, version: str) -> Path:
        """Where a manifest lies, published or not."""
        return self.targets / manifest_name(version)

    def keep(self, draft: Draft) -> None:
        """Write a release's files; it is published when the metadata names it.

        Raises:
            NotAllowedError: another release has this version: a release never changes.
        """
        path = self.draft(draft.release.version)
        if path.exists() and path.read_text(encoding="utf-8") != draft.manifest:
            raise _other_content(draft.release.version)
        for name, text in draft.files.items():
            write_durably(self.template_path(draft.release.templates[name]), text)
        write_durably(path, draft.manifest)

    @staticmethod
    def _read(path: Path, expected: str, version: str) -> str:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _damaged(version, f"{path}: {error.strerror}.") from error
        if sha256(content).hexdigest() != expected:
            raise _damaged(version, f"{path} was changed.")
        return content.decode()


def _version_in_name(path: Path) -> int:
    return int(path.name.partition(".")[0])


def _named(path: Path, role: str) -> Path:
    """The file of `role` that the metadata in `path` stands for."""
    version = json.loads(path.read_text())["signed"]["meta"][f"{role}.json"]["version"]
    return path.with_name(f"{version}.{role}.json")


def _other_content(version: str) -> NotAllowedError:
    return NotAllowedError(
        f"Release {version} exists already with other content",
        "A release never changes: hosts that have it would disagree with this one.",
        "Give the new one a higher version.",
    )


def _damaged(version: str, why: str) -> LeadEngineError:
    return LeadEngineError(
        f"Release {version} is damaged", why, "Build it again under a new version."
    )
