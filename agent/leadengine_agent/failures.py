"""The one exception of the agent: a failure in three sentences, ready for the wire."""

import errno

from leadengine_agent.protocol import Failure, FailureCode


class TaskFailure(Exception):  # noqa: N818 - "failure" is the protocol's word
    """A task could not be carried out; `failure` says what, why and what to do."""

    def __init__(
        self, code: FailureCode, what: str, why: str, hint: str, logs: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.failure = Failure(code=code, what=what, why=why, hint=hint, logs=logs)


def from_os_error(error: OSError) -> TaskFailure:
    """Translate what the file system said."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(str(error.strerror))
    return TaskFailure(
        FailureCode.INTERNAL,
        "A file operation on the host failed.",
        f"{error.strerror}: {error.filename}",
        "Look at the host's file system, then run the command again.",
    )


def tells_of_full_disk(text: str) -> bool:
    """True when a program's words say that it could not write for want of room."""
    return "no space left on device" in text.lower()


def disk_full(why: str, logs: tuple[str, ...] = ()) -> TaskFailure:
    return TaskFailure(
        FailureCode.DISK_FULL,
        "The host's disk is full.",
        why,
        "Free some space (`docker system df` shows what Docker holds), then run the command again.",
        logs,
    )


def not_found(client: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.NOT_FOUND,
        f"There is no stack of client '{client}' on this host.",
        "It was never deployed here, or it was destroyed.",
        "`lectl status` shows where each client lives.",
    )
