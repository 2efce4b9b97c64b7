"""The keys that the operator's own ssh knows a host by."""

from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeys, InvalidHostKey

from leadengine_ctl.errors import UsageError
from leadengine_ctl.hosts.base import HostAddress, HostKey


def known_keys(address: HostAddress) -> tuple[HostKey, ...]:
    """Keys of the host in `~/.ssh/known_hosts`, hashed names included; none when it is not there.

    Raises:
        UsageError: the file cannot be read.
    """
    found = _load(Path("~/.ssh/known_hosts").expanduser()).lookup(_entry_name(address))
    return tuple(_host_key(key) for key in found.values()) if found else ()


def _entry_name(address: HostAddress) -> str:
    return address.address if address.port == 22 else f"[{address.address}]:{address.port}"


def _host_key(key: paramiko.PKey) -> HostKey:
    return HostKey(key.get_name(), key.asbytes())


def _load(path: Path) -> HostKeys:
    keys = HostKeys()
    try:
        keys.load(str(path))
    except FileNotFoundError:
        return keys
    except (OSError, UnicodeDecodeError, InvalidHostKey) as error:
        raise UsageError(
            "~/.ssh/known_hosts cannot be read",
            "It is not readable, or a line of it is damaged.",
            "'ssh-keygen -l -f ~/.ssh/known_hosts' shows which line; mend or remove it.",
        ) from error
    return keys
