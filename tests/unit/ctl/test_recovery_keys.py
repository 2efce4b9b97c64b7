"""lectl recovery: keys on a stick, of which lectl keeps the public half alone."""

from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr

from leadengine_ctl.errors import LeadEngineError, NotFoundError, UsageError
from leadengine_ctl.recovery.keys import create_identity, read_identities, unseal
from tests.unit.ctl.builders import PASSPHRASE
from tests.unit.ctl.cli import Cli

pytestmark = pytest.mark.long

OTHER = str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A stick with a key, made once: to stretch a passphrase takes a second."""
    folder = tmp_path_factory.mktemp("stick")
    return folder, create_identity(folder, PASSPHRASE)


def test_init_writes_the_secret_half_to_the_stick_and_nowhere_else(
    lectl: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", PASSPHRASE.get_secret_value())
    made = lectl("recovery", "init", str(tmp_path / "vault"))
    assert made.code == 0, made.err
    (file,) = (tmp_path / "vault").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    kept = b"".join(each.read_bytes() for each in lectl.folder.rglob("*") if each.is_file())
    assert b"AGE-SECRET-KEY" not in kept + made.out.encode() + made.err.encode()
    (shown,) = lectl("recovery", "list", "--json").json[0]["keys"]
    assert shown["recipient"] == made.out.strip()


def test_what_was_sealed_opens_with_the_stick_and_its_passphrase_alone(
    stick: tuple[Path, str], tmp_path: Path
) -> None:
    folder, recipient = stick
    identities = read_identities(folder, PASSPHRASE)
    assert "AGE-SECRET-KEY" not in repr(identities)
    sealed = pyrage.encrypt(b"the keys", [pyrage.x25519.Recipient.from_str(recipient)])
    assert unseal(sealed, identities) == b"the keys"
    foreign = pyrage.encrypt(b"the keys", [pyrage.x25519.Recipient.from_str(OTHER)])
    with pytest.raises(LeadEngineError, match="cannot be opened with these"):
        unseal(foreign, identities)
    with pytest.raises(NotFoundError, match="There is no recovery key in"):
        read_identities(tmp_path, PASSPHRASE)
    with pytest.raises(UsageError, match="can be opened"):
        read_identities(folder, SecretStr("another passphrase"))


def test_a_key_that_exists_is_registered_by_its_public_half(lectl: Cli) -> None:
    assert lectl("recovery", "add", OTHER).err == "Registered.\n"
    assert lectl("recovery", "add", OTHER).err == "It was registered already.\n"
    refused = lectl("recovery", "add", "age1nonsense")
    assert refused.code == 2
    assert "This is not the public key of a recovery key." in refused.err


def test_the_last_key_cannot_be_removed(lectl: Cli) -> None:
    lectl("recovery", "add", OTHER)
    assert lectl("recovery", "remove", OTHER).code == 12
    second = str(pyrage.x25519.Identity.generate().to_public())
    lectl("recovery", "add", second)
    assert lectl("recovery", "remove", OTHER[4:12]).code == 0
    assert second in lectl("recovery", "list").out
    assert lectl("recovery", "remove", OTHER).code == 10
