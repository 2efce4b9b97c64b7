"""The ledger of rollouts: what was planned, how far each client is, and who may act on it.

One process runs a rollout at a time: whoever holds its lease. Each write of a runner checks in the same
statement that the lease is still its own, so that one who slept and was replaced changes nothing.
"""

import json
from collections.abc import Callable, Iterable

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Table,
    and_,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from leadengine_ctl.errors import LockedError, NotFoundError
from leadengine_ctl.fleet.clock import clock_of
from leadengine_ctl.fleet.records import (
    RolloutRecord,
    RolloutState,
    TargetRecord,
    TargetState,
    Word,
)

_GOING_ON = (RolloutState.RUNNING, RolloutState.PAUSED)
_RESUMABLE = (*_GOING_ON, RolloutState.PARTIAL)
_FAILED = (TargetState.FAILED, TargetState.ROLLED_BACK)


class Rollouts:
    def __init__(
        self, engine: Engine, rollouts: Table, targets: Table, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._rollouts = rollouts
        self._targets = targets
        self._now = now
        self._clock = clock_of(engine)

    def start(self, record: RolloutRecord, targets: Iterable[TargetRecord]) -> None:
        """Write a rollout and all of its targets down.

        Raises:
            LockedError: another rollout has one of the clients open.
        """
        rows = [_target_values(each) for each in targets]
        try:
            with self._engine.begin() as connection:
                values = {**record.model_dump(), "lease": 0.0}
                connection.execute(insert(self._rollouts).values(values))
                connection.execute(insert(self._targets), rows)
        except IntegrityError:
            raise _occupied() from None

    def get(self, rollout: str) -> RolloutRecord:
        """The rollout with this id.

        Raises:
            NotFoundError: there is none.
        """
        table = self._rollouts
        with self._engine.connect() as connection:
            row = connection.execute(select(table).where(table.c.id == rollout)).first()
        if row is None:
            raise NotFoundError(
                f"There is no rollout '{rollout}'",
                "The id was mistyped, or it was recorded in another store.",
                "See 'lectl rollout list'.",
            )
        return _rollout(row)

    def recent(self, limit: int) -> tuple[RolloutRecord, ...]:
        """The last rollouts, newest first."""
        table = self._rollouts
        newest = select(table).order_by(table.c.started_at.desc(), table.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return tuple(_rollout(row) for row in connection.execute(newest))

    def going_on(self) -> tuple[RolloutRecord, ...]:
        """Those that run or are paused."""
        table = self._rollouts
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).where(table.c.state.in_(_GOING_ON)))
            return tuple(_rollout(row) for row in rows)

    def targets(self, rollout: str) -> tuple[TargetRecord, ...]:
        """A rollout's clients, in the order of their waves."""
        table = self._targets
        mine = select(table).where(table.c.rollout == rollout).order_by(table.c.number)
        with self._engine.connect() as connection:
            return tuple(_target(row) for row in connection.execute(mine))

    def failed_steps(self) -> frozenset[tuple[str, str, str]]:
        """Every step that failed for a client: its name, from, to."""
        table = self._targets
        wanted = select(table).where(table.c.state.in_(_FAILED), table.c.path != "[]")
        with self._engine.connect() as connection:
            found = [_target(row) for row in connection.execute(wanted)]
        return frozenset((each.client, *each.failed_step) for each in found)

    def ask(self, rollout: str, word: Word) -> None:
        """Leave a word for whoever runs the rollout, now or later."""
        table = self._rollouts
        with self._engine.begin() as connection:
            connection.execute(update(table).where(table.c.id == rollout).values(wanted=word))

    def acquire(self, rollout: str, runner: str, seconds: float, dead: str = "") -> bool:
        """Take the lease, when nobody holds it.

        Args:
            dead: the beginning of names of runners that are known to be gone, though their lease
                has not lapsed; empty: none is.
        """
        table = self._rollouts
        free = [table.c.runner.is_(None), table.c.lease < self._clock]
        if dead:
            free.append(table.c.runner.startswith(dead, autoescape=True))
        mine = and_(table.c.id == rollout, table.c.state.in_(_RESUMABLE), or_(*free))
        change = update(table).where(mine)
        return self._write(
            change.values(
                runner=runner,
                lease=self._clock + seconds,
                state=RolloutState.RUNNING,
                ended_at=None,
                reason="",
            )
        )

    def renew(self, rollout: str, runner: str, seconds: float) -> bool:
        """Hold the lease for longer; False: it is lost."""
        change = update(self._rollouts).where(self._mine(rollout, runner))
        return self._write(change.values(lease=self._clock + seconds))

    def word(self, rollout: str, runner: str) -> Word | None:
        """The word that was left for the runner; None: it is the runner no more."""
        table = self._rollouts
        with self._engine.connect() as connection:
            word = connection.scalar(select(table.c.wanted).where(self._mine(rollout, runner)))
        return Word(word) if word else None

    def begin_wave(self, rollout: str, runner: str, wave: int) -> bool:
        """Note that a wave begins; False: the lease is lost."""
        return self._write(
            update(self._rollouts).where(self._mine(rollout, runner)).values(wave=wave)
        )

    def note(self, runner: str, target: TargetRecord) -> bool:
        """Write down how far a client is; False: the lease is lost.

        Raises:
            LockedError: it was to be opened and another rollout has it open.
        """
        table = self._targets
        held = select(self._rollouts.c.id).where(self._mine(target.rollout, runner))
        this = and_(
            table.c.rollout == target.rollout, table.c.number == target.number, held.exists()
        )
        try:
            return self._write(update(table).where(this).values(_target_values(target)))
        except IntegrityError:
            raise _occupied() from None

    def leave(self, rollout: str, runner: str, state: RolloutState, reason: str) -> bool:
        """Give the lease back with the rollout as it now is; False: it was lost before."""
        ended = None if state in _GOING_ON else self._now()
        change = update(self._rollouts).where(self._mine(rollout, runner))
        values = {"state": state, "reason": reason, "ended_at": ended, "runner": None}
        return self._write(change.values(values))

    def _mine(self, rollout: str, runner: str) -> ColumnElement[bool]:
        return and_(self._rollouts.c.id == rollout, self._rollouts.c.runner == runner)

    def _write(self, change: object) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(change).rowcount)  # type: ignore[call-overload]


def _target_values(target: TargetRecord) -> dict[str, object]:
    return {**target.model_dump(), "path": json.dumps(target.path)}


def _rollout(row: Row[tuple[object, ...]]) -> RolloutRecord:
    values = dict(row._mapping)
    del values["lease"]
    return RolloutRecord.model_validate(values)


def _target(row: Row[tuple[object, ...]]) -> TargetRecord:
    values = dict(row._mapping)
    return TargetRecord.model_validate({**values, "path": json.loads(str(values["path"]))})


def _occupied() -> LockedError:
    return LockedError(
        "Another rollout works on one of these clients",
        "A client is in one rollout at a time.",
        "See 'lectl rollout list'; wait until it ends, or abort it.",
    )
