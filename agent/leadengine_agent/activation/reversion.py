"""What is remembered of automatic rollbacks: at most one for a generation.

Whoever orders it again is told of the first, unless he insists.
"""

import datetime

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Failure, FailureCode
from leadengine_agent.records import Record
from leadengine_agent.stack import forget_state, read_state, write_state

_NOTE = "rolled-back"
_KEPT = 20
"""Notes; a generation that old is not ordered again."""


def remember(layout: StackLayout, candidate: Record, failure: Failure) -> None:
    """Note the failure before the way back begins: killed in between, the next run goes back too."""
    notes = read_state(layout, _NOTE)
    notes[candidate.key] = {
        "release": candidate.release,
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "failure": failure.model_dump(mode="json"),
    }
    write_state(layout, _NOTE, dict(list(notes.items())[-_KEPT:]))


def forget(layout: StackLayout) -> None:
    """A person asked for another try."""
    forget_state(layout, _NOTE)


def earlier_failure(layout: StackLayout, candidate: Record) -> TaskFailure | None:
    """Why this very generation was rolled back before; None when it was not."""
    note = read_state(layout, _NOTE).get(candidate.key)
    if note is None:
        return None
    first = Failure.model_validate(note["failure"])
    return TaskFailure(
        FailureCode.GATE,
        f"Release {candidate.release} was rolled back here before, and is not tried again by itself.",
        f"On {note['at']}: {first.why}",
        "Fix the release, or insist with `lectl update CLIENT --retry`.",
        first.logs,
    )


def after_rollback(error: TaskFailure) -> TaskFailure:
    """The same failure, saying that the generation before serves again."""
    failure = error.failure
    hint = f"The generation before serves again; nothing was lost. {failure.hint}"
    told = TaskFailure(failure.code, failure.what, failure.why, hint, failure.logs)
    told.failure = failure.model_copy(update={"rolled_back": True, "hint": hint})
    return told
