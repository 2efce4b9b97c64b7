"""How well a client is backed up, judged here: by what its host said, by our own clock, by silence."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from leadengine_agent.protocol import BackupState, Target, TargetState
from leadengine_ctl.fleet.records import ClientRecord, RecoveryRecord
from leadengine_ctl.planning.freshness import Place, Promise, Verdict, judge

_EVERY = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "never": None}


@dataclass(frozen=True)
class Freshness:
    """A verdict, and what it rests on.

    Attributes:
        state: what the host said, now or the last time; None: it never said anything.
        heard_at: when it said so; empty: just now.
    """

    verdict: Verdict
    state: BackupState | None
    heard_at: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        state, newest = self.state, self.verdict.newest
        return {
            "condition": self.verdict.condition.value,
            "red": self.verdict.red,
            "sentence": self.verdict.sentence,
            "newest_at": newest.isoformat() if newest else None,
            "newest": state.newest if state else None,
            "verified_at": (state.verified or None) if state else None,
            "verified_point": state.verified_point if state else None,
            "rpo_seconds": state.rpo_seconds if state else None,
            "rto_seconds": state.rto_seconds if state else None,
            "heard_at": self.heard_at or None,
            "targets": [each.model_dump(mode="json") for each in state.targets] if state else [],
        }


def freshness(
    record: ClientRecord, said: BackupState | None, known: RecoveryRecord | None, *, heard: bool
) -> Freshness:
    """Judge a client's points.

    Args:
        said: what its host says right now; None: it says nothing of them, or nothing at all.
        known: what the store remembers.
        heard: the host answered just now.
    """
    before = remembered(known)
    state = said if heard else before
    policy = record.spec.backup
    states = {each.name: each for each in state.targets} if state else {}
    every = _EVERY[policy.schedule.every] if policy.targets else None
    verdict = judge(
        [_place(target, states.get(target.name)) for target in policy.targets],
        Promise(every, _time(record.created_at) or datetime.now(UTC)),
        datetime.now(UTC),
        heard=heard,
        alarms=_alarms(state, before if heard else None),
        proof_due=_time(state.drill_overdue_after) if state else None,
    )
    return Freshness(verdict, state, "" if heard or known is None else known.heard_at or "")


def was_cut(said: BackupState, before: BackupState | None) -> bool:
    """True when a host's catalogue is shorter than it was, or another one of the same length."""
    if before is None:
        return False
    (old, hash_then), (new, hash_now) = before.chain, said.chain
    return new < old or (new == old and hash_then != hash_now)


def remembered(known: RecoveryRecord | None) -> BackupState | None:
    """What a host said the last time."""
    if known is None or known.report is None:
        return None
    try:
        return BackupState.model_validate_json(known.report)
    except ValidationError:
        # Written by another version: as good as never heard.
        return None


def _alarms(state: BackupState | None, before: BackupState | None) -> tuple[str, ...]:
    if state is None:
        return ()
    if was_cut(state, before):
        cut = "The host's catalogue of points lost entries that were in it before."
        return (*state.alarms, cut)
    return state.alarms


def _place(target: Target, state: TargetState | None) -> Place:
    newest = _time(state.last_good) if state else None
    failure = state.why if state and not state.good else ""
    return Place(target.name, target.kind != "local", newest, failure)


def _time(text: str) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
