"""The key ring and its file."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.secrets import KeyRing
from tests.unit.ctl.cli import Cli

SECRET = SecretStr("canary-5a5a")


def test_the_first_use_makes_a_key_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    token = KeyRing(path).seal(SECRET)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "canary" not in token
    assert KeyRing(path).unseal(token) == SECRET
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_a_new_key_on_top_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "key"
    old = KeyRing(path).seal(SECRET)
    path.write_bytes(Fernet.generate_key() + b"\n" + path.read_bytes())
    ring = KeyRing(path)
    new = ring.seal(SECRET)
    assert (ring.unseal(old), ring.unseal(new)) == (SECRET, SECRET)
    path.write_text(path.read_text().splitlines()[0])
    with pytest.raises(LeadEngineError, match="A stored secret cannot be read"):
        KeyRing(path).unseal(old)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    KeyRing(path).seal(SECRET)
    path.chmod(0o640)
    with pytest.raises(NotAllowedError) as refused:
        KeyRing(path).seal(SECRET)
    assert refused.value.hint == f"Run: chmod 600 {path}"


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text("not a key")
    with pytest.raises(LeadEngineError, match=f"The key file {path} is damaged"):
        KeyRing(path).seal(SECRET)


def test_a_damaged_key_is_named_by_a_command_that_seals(lectl: Cli) -> None:
    (lectl.folder / "key").write_bytes(b"")
    (lectl.folder / "key").chmod(0o600)
    ran = lectl.deploy()
    assert ran.code == 1
    assert f"The key file {lectl.folder / 'key'} is damaged" in ran.err
    assert "an error of its own" not in ran.err
