"""Verify a release as The Update Framework asks, from bytes that came along with the order.

The executor has no network. What it is handed is checked against the pinned publisher and against
all it has ever seen, which stays in the folder of trust.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, InstallRelease, manifest_name
from leadengine_agent.trust.pin import publisher_file
from leadengine_agent.trust.publications import Publication, publication_of

_LIMITS = UpdaterConfig(
    root_max_length=100_000,
    timestamp_max_length=20_000,
    snapshot_max_length=100_000,
    targets_max_length=1_000_000,
)
_CHECKS: tuple[tuple[type[Exception], str], ...] = (
    (UnsignedMetadataError, "Too few of the publisher's keys have signed it"),
    (ExpiredMetadataError, "Its metadata has expired: it may be kept from you that there is newer"),
    (BadVersionNumberError, "Its metadata is older than what this host has seen, or mixed"),
    (LengthOrHashMismatchError, "A file is not the one that was signed"),
    (DownloadLengthMismatchError, "A file is longer than it may be"),
    (DownloadHTTPError, "A file of its metadata is missing"),
    (RepositoryError, "Its metadata is not valid"),
    (DownloadError, "Its metadata cannot be read"),
)
"""What each error of the library means; the first that fits is said."""


_ASK = "Nothing of it was kept. `lectl release show` tells what its publisher says of it."
_RENEW = (
    "Nothing of it was kept. Its publisher renews it with `lectl release refresh`; "
    "if that was done, set the host's clock."
)


class _Carried(FetcherInterface):
    """Gives the files that came along."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.rpartition("/")[2]
        if name not in self._files:
            raise DownloadHTTPError(f"{name} did not come along", 404)
        return iter((self._files[name].encode(),))


@dataclass(frozen=True)
class Verifier:
    """Verifies against what one host trusts."""

    layout: HostLayout

    def verify(self, order: InstallRelease) -> Publication:
        """Check that the publisher signed this manifest for this version, and what else it says of it.

        Raises:
            TaskFailure: a check failed; the words say which.
        """
        try:
            return self._verify(order)
        except (RepositoryError, DownloadError) as error:
            check = next(words for kind, words in _CHECKS if isinstance(error, kind))
            hint = _RENEW if isinstance(error, ExpiredMetadataError) else _ASK
            raise refusal(order.version, f"{check}: {str(error).rstrip('.')}.", hint) from error

    def _verify(self, order: InstallRelease) -> Publication:
        updater = Updater(
            metadata_dir=str(self.layout.trust),
            metadata_base_url="carried:",
            fetcher=_Carried(order.metadata),
            config=_LIMITS,
            bootstrap=self._publisher(order.version),
        )
        updater.refresh()
        target = updater.get_targetinfo(manifest_name(order.version))
        if target is None:
            raise refusal(order.version, "The publisher has signed no release of that version.")
        target.verify_length_and_hashes(order.manifest.encode())
        return publication_of(order.version, target.unrecognized_fields.get("custom", {}))

    def _publisher(self, version: str) -> bytes:
        path = publisher_file(self.layout)
        if not path.exists():
            raise refusal(version, "This host believes no publisher yet.")
        return path.read_bytes()


def refusal(version: str, why: str, hint: str = _ASK) -> TaskFailure:
    """The failure of a release that is not to be believed."""
    return TaskFailure(FailureCode.REFUSED, f"Release {version} was refused.", why, hint)
