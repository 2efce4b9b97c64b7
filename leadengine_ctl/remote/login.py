"""Which panel this machine works through, and with whose token."""

import json
import os
from pathlib import Path

from pydantic import SecretStr, ValidationError

from leadengine_agent.values import Frozen, Url
from leadengine_ctl.errors import LeadEngineError

_FILE = "panel-login.json"


class Login(Frozen):
    """A panel, and a token of its page 'Account'."""

    url: Url
    token: SecretStr


def read_login(folder: Path) -> Login | None:
    """The login that is kept; None: lectl works by itself.

    Raises:
        LeadEngineError: the file is damaged.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        return Login.model_validate_json(path.read_bytes())
    except ValidationError:
        raise LeadEngineError(
            f"The login in {path} cannot be read", "The file is damaged.", "Run: lectl logout"
        ) from None


def keep_login(folder: Path, login: Login) -> None:
    """Keep a login, readable for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{_FILE}.draft"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"url": login.url, "token": login.token.get_secret_value()}, file)
    draft.replace(folder / _FILE)


def forget_login(folder: Path) -> bool:
    """Work without a panel again; False: it was so already."""
    path = folder / _FILE
    if not path.exists():
        return False
    path.unlink()
    return True
