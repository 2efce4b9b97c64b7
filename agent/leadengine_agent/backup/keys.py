"""Keys: a host's own, and kits that only their recipients can open (age, by `pyrage`)."""

from collections.abc import Sequence

from pydantic import ValidationError

from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, RecoveryKit, encode_secrets
from leadengine_agent.values import AgeRecipient


def host_recipient(host: HostLayout) -> AgeRecipient:
    """This host's public key; the pair is made when there is none."""
    import pyrage

    path = host.agent / "age.key"
    if not path.exists():
        write_atomically(path, str(pyrage.x25519.Identity.generate()), mode=0o600)
    return str(pyrage.x25519.Identity.from_str(path.read_text().strip()).to_public())


def seal(kit: RecoveryKit, recipients: Sequence[AgeRecipient]) -> str:
    """A kit as armoured text that only the recipients can open."""
    import pyrage

    keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    sealed: bytes = pyrage.encrypt(encode_secrets(kit), keys, armored=True)
    return sealed.decode()


def unseal(sealed: str, host: HostLayout) -> RecoveryKit:
    """Open a kit that was sealed to this host.

    Raises:
        TaskFailure: it was sealed to somebody else, or is no kit.
    """
    import pyrage

    host_recipient(host)
    identity = pyrage.x25519.Identity.from_str((host.agent / "age.key").read_text().strip())
    try:
        return RecoveryKit.model_validate_json(pyrage.decrypt(sealed.encode(), [identity]))
    except (pyrage.DecryptError, ValidationError) as error:
        raise TaskFailure(
            FailureCode.INVALID,
            "This host cannot open the recovery kit.",
            "It was sealed to another key, or it was changed.",
            "Let the old host seal one for this host, or open it with the offline recovery key.",
        ) from error
