"""Mail over a real connection; a server that says no is a sentence, not a crash."""

import socket
import traceback
from collections.abc import Iterator
from email.message import Message as Parsed
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from leadengine.notifications.mail import MailError, compose, send
from leadengine.settings import MailSettings


class Sink(Message):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Parsed] = []

    def handle_message(self, message: Parsed) -> None:
        self.kept.append(message)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server() -> Iterator[Controller]:
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def signing_server() -> Iterator[Controller]:
    """A server that asks who is there, without TLS."""
    anybody: dict[str, Any] = {
        "authenticator": lambda *_: AuthResult(success=True),
        "auth_require_tls": False,
    }
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port(), **anybody)
    controller.start()
    yield controller
    controller.stop()


def settings(port: int, **changes: object) -> MailSettings:
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_from": "hello@acme.test",
        "smtp_security": "none",
    }
    return MailSettings.model_validate({**values, **changes})


def test_message_arrives(server: Controller) -> None:
    using = settings(server.port)
    send(using, compose(using, "anna@shop.test", "Grüße", "Hello\n"))
    message = server.handler.kept[0]
    assert message["To"] == "anna@shop.test"
    assert message["From"] == "hello@acme.test"
    assert message["Message-ID"].endswith("@acme.test>")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"smtp_security": "starttls"}, "STARTTLS"),
        ({"smtp_user": "acme", "smtp_pass": "canary"}, "AUTH"),
        ({"smtp_security": "tls"}, "127.0.0.1"),
    ],
)
def test_refusal_is_a_sentence_without_the_password(
    server: Controller, changes: dict[str, object], reason: str
) -> None:
    using = settings(server.port, **changes)
    with pytest.raises(MailError, match=reason) as caught:
        send(using, compose(using, "anna@shop.test", "Hello", "Hello"))
    assert "canary" not in str(caught.value)


def test_message_without_a_sender_is_a_sentence(server: Controller) -> None:
    using = settings(server.port, smtp_from="", smtp_user="")
    with pytest.raises(MailError, match="neither SMTP_FROM nor SMTP_USER is set"):
        send(using, compose(using, "anna@shop.test", "Hello", "Hello"))


def test_password_that_cannot_be_sent_is_not_quoted(signing_server: Controller) -> None:
    using = settings(signing_server.port, smtp_user="acme", smtp_pass="canary-\u00fc")
    with pytest.raises(MailError, match="plain ASCII") as caught:
        send(using, compose(using, "anna@shop.test", "Hello", "Hello"))
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_dead_server_is_named() -> None:
    using = settings(free_port())
    with pytest.raises(MailError, match=f"127.0.0.1:{using.smtp_port} did not take the message"):
        send(using, compose(using, "anna@shop.test", "Hello", "Hello"))
