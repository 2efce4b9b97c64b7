"""What a person is told about a lead, and how Slack's refusals are told to us."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest

from leadengine.notifications import slack
from leadengine.notifications.notices import Notice
from leadengine.notifications.telling import as_line, as_mail, channels
from leadengine.settings import Settings, load

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://x",
    "REDIS_URL": "redis://x",
    "SESSION_SECRET": "x" * 32,
    "CLIENT_ID": "0" * 24,
    "CLIENT_NAME": "acme",
    "CLIENT_DOMAIN": "leads.acme.test",
}
REASONS: list[dict[str, str | int]] = [
    {"axis": "engagement", "words": "asked to be contacted", "points": 50}
]
NOTICE = Notice(
    UUID(int=7),
    "asked",
    "mail",
    "ann@acme.test",
    "Ann Miller",
    "Acme",
    75,
    90,
    REASONS,
    "bob@x.test",
)


def settings(**more: str) -> Settings:
    return load(Settings, {**ENVIRONMENT, **more})


@contextmanager
def webhook(status: int) -> Iterator[tuple[str, list[object]]]:
    """What Slack is to us: an address that takes JSON."""
    said: list[object] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/services/canary", said
    server.shutdown()
    thread.join()
    server.server_close()


def test_mail_has_all_that_is_needed_to_call_back() -> None:
    text = as_mail(settings(), NOTICE)
    for needed in ("Ann Miller", "ann@acme.test", "Acme", "+50 asked to be contacted"):
        assert needed in text
    assert f"https://leads.acme.test/leads/{NOTICE.lead_id}" in text


def test_channel_learns_initials_and_a_link_but_no_person() -> None:
    line = as_line(settings(), NOTICE)
    assert "A.M." in line
    assert "ann@acme.test" not in line
    assert "Miller" not in line


def test_only_what_is_configured_is_used() -> None:
    assert channels(settings()) == ()
    assert channels(settings(SMTP_HOST="mail.test")) == ("mail",)
    assert channels(settings(SMTP_HOST="m", SLACK_WEBHOOK="https://s")) == ("mail", "slack")


def test_slack_gets_the_line() -> None:
    with webhook(200) as (address, said):
        slack.post(address, "hello")
    assert said == [{"text": "hello"}]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_refusal_is_told_without_the_secret_address(status: int) -> None:
    with webhook(status) as (address, _), pytest.raises(slack.SlackError) as caught:
        slack.post(address, "hello")
    assert str(caught.value) == f"Slack did not take the message: it answered {status}"


@pytest.mark.parametrize(
    "address",
    ["", "file:///etc/passwd", "http://127.0.0.1:1/canary", "https://[canary", "http://\n"],
)
def test_bad_address_is_one_sentence_without_the_address(address: str) -> None:
    with pytest.raises(slack.SlackError) as caught:
        slack.post(address, "hello")
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)
