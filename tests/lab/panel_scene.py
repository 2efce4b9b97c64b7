"""What a panel is looked at with: a fleet that reports and pays, a door for strangers, a browser for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from leadengine_ctl.billing.memory_customers import MemoryCustomers
from leadengine_ctl.billing.registry import open_server
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.setup import set_up
from leadengine_ctl.operations.billing.subscribe import make_offer, subscribe
from tests.lab.browser import CHROMIUM
from tests.lab.engine import LabError
from tests.lab.mail import MailSink
from tests.lab.served_panel import Served, join
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack
from tests.unit.reporting.panel import free_port

PATIENCE = 120_000.0
CLOUD = "leads.test"


@contextmanager
def mailing() -> Iterator[MailSink]:
    """A mail server on this machine."""
    sink = MailSink("127.0.0.1")
    sink.port = free_port()
    sink.start()
    yield sink
    sink.stop()


def open_door(mails: MailSink) -> dict[str, str]:
    """The settings of a panel at which strangers sign up, and pay a server that is only pretended."""
    return {
        "LECTL_BILLING": "memory", "LECTL_SIGNUP": "yes", "LECTL_SIGNUP_AN_HOUR": "1000",
        "SMTP_HOST": mails.address, "SMTP_PORT": str(mails.port), "SMTP_SECURITY": "none",
        "SMTP_FROM": "hello@leads.test",
    }  # fmt: skip


@contextmanager
def a_fleet(home: Path) -> Iterator[Fleet]:
    """Two clients that report, an update of them, and the settings for this process and the panel's."""
    publish(home / "data", a_draft())
    with mailing() as mails, pytest.MonkeyPatch.context() as patch:
        environment = {**Cli.environment(home / "data", home), **open_door(mails)}
        for name, value in environment.items():
            patch.setenv(name, value)
        found = Fleet(Cli(home / "data", environment))
        found.add("acme", "beta")
        reporting = Reporting(found.world.store)
        for number, name in enumerate(("acme", "beta")):
            reporting.past(f"host-{name}", days=2)
            reporting.use(f"host-{name}", name, 30)
            reporting.event(f"host-{name}", name, 1, ("health", "restarted", "done", "had died"))
            reporting.report(f"host-{name}", a_beat(a_stack(name, healthy=number == 0)))
        found.publish("1.1.0")
        done = found.update("acme")
        sell(found, "acme")
        if done.code:
            raise LabError(done.err)
        yield found


def sell(fleet: Fleet, client: str) -> None:
    """A client that pays by bill, and a shared stack for those who sign up."""
    world = fleet.world
    server = open_server(world.settings)
    set_up(world, server)
    subscribe(world, server, make_offer(world, client, "self-hosted", (None, None), "invoice"))
    take_in(world, server)
    words = ("cloud", "create", CLOUD, "ops@leads.test", "--host", "memory://shared")
    done = fleet.lectl(*words)
    if done.code:
        raise LabError(done.err)


def pay_newest(world: World) -> None:
    """Whoever signed up last pays on the payment server's page."""
    MemoryCustomers(open_server(world.settings)).pay_at(world.store.signups.all()[0].checkout)  # type: ignore[arg-type]


@contextmanager
def browsers(panel: Served, playwright: Playwright) -> Iterator[dict[Role | None, BrowserContext]]:
    """A browser for each role, of people who came by an invitation, with a password and an app.

    None: a stranger's.
    """
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if CHROMIUM.exists() else None,
        args=["--no-sandbox", "--disable-background-networking"],
    )
    found: dict[Role | None, BrowserContext] = {}
    for role in (*Role, None):
        found[role] = browser.new_context(base_url=panel.url)
        found[role].set_default_timeout(PATIENCE)
        if role:
            page = found[role].new_page()
            join(page, panel.invite(f"{role}@panel.test", role))
            page.close()
    yield found
    browser.close()
