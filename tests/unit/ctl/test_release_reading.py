"""Releases that somebody else publishes: read from a folder, from a web server, from S3; verified."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from leadengine_ctl.errors import LeadEngineError, NotAllowedError, UsageError
from leadengine_ctl.releases.destination import FolderDestination, copy, upload
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.reader import Reader
from leadengine_ctl.releases.repository import Repository
from tests.unit.ctl.builders import a_draft, publish, withdraw
from tests.unit.ctl.cli import Cli


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a publisher with one release."""
    publish(tmp_path / "data", a_draft())
    return tmp_path / "data"


@pytest.fixture
def published(data: Path, tmp_path: Path) -> Path:
    """Where others read it."""
    upload(Repository(data / "releases"), str(tmp_path / "www"))
    return tmp_path / "www"


def fingerprint(data: Path) -> str:
    return Repository(data / "releases").fingerprint


def read(source: Path | str, ours: Path, publisher: str | None) -> Library:
    Reader(Repository(ours), str(source), publisher).read()
    return Library(Repository(ours))


def test_an_operator_without_keys_deploys_what_is_published(
    data: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "ours"
    settings = {"LECTL_RELEASES": str(published), "LECTL_RELEASES_ROOT": fingerprint(data)}
    for name, value in {**Cli.environment(ours, tmp_path), **settings}.items():
        monkeypatch.setenv(name, value)
    lectl = Cli(ours, {})
    assert "Release: 1.0.0" in lectl.deploy().out
    publish(data, a_draft("1.1.0"))
    upload(Repository(data / "releases"), str(published))
    assert "1.1.0" in lectl("release", "list").out
    # What was read once is deployed also while the source is away.
    shutil.rmtree(published)
    assert lectl("release", "list").code == 1
    monkeypatch.delenv("LECTL_RELEASES")
    assert "Release: 1.1.0" in lectl.deploy().out


def test_nobody_is_believed_without_a_fingerprint(published: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="It is not known whose releases are at"):
        read(published, tmp_path / "ours", None)


def test_another_publisher_is_refused(published: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAllowedError) as refused:
        read(published, tmp_path / "ours", "sha256:" + "0" * 64)
    assert fingerprint(data) in refused.value.why
    read(published, tmp_path / "ours", fingerprint(data))
    publish(tmp_path / "elsewhere/data", a_draft("9.9.9"))
    upload(Repository(tmp_path / "elsewhere/data/releases"), str(tmp_path / "evil"))
    with pytest.raises(NotAllowedError):
        read(tmp_path / "evil", tmp_path / "ours", None)
    assert Library(Repository(tmp_path / "ours")).versions() == ("1.0.0",)


@pytest.mark.parametrize("name", ["1.0.0/manifest.json", "templates/*", "2.targets.json"])
def test_a_changed_file_is_refused_and_nothing_of_it_is_seen(
    data: Path, published: Path, tmp_path: Path, name: str
) -> None:
    (path, *_) = published.rglob(name)
    path.write_bytes(path.read_bytes().replace(b"e", b"a", 1))
    with pytest.raises((NotAllowedError, LeadEngineError)):
        read(published, tmp_path / "ours", fingerprint(data))
    assert Library(Repository(tmp_path / "ours")).versions() == ()


def test_an_older_state_is_refused(data: Path, published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "old")
    withdraw(data, "1.0.0")
    upload(Repository(data / "releases"), str(published))
    read(published, tmp_path / "ours", fingerprint(data))
    with pytest.raises(NotAllowedError, match="were refused"):
        read(tmp_path / "old", tmp_path / "ours", fingerprint(data))
    assert Library(Repository(tmp_path / "ours")).publications()[0].yanked


def test_a_source_that_is_away_is_said(data: Path, tmp_path: Path) -> None:
    for source in (str(tmp_path / "nowhere"), "http://127.0.0.1:9/releases"):
        with pytest.raises(LeadEngineError) as failed:
            read(source, tmp_path / "ours", fingerprint(data))
        assert failed.value.what == f"The releases at {source} cannot be read"


@pytest.fixture
def web(published: Path) -> Iterator[str]:
    """A plain web server for the folder."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(published)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_any_web_server_can_hold_it(web: str, data: Path, tmp_path: Path) -> None:
    library = read(web, tmp_path / "ours", fingerprint(data))
    assert library.load("1.0.0") == Library(Repository(data / "releases")).load("1.0.0")


def test_s3_can_hold_it(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    repository = Repository(data / "releases")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="acme-releases")
        first = upload(repository, "s3://acme-releases/control")
        assert upload(repository, "s3://acme-releases/control") == 1, "the timestamp alone"
        objects = client.list_objects_v2(Bucket="acme-releases")["Contents"]
        assert len(objects) == first
        for each in objects:
            path = tmp_path / "mirror" / each["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file("acme-releases", each["Key"], str(path))
    library = read(tmp_path / "mirror/control", tmp_path / "ours", fingerprint(data))
    assert library.load("1.0.0").files == a_draft().files


def test_a_bucket_that_is_not_there_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws(), pytest.raises(LeadEngineError, match="could not be published to s3://none"):
        upload(Repository(data / "releases"), "s3://none")


class Watched(FolderDestination):
    """A folder that a new reader comes to after each file."""

    def __init__(self, folder: Path, publisher: str) -> None:
        super().__init__(folder)
        self._folder_read = folder
        self._publisher = publisher
        self.seen: list[tuple[str, ...]] = []

    def put(self, name: str, content: bytes) -> None:
        super().put(name, content)
        ours = self._folder_read.with_name(f"reader-{len(self.seen)}")
        self.seen.append(read(self._folder_read, ours, self._publisher).versions())


def test_a_reader_never_meets_half_a_publication(
    data: Path, published: Path, tmp_path: Path
) -> None:
    """He sees the state before until the last file, and then the new one."""
    publish(data, a_draft("1.1.0", notes="new"))
    watched = Watched(published, fingerprint(data))
    assert copy(Repository(data / "releases"), watched) == len(watched.seen)
    assert watched.seen[:-1] == [("1.0.0",)] * (len(watched.seen) - 1)
    assert watched.seen[-1] == ("1.1.0", "1.0.0")
    assert len(watched.seen) >= 4


def test_a_web_server_may_read_what_was_published(published: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in published.rglob("*.json")} == {0o644}
    assert {path.stat().st_mode & 0o755 for path in published.rglob("*") if path.is_dir()} == {
        0o755
    }
