"""Read somebody else's repository, verified, into the folder of our own."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, Targets
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig, Urllib3Fetcher

from leadengine_agent.protocol import manifest_name
from leadengine_agent.values import digest_of
from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, UsageError
from leadengine_ctl.releases.repository import Repository

_CONFIG = UpdaterConfig(prefix_targets_with_hash=False, app_user_agent="lectl")
_LARGEST_TEMPLATE = 500_000


class FolderFetcher(FetcherInterface):
    """Fetches from a folder of this machine."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(urlsplit(url).path)
        if not path.is_file():
            raise DownloadHTTPError(f"{path} is not there", 404)
        with path.open("rb") as file:
            while piece := file.read(65536):
                yield piece


class Reader:
    """Brings our folder up to date with a source.

    Args:
        source: a URL or a folder.
        publisher: the fingerprint of the publisher to believe; None: the one we know already.
    """

    def __init__(self, repository: Repository, source: str, publisher: str | None) -> None:
        is_url = "://" in source
        self._repository = repository
        self._source = source
        self._publisher = publisher
        self._base = source.rstrip("/") if is_url else f"file://{Path(source).resolve()}"
        self._fetcher: FetcherInterface = Urllib3Fetcher() if is_url else FolderFetcher()

    def read(self, only: str | None = None) -> None:
        """Fetch what is new, verify it, and only then let it be seen.

        Args:
            only: the one version that the source has; None: it has all that it names.

        Raises:
            NotAllowedError: it is not from the publisher we believe, or a check failed.
            LeadEngineError: the source cannot be reached.
        """
        try:
            self._read(only)
        except DownloadError as error:
            raise _unreachable(self._source, error) from error
        except RepositoryError as error:
            raise _refused(self._source, f"{error}.") from error

    def _read(self, only: str | None) -> None:
        verified = self._repository.folder / "verified"
        verified.mkdir(parents=True, exist_ok=True, mode=0o700)
        updater = Updater(
            metadata_dir=str(verified),
            metadata_base_url=f"{self._base}/metadata",
            target_base_url=f"{self._base}/targets",
            fetcher=self._fetcher,
            config=_CONFIG,
            bootstrap=self._first_root(),
        )
        updater.refresh()
        named = Metadata[Targets].from_file(str(verified / "targets.json")).signed.targets
        for target in [manifest_name(only)] if only else named:
            self._fetch_release(updater, target)
        self._show(verified)

    def _first_root(self) -> bytes:
        """The root that all others follow from, if it is the publisher's we are to believe."""
        known = self._repository.roots()
        if not known and self._publisher is None:
            raise _nobody_to_believe(self._source)
        url = f"{self._base}/metadata/1.root.json"
        root = known[0].encode() if known else self._fetch(url, _CONFIG.root_max_length)
        found = digest_of(root.decode())
        if self._publisher not in {None, found}:
            raise _refused(self._source, f"Its publisher is {found}, not {self._publisher}.")
        return root

    def _fetch_release(self, updater: Updater, name: str) -> None:
        target = updater.get_targetinfo(name)
        if target is None:
            raise RepositoryError(f"Its publisher has not signed {name}")
        path = self._repository.targets / name
        if updater.find_cached_target(target, str(path)) is None:
            updater.download_target(target, str(path))
        for digest in self._repository.templates_of(name):
            self._fetch_template(digest)

    def _fetch_template(self, digest: str) -> None:
        path = self._repository.template_path(digest)
        if path.is_file() and digest_of(path.read_text(encoding="utf-8")) == digest:
            return
        content = self._fetch(f"{self._base}/targets/templates/{path.name}", _LARGEST_TEMPLATE)
        if digest_of(content.decode()) != digest:
            raise RepositoryError(f"The template {path.name} is not the one its manifest names")
        write_durably(path, content)

    def _fetch(self, url: str, most: int) -> bytes:
        return self._fetcher.download_bytes(url, most)

    def _show(self, verified: Path) -> None:
        """Let the verified state be the one that is used; the timestamp, which leads to it, last."""
        for root in (verified / "root_history").glob("*.root.json"):
            write_durably(self._repository.metadata / root.name, root.read_bytes())
        for role in ("targets", "snapshot"):
            content = (verified / f"{role}.json").read_bytes()
            version = json.loads(content)["signed"]["version"]
            write_durably(self._repository.metadata / f"{version}.{role}.json", content)
        timestamp = (verified / "timestamp.json").read_bytes()
        write_durably(self._repository.metadata / "timestamp.json", timestamp)


def _unreachable(source: str, error: DownloadError) -> LeadEngineError:
    return LeadEngineError(
        f"The releases at {source} cannot be read",
        f"{error}.",
        "Check LECTL_RELEASES and the network. Releases that are here already can be deployed "
        "without it: unset LECTL_RELEASES.",
    )


def _refused(source: str, why: str) -> NotAllowedError:
    return NotAllowedError(
        f"The releases at {source} were refused",
        why,
        "Ask their publisher; nothing of them is used.",
    )


def _nobody_to_believe(source: str) -> UsageError:
    return UsageError(
        f"It is not known whose releases are at {source}",
        "The first time, the publisher's fingerprint has to be stated.",
        "Ask the publisher for it ('lectl release keys' shows it there) and set LECTL_RELEASES_ROOT.",
    )
