"""Where a host is: `local`, `ssh://user@address[:port]`, `queue://name` or `memory://name`."""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from leadengine_agent.values import HostName, Port
from leadengine_ctl.errors import UsageError

_SSH = re.compile(
    r"ssh://(?P<user>[A-Za-z_][A-Za-z0-9_.-]{0,31})@"
    r"(\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<address>[A-Za-z0-9][A-Za-z0-9.-]*))"
    r"(:(?P<port>[0-9]{1,5}))?"
)
_PORT = 22
_MEMORY = re.compile(r"memory://(?P<name>[a-z0-9][a-z0-9-]{0,62})")
_QUEUE = re.compile(r"queue://(?P<name>[a-z0-9\[][a-z0-9.:\[\]-]{0,252})")
_host = TypeAdapter(HostName)
_port = TypeAdapter(Port)


@dataclass(frozen=True)
class HostAddress:
    """Where a host is. `user`, `address`, `port` are for `ssh`; `str` gives what `parse` takes.

    Attributes:
        name: what the host is called from then on. Behind one address, each port may be another host.
    """

    kind: Literal["local", "ssh", "memory", "queue"]
    name: str
    user: str = ""
    address: str = ""
    port: int = _PORT

    def __str__(self) -> str:
        if self.kind == "local":
            return "local"
        if self.kind in {"memory", "queue"}:
            return f"{self.kind}://{self.name}"
        return f"ssh://{self.user}@{_place(self.address, self.port)}"

    @classmethod
    def parse(cls, text: str) -> "HostAddress":
        """Read an address as a person types it.

        Raises:
            UsageError: it is not one of the three forms.
        """
        if text == "local":
            return cls("local", "local")
        if memory := _MEMORY.fullmatch(text):
            return cls("memory", memory["name"])
        if queue := _QUEUE.fullmatch(text):
            return cls("queue", queue["name"])
        if ssh := _SSH.fullmatch(text):
            return _ssh_address(ssh)
        raise _not_an_address()


def _ssh_address(match: re.Match[str]) -> HostAddress:
    try:
        host = _host.validate_python(match["v6"] or match["address"])
        port = _port.validate_python(int(match["port"] or _PORT))
    except ValidationError as error:
        raise _not_an_address() from error
    if host == "local":
        raise _not_an_address()
    name = host if port == _PORT else _place(host, port)
    return HostAddress("ssh", name, match["user"], host, port)


def _place(host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == _PORT else f"{bracketed}:{port}"


def _not_an_address() -> UsageError:
    return UsageError(
        "This is not the address of a host",
        "A host is 'local' or 'ssh://user@address', with ':port' behind it where it is not 22; "
        "an IPv6 address stands in brackets.",
        "Write it as in 'ssh://root@203.0.113.7' or 'ssh://admin@[2001:db8::7]:2222'.",
    )
