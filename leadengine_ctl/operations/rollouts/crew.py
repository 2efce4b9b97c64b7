"""What everybody who works on a rollout shares: the ledger as it is now, the lease, who listens."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from leadengine_ctl.fleet.records import RolloutRecord, TargetRecord, TargetState, Word
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.rollouts.lease import Lease, kept
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.releases.bundle import Bundle

FAILED = (TargetState.FAILED, TargetState.ROLLED_BACK)
PENDING = (
    TargetState.WAITING,
    TargetState.RUNNING,
    TargetState.UNREACHABLE,
    TargetState.POSTPONED,
)


@dataclass(frozen=True)
class News:
    """Something to tell the person who waits.

    Attributes:
        sentence: what happened to the rollout as a whole; empty when it is about one client.
        target: the client it is about, as it now is.
        step: what is done to that client right now.
    """

    rollout: str
    wave: int
    sentence: str = ""
    target: TargetRecord | None = None
    step: str = ""


Listener = Callable[[News], None]


class Halted(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Somebody left the word to pause or to abort."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word = word


@dataclass
class Crew:
    """The state of a rollout that is being run. Several threads use it."""

    world: World
    record: RolloutRecord
    request: RolloutRequest
    lease: Lease
    listener: Listener
    targets: dict[int, TargetRecord]
    wave: int
    bundles: dict[str, Bundle] = field(default_factory=dict)
    broken: threading.Event = field(default_factory=threading.Event)
    _telling: threading.Lock = field(default_factory=threading.Lock)

    @property
    def soak(self) -> int:
        return self.request.soak_of(self.record.waves)

    def those(self, states: Iterable[TargetState], *, wave: int = 0) -> list[TargetRecord]:
        """The clients in one of these states: of one wave, or of all."""
        wanted = set(states)
        found = (each for _, each in sorted(self.targets.items()))
        return [each for each in found if each.state in wanted and wave in (0, each.wave)]

    def over_budget(self) -> bool:
        failed = sum(each.state in FAILED for each in self.targets.values())
        return failed > self.request.max_failures

    def note(self, target: TargetRecord) -> TargetRecord:
        """Write down and tell how far a client is.

        Raises:
            LockedError: another process has taken over, or another rollout has the client open.
        """
        rollout = self.record.id
        kept(self.world.store.rollouts.note(self.lease.runner, target), rollout)
        self.targets[target.number] = target
        self.tell(News(rollout, self.wave, target=target))
        return target

    def say(self, sentence: str) -> None:
        self.tell(News(self.record.id, self.wave, sentence))

    def tell(self, news: News) -> None:
        with self._telling:
            self.listener(news)

    def halt_if_asked(self) -> None:
        """Obey the word that was left.

        Raises:
            Halted: it is not to go on.
            LockedError: another process has taken over.
        """
        word = self.lease.word()
        if word is not Word.RUN:
            raise Halted(word)
