"""A panel at which strangers may sign up, a hosted stack in memory, a payment server, a mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.operations.billing.setup import set_up
from tests.lab.mail import MailSink
from tests.unit.billing.conftest import account, fleet, server
from tests.unit.billing.stripe_server import Account
from tests.unit.ctl.fleet import Fleet
from tests.unit.reporting.panel import free_port
from tests.unit.signup.people import Lobby

__all__ = ["account", "fleet", "server"]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    sink = MailSink("127.0.0.1")
    sink.port = free_port()
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(sink.port))
    monkeypatch.setenv("SMTP_SECURITY", "none")
    monkeypatch.setenv("SMTP_FROM", "hello@le.test")
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def lobby(
    fleet: Fleet,
    account: Account,
    server: StripeServer,
    mails: MailSink,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Lobby:
    """Open, with a place for clients and prices to pay."""
    monkeypatch.setenv("LECTL_SIGNUP", "yes")
    monkeypatch.setenv("LECTL_SIGNUP_AN_HOUR", "1000")
    monkeypatch.setenv("LECTL_PANEL_URL", "https://panel.test")
    monkeypatch.setenv("LECTL_RESOLVERS", "127.0.0.1:9")
    words = ("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert fleet.lectl(*words).code == 0
    set_up(fleet.world, server)
    return Lobby(fleet, account, server, mails)
