"""Strangers who sign up, and the panel's own parts that let them go on."""

import re
from dataclasses import dataclass, field

from leadengine_ctl.billing.stripe_server import StripeServer
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.hosts.memory_state import MemoryState
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.advancing import advance
from tests.lab.mail import MailSink
from tests.unit.billing.stripe_server import Account
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Browser, Panel

ANN = "ann@acme-shop.test"
ACME = {"company": "Acme Shop", "domain": "www.acme-shop.test", "colour": "#0f766e"}


@dataclass
class Lobby:
    """A panel that is open to strangers."""

    fleet: Fleet
    account: Account
    server: StripeServer
    mails: MailSink
    panel: Panel = field(init=False)

    def __post_init__(self) -> None:
        self.panel = Panel.open(self.fleet.lectl.folder)

    @property
    def world(self) -> World:
        return self.fleet.world

    def arrive(self, email: str = ANN, plan: str = "hosted") -> Browser:
        """A stranger begins."""
        browser = self.panel.stranger()
        assert browser.get("/start").status_code == 200
        answer = browser.post("/start", {"plan": plan, "email": email})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/start/mine"), (
            answer.text
        )
        return browser

    def buy(self, email: str = ANN, plan: str = "hosted") -> Browser:
        """From the first page to the payment, by forms."""
        browser = self.arrive(email, plan)
        assert browser.post("/start/mine/company", ACME).status_code == 303
        assert browser.post("/start/mine/payment").status_code == 303
        self.account.customers.pay_at(self.one().checkout)
        return browser

    def one(self) -> SignupRecord:
        """The newest sign-up."""
        return self.world.store.signups.all()[0]

    def go_on(self) -> SignupRecord:
        """One step of the registrar, and whatever job waits."""
        world = self.world
        advance(world, self.server, self.one())
        job = world.store.jobs.claim("a-runner", jobs.LEASE)
        if job is not None:
            jobs.carry_out(world, job, "a-runner")
        return self.one()

    def host(self, name: str) -> MemoryState:
        """What a host in memory has."""
        kept = self.fleet.lectl.folder / "memory" / f"{name}.json"
        return MemoryState.model_validate_json(kept.read_text())

    def until(self, state: str) -> SignupRecord:
        for _ in range(10):
            if self.one().state == state:
                return self.one()
            self.go_on()
        message = f"{self.one()}"
        raise AssertionError(message)

    def letters(self) -> list[str]:
        """The subjects that were mailed."""
        return [str(each["Subject"]) for each in self.mails.messages]

    def link(self) -> str:
        """The secret in the first mail's link."""
        body = self.mails.messages[0].get_body(("plain",))
        assert body is not None
        found = re.search(r"https://panel\.test/start/go#([\w-]{43})", body.get_content())
        assert found, body.get_content()
        return found[1]
