"""What the control plane may ask of a host: the contract of every kind of host.

`registry.open_host(address, trust)` gives a `Host`. Below it, real hosts (`local`, `ssh`) share one
way of working and differ in their `Runner` alone.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from leadengine_agent.protocol import (
    Event,
    Failure,
    ImageRef,
    Outcome,
    PanelOrder,
    RegistryLogin,
    StepState,
    Task,
)
from leadengine_ctl.hosts.address import HostAddress
from leadengine_ctl.hosts.facts import FLOOR, HostFacts, Minimum, PortOwner
from leadengine_ctl.hosts.hardening.facts import HardeningFacts
from leadengine_ctl.hosts.panel_words import PanelLink
from leadengine_ctl.hosts.trust import HostKey, HostTrust

__all__ = [
    "FLOOR",
    "Completed",
    "HardeningFacts",
    "Host",
    "HostAddress",
    "HostFacts",
    "HostKey",
    "HostTrust",
    "Input",
    "Minimum",
    "PanelLink",
    "PortOwner",
    "ProgramFailedError",
    "Progress",
    "Report",
    "Runner",
    "Transport",
    "quiet",
]


@dataclass(frozen=True)
class Progress:
    """A step of preparing a host or carrying images; `STARTED` may come often, with new numbers.

    Attributes:
        step: its name, such as `engine`, `agent-image` or `executor`.
        detail: one sentence for people, free of secrets and control characters.
        done, total: bytes; `total` 0: there is nothing to count.
    """

    step: str
    state: StepState
    detail: str = ""
    done: int = 0
    total: int = 0


Report = Callable[[Progress], None]

SIGNATURE = "signature"
"""The part of a step in which a host waits for a person: its event says for what, behind a colon."""


def quiet(_progress: Progress) -> None:
    """Report to nobody."""


class Transport(Protocol):
    """Conversation with one host. Use it as a context manager, from one thread; entering connects.

    It never retries a task by itself (the operation does, with the same id: agents are idempotent
    by id), never looks into an order, and translates its library's exceptions.

    Raises:
        HostUnreachableError: from any method, when the host cannot be talked to. The fate of a task
            that was on its way is then unknown: submit it again under the same id.
        NotAllowedError: on entering, when the host's key is not the one we trust.
    """

    @property
    def address(self) -> HostAddress: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        """Hand over one task; yield events as they happen and exactly one `Outcome`, last."""
        ...


class Host(Transport, Protocol):
    """A transport to a machine that can also be looked at, prepared and given back.

    Everything that changes a host here may be killed anywhere and run again: it converges.
    """

    def facts(self) -> HostFacts:
        """Look at the machine; works on a bare one."""
        ...

    def prepare(
        self,
        agent: ImageRef,
        login: RegistryLogin | None = None,
        floor: Minimum = FLOOR,
        report: Report = quiet,
        roots: tuple[str, ...] = (),
    ) -> None:
        """Make it a host: engine, agent image, executor and reporter. A prepared one is left alone.

        Args:
            roots: the publisher whose releases it shall believe, oldest root first; it keeps to the
                first publisher it is told. Empty: it believes whom it believes.

        Raises:
            NotAllowedError: it may not become one: too small, unsupported, no root, port taken; or
                it believes another publisher.
            LeadEngineError: a step failed; the words say which, why and what to do.
        """
        ...

    def carry(self, images: tuple[ImageRef, ...], report: Report = quiet) -> int:
        """Send the images that are not published anywhere, as far as the host lacks them.

        Returns:
            The bytes that were sent; 0 when the host had everything.

        Raises:
            NotFoundError: this machine does not have an image that the host lacks.
            NotAllowedError: the host's engine keeps images in a store that would rename them.
        """
        ...

    def inspect_hardening(self) -> HardeningFacts:
        """Look at everything the hardening baseline asks about; works on a bare machine.

        Raises:
            NotAllowedError: only root sees it, and we are not.
        """
        ...

    def is_hardened(self) -> bool:
        """Whether this version's baseline was put in place. Quick; `inspect_hardening` is thorough."""
        ...

    def harden(self, report: Report = quiet) -> tuple[str, ...]:
        """Put the baseline in place as far as it can be had; what is as it should be is left alone.

        Running containers live on, and nobody is locked out: SSH and firewall go back to what they
        were when a new sign-in does not work with them.

        Returns:
            What could not be had here, a sentence each.

        Raises:
            NotAllowedError: only root can, and we are not.
        """
        ...

    def connect_panel(self, link: PanelLink, report: Report = quiet) -> None:
        """Tell a prepared host to which panel it reports, and what may be ordered from there."""
        ...

    def install_panel(self, order: PanelOrder, report: Report = quiet) -> Failure | None:
        """Have the panel itself serve on a prepared host; what is as it should be is left alone.

        Returns:
            What went wrong, in the words of the agent; None: nothing.
        """
        ...

    def panel_owner(self, email: str) -> str:
        """The link with which the panel's first owner begins; empty: somebody may sign in already."""
        ...

    def draft_identity(self) -> HostKey:
        """Have the machine make a new host key of its own, beside the one it shows; the public half.

        Until `adopt_identity` it is always the same one.
        """
        ...

    def adopt_identity(self) -> None:
        """Let the machine show the drafted key to whoever connects from now on."""
        ...

    def hold_addresses(self, own: tuple[str, ...]) -> bool:
        """Let the machine answer to these addresses beside its own, and to no others given so before.

        Returns:
            Whether anything was changed.
        """
        ...

    def remove_agent(self, *, purge: bool, report: Report = quiet) -> None:
        """Stop and remove the agent; `purge`: with its journal, releases and stack files too.

        Raises:
            NotAllowedError: stacks still live there.
        """
        ...


@dataclass(frozen=True)
class Completed:
    """How a program ended. `code` is its exit status: 127 when there is no such program."""

    code: int
    out: bytes
    err: bytes


Input = bytes | Generator[bytes, None, None]
"""Standard input of a program: at once, or made piece by piece while it is read."""


class ProgramFailedError(Exception):
    """A program that was to stream its output ended badly; translated by whoever started it."""

    def __init__(self, completed: Completed) -> None:
        super().__init__(f"exit code {completed.code}")
        self.completed = completed


class Runner(Protocol):
    """Run a program on a machine, given as words: none of them is ever read by a shell as code.

    Raises:
        HostUnreachableError: the machine cannot be talked to, or missed the deadline.
    """

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: Input = b"",
        timeout: float = 60,
    ) -> Completed:
        """Run to the end, at most `timeout` seconds. An error that making `stdin` raises comes out."""
        ...

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        """Yield the lines of standard output as they come, without line ends.

        Args:
            silence: seconds without a byte after which the conversation counts as dead.

        Raises:
            ProgramFailedError: it ended with a code other than 0; the lines so far were yielded.
        """
        ...

    def close(self) -> None: ...
