"""One root for every error a person may meet, and the exit codes of design §7."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Process exit codes, the same for every command."""

    OK = 0
    ERROR = 1
    USAGE = 2
    PARTIAL = 3
    NOT_FOUND = 10
    LOCKED = 11
    NOT_ALLOWED = 12
    CHANGES_PENDING = 20
    INTERRUPTED = 130


class LeadEngineError(Exception):
    """An error in three sentences: what failed, why, what to do next.

    Args:
        what: what failed, with the host or client it concerns.
        why: the cause, as far as it is known.
        hint: what the person can do next.
        logs: last lines that show the failure, already free of secrets.
    """

    exit_code = ExitCode.ERROR

    def __init__(
        self, what: str, why: str = "", hint: str = "", *, logs: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint
        self.logs = logs


class UsageError(LeadEngineError):
    """The command's words are off."""

    exit_code = ExitCode.USAGE


class NotFoundError(LeadEngineError):
    exit_code = ExitCode.NOT_FOUND


class LockedError(LeadEngineError):
    """Somebody else is changing the same stack, or a newer operation has taken over."""

    exit_code = ExitCode.LOCKED


class HostBusyError(LockedError):
    """The host is carrying out another order; it may well take this one a little later."""


class NotAllowedError(LeadEngineError):
    """The state of the world forbids it: a name in use, a host key that changed."""

    exit_code = ExitCode.NOT_ALLOWED


class HostUnreachableError(LeadEngineError):
    """No conversation with the host was possible; nothing was changed on it by this attempt."""


class TaskFailedError(LeadEngineError):
    """The agent ran the task and it failed.

    Args:
        code: the `FailureCode` it gave.
        rolled_back: True: the new generation was in service, and the one before it is again.
    """

    def __init__(
        self,
        what: str,
        why: str,
        hint: str,
        *,
        code: str,
        logs: tuple[str, ...] = (),
        rolled_back: bool = False,
    ) -> None:
        super().__init__(what, why, hint, logs=logs)
        self.code = code
        self.rolled_back = rolled_back


class PartialError(LeadEngineError):
    """A part of what was asked for was done, and stays."""

    exit_code = ExitCode.PARTIAL


class StoppedError(LeadEngineError):
    """A person pressed Ctrl-C; what was under way can be taken up again."""

    exit_code = ExitCode.INTERRUPTED
