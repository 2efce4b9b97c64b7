"""Mail through the client's own server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from leadengine.settings import MailSettings

TIMEOUT_SECONDS = 10


class MailError(Exception):
    """The server did not take the message; the text says why."""


def compose(
    settings: MailSettings, to: str, subject: str, text: str, reply_to: str = ""
) -> EmailMessage:
    """A plain message from the stack's own address.

    Args:
        reply_to: where an answer goes; empty: to the stack's own address.

    Raises:
        MailError: the stack has none.
    """
    message = EmailMessage()
    sender = settings.smtp_from or settings.smtp_user
    if not sender:
        raise MailError("mail has no sender: neither SMTP_FROM nor SMTP_USER is set")
    message["From"], message["To"], message["Subject"] = sender, to, subject
    if reply_to:
        message["Reply-To"] = reply_to
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(settings: MailSettings, message: EmailMessage) -> None:
    """Hand a message to the server; waits at most ten seconds for each of its answers.

    Raises:
        MailError: it was not taken.
    """
    try:
        with _connect(settings) as server:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_pass.get_secret_value())
            server.send_message(message)
    except UnicodeError:
        # Its text would quote the password.
        raise MailError("SMTP_USER, SMTP_PASS and addresses are plain ASCII") from None
    except (smtplib.SMTPException, OSError) as error:
        server_name = f"{settings.smtp_host}:{settings.smtp_port}"
        text = f"{server_name} did not take the message: {_reason(error)}"
        raise MailError(text) from error


def _connect(settings: MailSettings) -> smtplib.SMTP:
    where = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
