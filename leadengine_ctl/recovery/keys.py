"""The operators' recovery keys: age identities, in files that a passphrase opens, kept off line.

What hosts escrow is encrypted to their public halves (recipients), which are all that the store
knows. So whoever takes the control plane over can read no backup, and whoever has a stick and its
passphrase needs nothing else of ours: the files are those of the `age` program.
"""

from pathlib import Path

import pyrage
from pydantic import SecretStr

from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, NotFoundError, UsageError

_SUFFIX = ".age"


def create_identity(folder: Path, passphrase: SecretStr) -> str:
    """Make an identity and write it into `folder`, encrypted; returns its recipient.

    Raises:
        LeadEngineError: it cannot be written.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    text = f"# public key: {recipient}\n{identity}\n".encode()
    sealed = pyrage.passphrase.encrypt(text, passphrase.get_secret_value(), armored=True)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(folder / identity_name(recipient), sealed, mode=0o600)
    except OSError as error:
        raise LeadEngineError(
            f"A recovery key cannot be written to {folder}",
            f"{error.strerror}.",
            "Name a folder that can be written to; is the stick plugged in?",
        ) from error
    return recipient


def identity_name(recipient: str) -> str:
    """What the file of a recipient's identity is called."""
    return f"recovery-{short(recipient)}{_SUFFIX}"


def short(recipient: str) -> str:
    """How people call a recovery key: the first 8 letters behind `age1`."""
    return recipient.removeprefix("age1")[:8]


def check_recipient(text: str) -> str:
    """Refuse what is not the public half of an age identity.

    Raises:
        UsageError: it is not.
    """
    try:
        return str(pyrage.x25519.Recipient.from_str(text))
    except pyrage.RecipientError:
        raise UsageError(
            "This is not the public key of a recovery key",
            "It begins with 'age1' and has 62 characters, as 'age-keygen -y' prints it.",
            "'lectl recovery init FOLDER' makes a new key and registers it.",
        ) from None


Identities = tuple[pyrage.x25519.Identity, ...]
"""Secret halves of recovery keys, in memory only; they show nothing of themselves when printed."""


def read_identities(folder: Path, passphrase: SecretStr) -> Identities:
    """Open the recovery keys of a folder; those with another passphrase are passed over.

    Raises:
        NotFoundError: the folder has no key.
        UsageError: the passphrase opens none of them.
    """
    files = _files(folder)
    if not files:
        raise NotFoundError(
            f"There is no recovery key in {folder}",
            f"Recovery keys are files as 'recovery-…{_SUFFIX}'.",
            "Name the folder that 'lectl recovery init' wrote to.",
        )
    found = (_open(path, passphrase) for path in files)
    identities = tuple(each for each in found if each is not None)
    if not identities:
        raise UsageError(
            f"No recovery key in {folder} can be opened",
            "The passphrase is another one, or the files are damaged.",
            "Give the passphrase they were made with, in LECTL_KEY_PASSPHRASE or when asked.",
        )
    return identities


def unseal(sealed: bytes, identities: Identities) -> bytes:
    """Open what a host sealed for the recovery keys.

    Raises:
        LeadEngineError: it was sealed for none of these, or it is damaged.
    """
    try:
        opened: bytes = pyrage.decrypt(sealed, list(identities))
    except pyrage.DecryptError as error:
        raise LeadEngineError(
            "What was sealed cannot be opened with these recovery keys",
            f"{error}.",
            "Use a stick that 'lectl recovery list' named when the kit was made, "
            "or bring an undamaged copy of the kit.",
        ) from None
    return opened


def _open(path: Path, passphrase: SecretStr) -> pyrage.x25519.Identity | None:
    try:
        text = pyrage.passphrase.decrypt(path.read_bytes(), passphrase.get_secret_value()).decode()
        lines = [line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-")]
        return pyrage.x25519.Identity.from_str(lines[0]) if lines else None
    except (OSError, ValueError, pyrage.DecryptError, pyrage.IdentityError):
        return None


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    try:
        return sorted(folder.glob(f"recovery-*{_SUFFIX}"))
    except OSError:
        return []
