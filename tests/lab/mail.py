"""A mail server that keeps what it gets, reachable from lab hosts and from containers on them."""

import time
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.lab.engine import LabError


class MailSink:
    """SMTP without encryption or login on `address`:`port`.

    Attributes:
        messages: what arrived, oldest first.
    """

    port = 2525

    def __init__(self, address: str) -> None:
        self.address = address
        self.messages: list[EmailMessage] = []
        self._controller: Controller | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one message; the library calls this by its name."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 Kept"

    def start(self) -> None:
        self._controller = Controller(self, hostname=self.address, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections until `start`."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    def wait_for(self, recipient: str, seconds: float = 20, holding: str = "") -> EmailMessage:
        """Return the first message to this address with these words in it.

        Raises:
            LabError: none came in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.messages:
                if recipient in str(message["To"]) and holding in _words(message):
                    return message
            time.sleep(0.1)
        reason = f"no such mail to {recipient} within {seconds} s; {len(self.messages)} others"
        raise LabError(reason)


def _words(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return body.get_content() if body else ""
