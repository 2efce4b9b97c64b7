"""What restic says, in the words of the protocol."""

import json

from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.protocol import FailureCode

NO_REPOSITORY, LOCKED, WRONG_PASSWORD = 10, 11, 12
"""Exit codes of restic."""

_REFUSED = (
    "access denied", "accessdenied", "invalidaccesskeyid", "signaturedoesnotmatch",
    "permission denied", "unauthorized", "401", "403", "not authorized",
)  # fmt: skip
_GONE = (
    "connection refused", "no such host", "i/o timeout", "no route to host", "does not exist",
    "network is unreachable", "connection reset", "no answer within", "connection timed out",
    "nosuchbucket", "host key verification failed", "bind source path", "broken pipe", "eof",
)  # fmt: skip
_CORRUPT = (
    "ciphertext verification failed", "invalid data returned", "hash mismatch", "decrypt",
    "not found in repository index", "does not match id", "load(<data", "blob not found",
    "pack id does not match", "unexpected pack size", "invalid index", "not found in index",
    "size does not match", "repository contains errors", "unexpected eof", "id not found",
    "not found in repository",
)  # fmt: skip


class ResticError(Exception):
    """restic ended with an error.

    Attributes:
        lines: what it said, free of control characters.
        output: its standard output, whole and as it was.
    """

    def __init__(self, code: int, lines: tuple[str, ...], output: str = "") -> None:
        self.code = code
        self.output = output
        self.lines = tuple(_sentence(line) for line in lines)
        super().__init__(_last(self.lines) or f"restic ended with {code}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines).lower()


def _sentence(line: str) -> str:
    """What one line says: with `--json` restic packs its complaints into an object."""
    try:
        found = json.loads(line)
    except ValueError:
        return line
    if not isinstance(found, dict):
        return line
    error = found.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    said = f"error: {inner}" if inner else found.get("message")
    return str(said or line)


def _last(lines: tuple[str, ...]) -> str:
    """The line that says why: the first that names an error, else the last."""
    telling = (line for line in lines if "fatal" in line.lower() or "error" in line.lower())
    return next(telling, lines[-1] if lines else "")[:300]


def storage_failure(target: str, error: ResticError) -> TaskFailure:
    """Whose fault it is: the storage's, its credentials', the key's, the data's or the disk's."""
    if tells_of_full_disk(error.text):
        return disk_full(f"At the backup target '{target}': {error}")
    if error.code == WRONG_PASSWORD:
        return _failure(
            FailureCode.CORRUPT,
            f"The repository at '{target}' does not open with this client's key.",
            error,
            "It was replaced, or it is another client's. Nothing was changed; do not point two "
            "clients at one folder.",
        )
    if error.code == LOCKED:
        return _failure(
            FailureCode.STORAGE,
            f"The repository at '{target}' is locked.",
            error,
            "Somebody prunes or checks it. The next scheduled run tries again.",
        )
    if any(word in error.text for word in _CORRUPT):
        return corrupt(target, error.lines, str(error))
    if any(word in error.text for word in _REFUSED):
        return _failure(
            FailureCode.STORAGE,
            f"The storage of '{target}' refuses the credentials.",
            error,
            "Hand over working credentials; the next run tries again.",
        )
    what = f"The backup target '{target}' cannot be used."
    if error.code == NO_REPOSITORY or any(word in error.text for word in _GONE):
        what = f"The backup target '{target}' is not there."
    return _failure(
        FailureCode.STORAGE,
        what,
        error,
        "Bring the storage back; the next run tries again by itself.",
    )


def corrupt(target: str, lines: tuple[str, ...], why: str) -> TaskFailure:
    """What the storage gave back is not what was stored."""
    return TaskFailure(
        FailureCode.CORRUPT,
        f"What is stored at '{target}' is damaged.",
        why,
        "Nothing that serves was touched. Restore from another target or an older point, and take a "
        "new point now.",
        lines,
    )


def _failure(code: FailureCode, what: str, error: ResticError, hint: str) -> TaskFailure:
    return TaskFailure(code, what, str(error), hint, error.lines)
