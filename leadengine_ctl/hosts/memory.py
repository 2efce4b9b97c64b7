"""A host that exists in memory only: no machine, but every answer a machine would give.

For tests and for trying commands out (`--host memory://NAME`). Given a file, it outlives its process.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

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
from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.hosts.base import (
    FLOOR,
    HardeningFacts,
    HostAddress,
    HostFacts,
    HostKey,
    Minimum,
    PanelLink,
    Progress,
    Report,
    quiet,
)
from leadengine_ctl.hosts.hardening.baseline import STEPS, baseline_id
from leadengine_ctl.hosts.memory_agent import MemoryAgent
from leadengine_ctl.hosts.memory_faults import MemoryFaults, read_faults
from leadengine_ctl.hosts.memory_hardening import hardening_facts
from leadengine_ctl.hosts.memory_state import MemoryState, load, publisher_of, save
from leadengine_ctl.hosts.memory_storage import MemoryStorage
from leadengine_ctl.hosts.publisher import other_publisher


class MemoryHost:
    """A host and its agent.

    Args:
        path: where the state is kept; None: it ends with this object.
        failures: `verb/step` -> the failure that this step meets, each time.
    """

    def __init__(
        self,
        address: HostAddress,
        path: Path | None = None,
        failures: Mapping[str, Failure] | None = None,
    ) -> None:
        self.address = address
        self._path = path
        self._failures = dict(failures or {})
        self._state = MemoryState()
        self._storage = MemoryStorage(path.parent / "storage" if path else None)
        self._entered = False

    def __enter__(self) -> Self:
        self._entered = True
        self._faults()
        if self._path:
            self._state = load(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered = False

    def submit(self, task: Task) -> Iterator[Event | Outcome]:
        if not self._entered or not self._state.prepared:
            raise self._silent(
                "No agent runs there." if self._entered else "The conversation is closed."
            )
        faults = self._faults()
        agent = MemoryAgent(self._state, self._keep, self._failures, faults, self._storage)
        yield from agent.run(task)

    def facts(self) -> HostFacts:
        return HostFacts(
            os_id="memory",
            os_version="1",
            os_name="a host in memory",
            arch="any",
            cores=4,
            memory=8_000_000_000,
            disk_total=100_000_000_000,
            disk_free=80_000_000_000,
            engine="none needed",
            privileged=True,
            systemd=False,
            ports=(),
            clock_skew=0.0,
            addresses=("192.0.2.1",),
            agent="memory" if self._state.prepared else None,
        )

    def prepare(
        self,
        agent: ImageRef,
        login: RegistryLogin | None = None,
        floor: Minimum = FLOOR,
        report: Report = quiet,
        roots: tuple[str, ...] = (),
    ) -> None:
        report(Progress("agent", StepState.UNCHANGED if self._state.prepared else StepState.DONE))
        known, named = self._state.publisher, publisher_of(roots)
        if known and named not in {known, ""}:
            raise other_publisher(self.address, known)
        self._keep(self._state.model_copy(update={"prepared": True, "publisher": known or named}))

    def carry(self, images: tuple[ImageRef, ...], report: Report = quiet) -> int:
        report(Progress("images", StepState.UNCHANGED, "a host in memory needs no images"))
        return 0

    def inspect_hardening(self) -> HardeningFacts:
        return hardening_facts(hardened=self.is_hardened())

    def is_hardened(self) -> bool:
        return self._state.baseline == baseline_id()

    def harden(self, report: Report = quiet) -> tuple[str, ...]:
        state = StepState.UNCHANGED if self.is_hardened() else StepState.DONE
        for step in STEPS:
            report(Progress(step, state))
        self._keep(self._state.model_copy(update={"baseline": baseline_id()}))
        return ()

    def connect_panel(self, link: PanelLink, report: Report = quiet) -> None:
        state = StepState.UNCHANGED if self._state.panel == link.url else StepState.DONE
        report(Progress("panel", state, link.url))
        self._keep(self._state.model_copy(update={"panel": link.url}))

    def install_panel(self, order: PanelOrder, report: Report = quiet) -> Failure | None:
        same = self._state.served_panel == order.spec
        report(Progress("files", StepState.UNCHANGED if same else StepState.DONE))
        self._keep(self._state.model_copy(update={"served_panel": order.spec}))
        return None

    def panel_owner(self, email: str) -> str:
        panel = self._state.served_panel
        if panel is None or self._state.panel_owner:
            return ""
        self._keep(self._state.model_copy(update={"panel_owner": email}))
        return f"https://{panel.domain}/welcome#in-memory"

    def draft_identity(self) -> HostKey:
        return HostKey("ssh-ed25519", str(self.address).encode())

    def adopt_identity(self) -> None:
        """Nobody signs in to memory."""

    def hold_addresses(self, own: tuple[str, ...]) -> bool:
        changed = self._state.addresses != own
        self._keep(self._state.model_copy(update={"addresses": own}))
        return changed

    def remove_agent(self, *, purge: bool, report: Report = quiet) -> None:
        if self._state.stacks:
            names = ", ".join(sorted(self._state.stacks))
            raise NotAllowedError(
                f"The agent on {self.address} cannot be removed",
                f"These stacks still live there: {names}.",
                "Destroy them first with 'lectl destroy'.",
            )
        report(Progress("agent", StepState.DONE, "removed"))
        self._keep(self._state.model_copy(update={"prepared": False}))

    def _faults(self) -> MemoryFaults:
        faults = read_faults(self._path)
        if faults.unreachable:
            raise self._silent("It was told to be silent.")
        return faults

    def _silent(self, why: str) -> HostUnreachableError:
        return HostUnreachableError(
            f"{self.address} does not answer",
            why,
            "A deploy prepares the host; 'lectl doctor --host …' shows what is missing.",
        )

    def _keep(self, state: MemoryState) -> None:
        self._state = state
        if self._path:
            save(self._path, state)
