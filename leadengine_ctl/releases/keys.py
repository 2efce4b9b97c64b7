"""Keys that sign: Ed25519, in PKCS 8 files that only their owner can read.

Offline keys (root, targets) are encrypted and live on sticks. Online keys (snapshot, timestamp) only
say which signed metadata is the newest: nobody installs anything because of them alone.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr
from securesystemslib.signer import CryptoSigner

from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, NotFoundError, UsageError

Signers = tuple[CryptoSigner, ...]


def short(key_id: str) -> str:
    """How people call a key: the first 8 letters of its id."""
    return key_id[:8]


def create_key(folder: Path, role: str, passphrase: SecretStr | None) -> CryptoSigner:
    """Make a key and write it into `folder`; without a passphrase it is not encrypted.

    Raises:
        LeadEngineError: it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    signer = CryptoSigner(key)
    name = f"{role}-{short(signer.public_key.keyid)}.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(folder / name, pem, mode=0o600)
    except OSError as error:
        raise LeadEngineError(
            f"A key cannot be written to {folder}",
            f"{error.strerror}.",
            "Name a folder that can be written to; is the stick plugged in?",
        ) from error
    return signer


def read_keys(folder: Path, passphrase: SecretStr | None) -> Signers:
    """Every key of a folder.

    Raises:
        NotFoundError: there is none.
        UsageError: the passphrase is not theirs.
    """
    signers = tuple(_read(folder, passphrase))
    if not signers:
        raise NotFoundError(
            f"There is no key in {folder}",
            "Keys are files that end in '.pem'.",
            "Name the folder that 'lectl release init' wrote its keys to.",
        )
    return signers


def _read(folder: Path, passphrase: SecretStr | None) -> Iterator[CryptoSigner]:
    secret = passphrase.get_secret_value().encode() if passphrase else None
    for path in _files(folder):
        try:
            key = load_pem_private_key(path.read_bytes(), secret)
        except (TypeError, ValueError):
            raise UsageError(
                f"The key {path} cannot be opened",
                "The passphrase is another one, or the file is damaged.",
                "Give the passphrase it was made with, in LECTL_KEY_PASSPHRASE or when asked.",
            ) from None
        if isinstance(key, Ed25519PrivateKey):
            yield CryptoSigner(key)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.pem"))
    except OSError:
        return []


def _encryption(passphrase: SecretStr | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    return BestAvailableEncryption(passphrase.get_secret_value().encode())
