"""The contract of every way to tell people."""

from dataclasses import dataclass
from typing import Literal, Protocol

from leadengine_ctl.errors import LeadEngineError


@dataclass(frozen=True)
class Notice:
    """A message: about an incident that began or ended, a test, or a sign of life.

    Attributes:
        subject: one line. `text`: a sentence or two. `url`: where to look, or empty.
        state: `opened`, `closed`, `test`, or `alive`: nothing is wrong, and alerts arrive.
        about: the client or host; `fleet`: several of them.
    """

    id: str
    subject: str
    text: str
    url: str
    state: Literal["opened", "closed", "test", "alive"]
    severity: Literal["warning", "critical"]
    about: str


class NotSentError(LeadEngineError):
    """The message did not arrive, or nobody knows whether it did."""


class Notifier(Protocol):
    """One way to tell people.

    A call returns when the other side has taken the message, within 15 seconds. It never retries: whoever
    calls does, with the same id. Nothing of the target, which may be a secret, stands in an error.

    Raises:
        NotSentError: it did not arrive.
    """

    def send(self, notice: Notice) -> None: ...
