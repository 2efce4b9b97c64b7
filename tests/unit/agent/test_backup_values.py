"""Targets, keys and kits: what may come in, and who can read what goes out."""

import ast
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.keys import host_recipient, seal, unseal
from leadengine_agent.backup.targets import access
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import (
    BackupPolicy,
    LocalTarget,
    RecoveryKit,
    RestTarget,
    S3Target,
    SftpTarget,
    Target,
    TargetCredentials,
)

SECRET = "canary-storage-secret"
CREDENTIALS = TargetCredentials(user="canary-user", secret=SecretStr(SECRET))
HOST_KEY = "ssh-ed25519 " + "A" * 68
TARGETS: tuple[Target, ...] = (
    LocalTarget(folder="/mnt/backup"),
    S3Target(endpoint="https://s3.test", bucket="points"),
    SftpTarget(host="files.test", port=2222, user="points", host_key=HOST_KEY),
    RestTarget(url="https://rest.test/a"),
)
HOSTILE = [
    {"kind": "local", "folder": "/etc/cron.d"},
    {"kind": "local", "folder": "/mnt/../etc"},
    {"kind": "local", "folder": "/mnt/a b"},
    {"kind": "local", "folder": "mnt/backup"},
    {"kind": "local", "folder": "/mnt"},
    {"kind": "local", "folder": "/mnt/.hidden"},
    {"kind": "local", "folder": "/mnt/a,readonly"},
    {"kind": "s3", "endpoint": "file:///etc", "bucket": "points"},
    {"kind": "s3", "endpoint": "https://s3.test", "bucket": "Points/x"},
    {"kind": "s3", "endpoint": "https://s3.test", "bucket": "points", "prefix": "../x"},
    {"kind": "s3", "endpoint": "https://s3.test", "bucket": "points", "region": "a b"},
    {"kind": "sftp", "host": "-oProxyCommand=x", "user": "points", "host_key": HOST_KEY},
    {"kind": "sftp", "host": "files.test", "user": "-x", "host_key": HOST_KEY},
    {"kind": "sftp", "host": "files.test", "user": "p", "host_key": "ssh-ed25519 A\nx"},
    {"kind": "sftp", "host": "files.test", "user": "p", "host_key": HOST_KEY, "folder": "/etc"},
    {"kind": "rest", "url": "https://user:password@rest.test/"},
    {"kind": "shell", "command": "x"},
    {"kind": "local", "folder": "/mnt/backup", "name": "-x"},
]


@pytest.mark.parametrize("value", HOSTILE, ids=str)
def test_a_target_is_nothing_but_a_target(value: dict[str, object]) -> None:
    adapter: TypeAdapter[Target] = TypeAdapter(Target)
    with pytest.raises(ValidationError):
        adapter.validate_python(value)


def test_two_targets_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError):
        BackupPolicy(targets=(TARGETS[1], TARGETS[3]))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.kind)
def test_no_secret_stands_in_an_address_or_in_words(target: Target) -> None:
    found = access(target, CREDENTIALS, "acme-01234567")
    shown = repr((found.repository, found.words, found.folder)) + repr(found).replace(
        repr(found.files), ""
    )
    assert SECRET not in shown
    assert found.repository.rstrip("/").endswith("acme-01234567")
    assert found.network == ("none" if target.kind == "local" else "bridge")


def a_kit() -> RecoveryKit:
    return RecoveryKit(
        client="acme",
        client_id="0123456789abcdef01234567",
        password=SecretStr("of the repository"),
        targets=TARGETS[:2],
        credentials={"offsite": CREDENTIALS},
    )


def test_a_kit_opens_for_its_recipients_alone(tmp_path: Path) -> None:
    one, other = (pyrage.x25519.Identity.generate() for _ in range(2))
    sealed = seal(a_kit(), [str(one.to_public())])
    assert SECRET not in sealed
    opened = RecoveryKit.model_validate_json(pyrage.decrypt(sealed.encode(), [one]))
    assert opened == a_kit()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.encode(), [other])
    with pytest.raises(TaskFailure):
        unseal(sealed, host_of(tmp_path))


def host_of(folder: Path) -> HostLayout:
    layout = HostLayout(folder)
    layout.agent.mkdir(parents=True, exist_ok=True)
    return layout


def test_a_kit_for_a_host_opens_there(tmp_path: Path) -> None:
    layout = host_of(tmp_path)
    recipient = host_recipient(layout)
    assert host_recipient(layout) == recipient
    assert unseal(seal(a_kit(), [recipient]), layout) == a_kit()
    assert (layout.agent / "age.key").stat().st_mode & 0o777 == 0o600


def test_another_client_of_the_same_name_gets_a_key_of_its_own(tmp_path: Path) -> None:
    home = BackupHome(host_of(tmp_path), "acme")
    home.prepare("0" * 24)
    first = home.password()
    home.prepare("0" * 24)
    assert home.password() == first
    home.prepare("1" * 24)
    assert home.password() != first
    kept = tmp_path / "backups" / "acme.00000000" / "key" / "password"
    assert kept.read_text() == first


def test_a_kit_never_replaces_another_key(tmp_path: Path) -> None:
    home = BackupHome(host_of(tmp_path), "acme")
    home.prepare("0" * 24)
    with pytest.raises(FileExistsError):
        home.adopt("0" * 24, SecretStr("another"))


def test_only_pg_restore_reads_a_dump() -> None:
    """Promise B8: in the whole agent `psql` is given statements of our own, never a file or a stream."""
    for path in sorted(Path("agent/leadengine_agent").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Tuple | ast.Call):
                continue
            items = node.elts if isinstance(node, ast.Tuple) else node.args
            words = [each.value for each in items if isinstance(each, ast.Constant)]
            if "psql" in words:
                assert "--no-psqlrc" in words, path
                assert not {"--file", "-f", "--single-transaction"} & set(words), path
            if "pg_restore" in words and "exec" in words:
                assert "--exit-on-error" in words
                assert "--dbname" in words
