"""Copy a published repository to where others read it: a folder, or a bucket of S3.

A reader may come at any moment. What is named is there before what names it: templates and manifests,
then metadata, and the timestamp, which leads to everything else, last.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, UsageError
from leadengine_ctl.releases.repository import Repository

_READABLE = 0o644


class Destination(Protocol):
    """Where files go. `name` is a path below it."""

    def has(self, name: str) -> bool: ...

    def put(self, name: str, content: bytes) -> None: ...


class FolderDestination:
    """A folder that some web server serves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / name
        write_durably(path, content)
        path.chmod(_READABLE)
        for folder in path.relative_to(self._folder).parents:
            (self._folder / folder).chmod(0o755)


class S3Destination:
    """A bucket, or a prefix in it; signed in as the AWS tools are."""

    def __init__(self, bucket: str, prefix: str) -> None:
        # Imported here: few commands need it, and it takes long.
        import boto3

        self._client: Any = boto3.client("s3")
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    def has(self, name: str) -> bool:
        found = self._client.list_objects_v2(
            Bucket=self._bucket, Prefix=self._prefix + name, MaxKeys=1
        )
        return any(each["Key"] == self._prefix + name for each in found.get("Contents", ()))

    def put(self, name: str, content: bytes) -> None:
        age = "no-cache" if name.endswith("timestamp.json") else "max-age=31536000, immutable"
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._prefix + name,
            Body=content,
            ContentType="application/json" if name.endswith(".json") else "text/plain",
            CacheControl=age,
        )


def open_destination(words: str) -> Destination:
    """A folder, or `s3://bucket/prefix`.

    Raises:
        UsageError: it is neither.
    """
    if words.startswith("s3://"):
        bucket, _, prefix = words.removeprefix("s3://").partition("/")
        return S3Destination(bucket, prefix.strip("/"))
    if "://" in words:
        raise UsageError(
            f"'{words}' is no place to publish to",
            "It can be a folder or 's3://bucket/prefix'.",
            "Publish to a folder, and let your web server serve it.",
        )
    return FolderDestination(Path(words).expanduser())


def upload(repository: Repository, words: str) -> int:
    """Copy what is published; returns how many files were new.

    Raises:
        UsageError: the words name no place.
        LeadEngineError: the place does not take it.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return copy(repository, open_destination(words))
    except (OSError, BotoCoreError, ClientError) as error:
        raise LeadEngineError(
            f"The releases could not be published to {words}",
            f"{error}",
            "Readers still see the state before. Mend the cause, then publish again.",
        ) from error


def copy(repository: Repository, destination: Destination) -> int:
    """Copy what is published and not there yet; returns how many files that were."""
    count = 0
    for path in _in_order(repository):
        name = str(path.relative_to(repository.folder))
        if path.name == "timestamp.json" or not destination.has(name):
            destination.put(name, path.read_bytes())
            count += 1
    return count


def _in_order(repository: Repository) -> Iterator[Path]:
    """The published files: what is named before what names it."""
    for entry in sorted(repository.entries()):
        manifest = repository.targets / entry
        yield from (repository.template_path(each) for each in repository.templates_of(entry))
        yield manifest
    names = [name for name in repository.current() if name != "timestamp.json"]
    # Roots, then targets, then snapshot.
    yield from (repository.metadata / name for name in sorted(names, key=_rank))
    yield repository.metadata / "timestamp.json"


def _rank(name: str) -> int:
    return ("root", "targets", "snapshot").index(name.split(".")[1])
