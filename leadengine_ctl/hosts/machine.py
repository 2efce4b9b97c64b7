"""A real machine as a `Host`: everything it can do, it does through a `Runner`."""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from leadengine_agent.protocol import (
    Event,
    Failure,
    ImageRef,
    Outcome,
    PanelOrder,
    RegistryLogin,
    Task,
)
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts import (
    agent_lifecycle,
    bootstrap,
    conversation,
    new_identity,
    own_addresses,
    panel_link,
    panel_site,
    probing,
)
from leadengine_ctl.hosts.base import (
    FLOOR,
    HardeningFacts,
    HostAddress,
    HostFacts,
    HostKey,
    Minimum,
    PanelLink,
    Report,
    Runner,
    quiet,
)
from leadengine_ctl.hosts.hardening.harden import harden, has_baseline
from leadengine_ctl.hosts.hardening.look import look
from leadengine_ctl.hosts.images import carry
from leadengine_ctl.hosts.privilege import as_root, for_docker


class Machine:
    """`local` and `ssh` hosts; they differ in how their runner is opened."""

    def __init__(self, address: HostAddress, open_runner: Callable[[], Runner]) -> None:
        self.address = address
        self._open = open_runner

    def __enter__(self) -> Self:
        self._plain = self._open()
        self._elevated: Runner | None = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._plain.close()

    @property
    def _runner(self) -> Runner:
        if self._elevated is None:
            self._elevated = for_docker(self._plain, self.address)
        return self._elevated

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        return conversation.submit(self._runner, self.address, task)

    def facts(self) -> HostFacts:
        # Who may not become root can still look around; what he cannot see stays empty.
        root = as_root(self._plain)
        return probing.look(root or self._plain, privileged=root is not None)

    def prepare(
        self,
        agent: ImageRef,
        login: RegistryLogin | None = None,
        floor: Minimum = FLOOR,
        report: Report = quiet,
        roots: tuple[str, ...] = (),
    ) -> None:
        plan = bootstrap.Preparation(agent, login, floor, roots)
        bootstrap.prepare(self._runner, self.address, plan, report)

    def carry(self, images: tuple[ImageRef, ...], report: Report = quiet) -> int:
        return carry(self._runner, self.address, images, report)

    def inspect_hardening(self) -> HardeningFacts:
        return look(self._root("look at all of it"), self.address)

    def is_hardened(self) -> bool:
        root = as_root(self._plain)
        return root is not None and has_baseline(root)

    def harden(self, report: Report = quiet) -> tuple[str, ...]:
        # On this machine itself, a new sign-in would prove nothing.
        reopen = self._open if self.address.kind == "ssh" else None
        return harden(self._root("harden it"), self.address, reopen, report)

    def _root(self, purpose: str) -> Runner:
        if root := as_root(self._plain):
            return root
        raise NotAllowedError(
            f"The user of {self.address} may not {purpose}",
            "It is not root, and sudo is missing or asks for a password.",
            "Use root, or let the user run sudo without a password.",
        )

    def connect_panel(self, link: PanelLink, report: Report = quiet) -> None:
        panel_link.connect_panel(self._runner, self.address, link, report)

    def install_panel(self, order: PanelOrder, report: Report = quiet) -> Failure | None:
        return panel_site.install_panel(self._runner, self.address, order, report)

    def panel_owner(self, email: str) -> str:
        return panel_site.panel_owner(self._runner, self.address, email)

    def draft_identity(self) -> HostKey:
        return new_identity.draft(self._root_or_plain(), self.address)

    def adopt_identity(self) -> None:
        new_identity.adopt(self._root_or_plain(), self.address)

    def _root_or_plain(self) -> Runner:
        return as_root(self._plain) or self._plain

    def hold_addresses(self, own: tuple[str, ...]) -> bool:
        return own_addresses.hold(self._root("be given an address"), self.address, own)

    def remove_agent(self, *, purge: bool, report: Report = quiet) -> None:
        agent_lifecycle.remove_agent(self._runner, self.address, purge=purge, report=report)
