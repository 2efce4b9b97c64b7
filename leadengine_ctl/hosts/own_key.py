"""The operator's own public key, for servers that are made."""

from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

from leadengine_ctl.errors import UsageError


def public_key(key_file: Path | None) -> str:
    """A line for `authorized_keys`: of the named private key, else of ssh-agent, else of `~/.ssh`.

    Raises:
        UsageError: there is none.
    """
    found = _of_file(key_file) if key_file else _of_agent() or _of_home()
    if found is None:
        raise UsageError(
            "There is no SSH key to sign in to a new server with",
            "Neither LECTL_SSH_KEY, nor ssh-agent, nor ~/.ssh has one that can be read.",
            "Make one: ssh-keygen -t ed25519",
        )
    return found


def _of_file(path: Path) -> str | None:
    beside = path.with_name(f"{path.name}.pub")
    if beside.is_file():
        return " ".join(beside.read_text(encoding="utf-8").split()[:2])
    try:
        return _line(paramiko.PKey.from_path(path))
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm, paramiko.SSHException):
        return None


def _of_agent() -> str | None:
    try:
        agent = paramiko.Agent()
    except paramiko.SSHException:
        return None
    keys = agent.get_keys()
    agent.close()
    return _line(keys[0]) if keys else None


def _of_home() -> str | None:
    files = sorted(Path("~/.ssh").expanduser().glob("id_*"))
    private = (path for path in files if path.suffix != ".pub" and path.is_file())
    return next(filter(None, map(_of_file, private)), None)


def _line(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.get_base64()}"
