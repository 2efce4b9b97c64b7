"""Mail, by the operator's own mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

from pydantic import SecretStr

from leadengine_agent.protocol import Mail
from leadengine_ctl.notify.base import Notice, NotSentError

_TIMEOUT = 12.0


@dataclass(frozen=True)
class MailTo:
    """A mailbox."""

    address: str
    server: Mail
    password: SecretStr | None = None

    def send(self, notice: Notice) -> None:
        """Send it as plain text."""
        if self.server.host is None:
            raise NotSentError(
                "The message was not sent", "No mail server is set.", "Set SMTP_HOST."
            )
        message = EmailMessage()
        message["Subject"] = notice.subject
        message["From"] = self.server.sender or self.address
        message["To"] = self.address
        message["Message-ID"] = f"<{notice.id}@leadengine-panel>"
        message.set_content(f"{notice.text}\n\n{notice.url}\n")
        try:
            self._deliver(self.server.host, message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError("The message was not sent", type(error).__name__, "") from None

    def _deliver(self, host: str, message: EmailMessage) -> None:
        secure = ssl.create_default_context()
        if self.server.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.server.port, timeout=_TIMEOUT, context=secure
            )
        else:
            server = smtplib.SMTP(host, self.server.port, timeout=_TIMEOUT)
        with server:
            if self.server.security == "starttls":
                server.starttls(context=secure)
            if self.server.user and self.password:
                server.login(self.server.user, self.password.get_secret_value())
            server.send_message(message)
