"""Sign in with the operator's keys, and remember which were tried."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm

from leadengine_ctl.errors import HostUnreachableError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.text import plain


def sign_in(transport: paramiko.Transport, address: HostAddress, key_file: Path | None) -> None:
    """Try the named key file, or else those of ssh-agent and `~/.ssh/id_*`, until one is accepted.

    Raises:
        HostUnreachableError: none was; the words list what was tried.
    """
    tried: list[str] = []
    for name, key in _keys(key_file, tried):
        tried.append(name)
        if _accepts(transport, address.user, key):
            return
        if not transport.is_active():
            break
    raise _refused(address, tried)


def _accepts(transport: paramiko.Transport, user: str, key: paramiko.PKey) -> bool:
    try:
        # An answer that is not empty asks for a second proof, which we do not have.
        return not transport.auth_publickey(user, key)
    except paramiko.AuthenticationException:
        return False


def _keys(key_file: Path | None, tried: list[str]) -> Iterator[tuple[str, paramiko.PKey]]:
    files = [key_file] if key_file else _default_files()
    if not key_file:
        yield from _agent_keys()
    for path in files:
        try:
            yield _short(path), paramiko.PKey.from_path(path)
        except (TypeError, paramiko.PasswordRequiredException):
            tried.append(f"{_short(path)} (locked by a passphrase: 'ssh-add' it first)")
        except (OSError, ValueError, UnsupportedAlgorithm, paramiko.SSHException):
            tried.append(f"{_short(path)} (not a private key that can be read)")


def _agent_keys() -> Iterator[tuple[str, paramiko.PKey]]:
    try:
        agent = paramiko.Agent()
    except paramiko.SSHException:
        return
    for key in agent.get_keys():
        yield f"ssh-agent's {plain(key.comment, 60) or key.fingerprint}", key
    agent.close()


def _default_files() -> list[Path]:
    found = Path("~/.ssh").expanduser().glob("id_*")
    return sorted(path for path in found if path.suffix != ".pub" and path.is_file())


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def _refused(address: HostAddress, tried: list[str]) -> HostUnreachableError:
    return HostUnreachableError(
        f"{address} does not let '{address.user}' in",
        f"Keys that were tried: {', '.join(tried)}." if tried else "There is no key to try.",
        f"Add the public key to ~{address.user}/.ssh/authorized_keys on the host, "
        "or name another private key in LECTL_SSH_KEY.",
    )
