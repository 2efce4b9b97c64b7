"""How a task reaches an agent: the contract of every transport.

A transport carries one `Task` to one host and yields what the agent answers. It never retries a
task by itself (the operation does, with the same id: agents are idempotent by id), never looks
into an order, and translates its library's exceptions into `leadengine_ctl.errors`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from leadengine_agent.protocol import Event, Outcome, Task


@dataclass(frozen=True)
class HostAddress:
    """Where a host is. `kind` is `local`, `ssh` or `memory`; the rest is for `ssh`."""

    kind: str
    name: str
    user: str = ""
    address: str = ""
    port: int = 22

    def __str__(self) -> str:
        if self.kind != "ssh":
            return self.kind
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"ssh://{self.user}@{host}:{self.port}"


class Transport(Protocol):
    """Conversation with one host. Use it as a context manager; it may be used from one thread.

    Raises:
        HostUnreachableError: from any method, when the host cannot be talked to. The fate of a task
            that was on its way is then unknown: submit it again under the same id.
    """

    address: HostAddress

    def __enter__(self) -> "Transport": ...

    def __exit__(self, *exc: object) -> None: ...

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        """Hand over one task; yield events as they happen and exactly one `Outcome`, last."""
        ...
