"""Memory and mail keep the contract; webhooks keep it up to the network, which tests of this size lack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_agent.protocol import Mail
from leadengine_ctl.notify.base import Notifier
from leadengine_ctl.notify.mail import MailTo
from leadengine_ctl.notify.memory import Memory
from leadengine_ctl.notify.webhook import Slack, Webhook
from tests.conformance.notifier_suite import NOTICE, SECRET, NotifierSuite
from tests.lab.mail import MailSink


class TestMemory(NotifierSuite):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "notices"

    def good(self) -> Notifier:
        return Memory(self.path)

    def bad(self) -> Notifier:
        return Memory(self.path / SECRET / "none")

    def arrived(self) -> str:
        return self.path.read_text()


class TestMail(NotifierSuite):
    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        self.sink = MailSink("127.0.0.1")
        self.sink.start()
        yield
        self.sink.stop()

    def good(self) -> Notifier:
        server = Mail(host=self.sink.address, port=self.sink.port, security="none")
        return MailTo("oncall@panel.test", server)

    def bad(self) -> Notifier:
        return MailTo(f"{SECRET}@panel.test", Mail(host="127.0.0.1", port=9, security="none"))

    def arrived(self) -> str:
        message = self.sink.wait_for("oncall@panel.test")
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n{body.get_content()}".replace("\n ", " ")


@pytest.mark.parametrize("kind", [Webhook, Slack])
def test_a_webhook_says_what_it_says_in_json(
    kind: type[Webhook | Slack], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def keep(_url: str, value: dict[str, object], **_more: object) -> None:
        sent.append(str(value))

    monkeypatch.setattr("leadengine_ctl.notify.webhook.post_json", keep)
    kind("https://hooks.test/x").send(NOTICE)
    assert "acme is red" in sent[0]
    assert kind is Webhook or "<b>" not in sent[0], "Slack would read it as a link"
