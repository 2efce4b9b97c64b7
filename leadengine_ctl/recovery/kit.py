"""Recovery kits as files: what a stranger needs who has the stick, and nothing else of ours."""

from pathlib import Path

from pydantic import ValidationError

from leadengine_agent.protocol import RecoveryKit
from leadengine_ctl.durable_files import write_durably
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.recovery.keys import Identities, unseal

_SUFFIX = "-kit.age"
_README = "README.md"


def write_kit(folder: Path, client: str, sealed: str, readme: str) -> Path:
    """Write a kit and its instructions; returns the kit's file.

    Raises:
        LeadEngineError: they cannot be written.
    """
    path = folder / f"{client}{_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, sealed, mode=0o600)
        write_durably(folder / _README, readme)
    except OSError as error:
        raise LeadEngineError(
            f"The recovery kit cannot be written to {folder}",
            f"{error.strerror}.",
            "Name a folder that can be written to.",
        ) from error
    return path


def read_sealed(place: Path, client: str) -> str:
    """The sealed text of a client's kit: a file, or the one in a folder.

    Raises:
        NotFoundError: there is none.
    """
    path = place / f"{client}{_SUFFIX}" if place.is_dir() else place
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise NotFoundError(
            f"There is no recovery kit of {client} at {place}",
            f"A kit is a file as '{client}{_SUFFIX}'.",
            f"Name the folder that 'lectl recovery-kit {client} FOLDER' wrote.",
        ) from None


def open_kit(sealed: str, identities: Identities, client: str) -> RecoveryKit:
    """Open a kit with recovery keys.

    Raises:
        LeadEngineError: they do not fit, or it is not this client's.
    """
    try:
        kit = RecoveryKit.model_validate_json(unseal(sealed.encode(), identities))
    except ValidationError:
        # Not the error itself: it may quote what was in the kit.
        raise LeadEngineError(
            "What was sealed is no recovery kit this lectl understands",
            "It was written by a newer one, or it is something else.",
            "Use the lectl that belongs to the release it was made with.",
        ) from None
    if kit.client != client:
        raise NotFoundError(
            f"This is the recovery kit of {kit.client}, not of {client}",
            "",
            f"Write 'lectl restore {kit.client} …', or name the kit of {client}.",
        )
    return kit
