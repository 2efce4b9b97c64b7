"""A fleet, a panel, and an account at a server that speaks Stripe's API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadengine_ctl.billing.stripe_server import StripeServer
from tests.unit.billing.messages import SECRET
from tests.unit.billing.stripe_server import KEY, Account, serving
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.ready import make_ready
from tests.unit.panel.visitors import Panel


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An account without anything in it."""
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: Account) -> Fleet:
    """The client acme, and settings that lead to the account."""
    folder = tmp_path / "data"
    make_ready(folder)
    environment = {
        **Cli.environment(folder, tmp_path),
        "LECTL_STRIPE_KEY": KEY,
        "LECTL_STRIPE_ENDPOINT": account.url,
        "LECTL_STRIPE_WEBHOOK_SECRET": SECRET,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = Fleet(Cli(folder, environment))
    made.add("acme")
    return made


@pytest.fixture
def server(account: Account) -> StripeServer:
    """The library, without patience of its own."""
    return StripeServer(SecretStr(KEY), account.url, retries=0)


@pytest.fixture
def panel(fleet: Fleet) -> Panel:
    return Panel.open(fleet.lectl.folder)
