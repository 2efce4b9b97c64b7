"""The passphrase of the offline keys: from the settings, or from a person."""

from pydantic import SecretStr

from leadengine_ctl.cli import terminal
from leadengine_ctl.errors import UsageError
from leadengine_ctl.settings import Settings

_SHORTEST = 12


def read_passphrase(settings: Settings) -> SecretStr:
    """The passphrase that opens keys.

    Raises:
        UsageError: it is not set and nobody can be asked.
    """
    given = settings.key_passphrase or SecretStr(terminal.ask_secret("Passphrase of the keys:"))
    if not given.get_secret_value():
        raise UsageError(
            "The passphrase of the keys is missing",
            "LECTL_KEY_PASSPHRASE is not set, and nobody can be asked here.",
            "Set it, or run the command on a terminal.",
        )
    return given


def choose_passphrase(settings: Settings) -> SecretStr:
    """The passphrase that new keys get; a person types it twice.

    Raises:
        UsageError: it is too short, or the two differ.
    """
    given = read_passphrase(settings)
    if len(given.get_secret_value()) < _SHORTEST:
        raise UsageError(
            "The passphrase is too short",
            "Whoever finds the stick can try as many as he likes.",
            f"Choose one of at least {_SHORTEST} characters.",
        )
    if settings.key_passphrase is None and terminal.ask_secret("Once more:") != (
        given.get_secret_value()
    ):
        raise UsageError("The two passphrases differ", "", "Run the command again.")
    return given
