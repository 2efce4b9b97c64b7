"""Make docs/pictures of the panel from the real thing: a fleet on hosts in memory, in a real browser.

    .venv/bin/python -m tools.panel_pictures [folder]

Each page light and dark, and some 390 pixels wide; the ones for the documents are kept, the others are for
whoever changed a template to look at.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvicorn
from playwright.sync_api import BrowserContext, sync_playwright

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.alerting import DUTY, settle
from leadengine_ctl.panel.app import create_app
from leadengine_ctl.panel.door import cookies
from leadengine_ctl.panel.serving import build_desk
from leadengine_ctl.panel.signup.registrar import Registrar
from leadengine_ctl.panel.worker import Worker
from leadengine_ctl.planning.alerts import Finding
from tests.lab.browser import CHROMIUM
from tests.lab.panel_scene import mailing, open_door, pay_newest, sell
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack

PICTURES = Path("docs/pictures")
KEPT = ("fleet", "client", "rollout", "deploy", "operation")
PORT = 8791
WRONG = "brightside is red: a service is not healthy."
URL = f"http://127.0.0.1:{PORT}"
NAMES = (
    "acme", "alder-works", "bakery-lindt", "blue-door", "brightside", "cedar-clinic", "dune-travel",
    "ember-gym", "fjord-homes", "harbour-law", "ivory-dental", "juniper-spa", "kite-school", "lumen-solar",
    "maple-realty", "north-yoga", "oak-and-iron", "pine-legal", "quartz-audio", "river-vets", "stone-oven",
)  # fmt: skip


def _was_well(number: int, hours: float) -> bool:
    return (number, hours > 2) != (4, False) and not 9 < hours < 9.6


def fill(fleet: Fleet) -> str:
    """A fleet with something to look at; returns the id of a rollout that was stopped."""
    fleet.add(*NAMES)
    fleet.publish("1.1.0")
    reporting = Reporting(fleet.world.store)
    now = time.time()
    for number, name in enumerate(NAMES):
        host = f"host-{name}"
        reporting.use(
            host, name, 30, scale=40 + 37 * (number % 9), growth=0.03 - 0.008 * (number % 7)
        )
        reporting.past(host, days=6, well=partial(_was_well, number), fills=0.3 * number)
    reporting.event(
        "host-acme", "acme", 1, ("backup", "backup", "done", "412 MB, verified by a restore")
    )
    reporting.event("host-acme", "acme", 2, ("health", "restarted", "done", "the worker had died"))
    fleet.order_faults("cedar-clinic", gate=("1.1.0",))
    fleet.update("--all", "--canary", "acme", "--canary", "alder-works", "--waves", "20%,100%")
    for number, name in enumerate(NAMES):
        if number in {7, 12}:
            continue
        runs = fleet.runs(name)
        days = 9 if number == 9 else 74 - number
        point = now - (31 if number == 10 else 3 + number / 4) * 3600
        stack = a_stack(name, healthy=number != 4, days=days, release=runs, recovery_point=point)
        reporting.report(f"host-{name}", a_beat(stack, disk_free=int((41 - number) * 1e9)))
    _take_points(fleet)
    sell(fleet, "acme")
    return fleet.rollout().id


def _take_points(fleet: Fleet) -> None:
    """A client with recovery points, one of them proven, and a restore to undo."""
    deploy = ("deploy", "stonemill", "stonemill.test", "--host", "memory://host-stonemill")
    for words in (
        deploy,
        ("backup", "stonemill"),
        ("backup", "verify", "stonemill"),
        ("restore", "stonemill", "--yes"),
    ):
        done = fleet.lectl(*words)
        if done.code:
            raise SystemExit(done.err)


@contextmanager
def served(fleet: Fleet) -> Iterator[None]:
    """The panel and a worker, for as long as the pictures take."""
    world = fleet.world
    desk = build_desk(world, URL)
    settle(world, [Finding("client", "brightside", "critical", WRONG)])
    world.store.duties.take(DUTY, "pictures", 600)
    world.store.duties.done(DUTY)
    config = uvicorn.Config(create_app(desk), port=PORT, log_level="error")
    server, worker = uvicorn.Server(config), Worker(world, 2)
    registrar = Registrar(world)
    runs = (server.run, worker.run, registrar.run)
    threads = [threading.Thread(target=each, daemon=True) for each in runs]
    for thread in threads:
        thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        worker.stop()
        registrar.stop()
        worker.wait(20)


def sign_in(fleet: Fleet, context: BrowserContext) -> None:
    store = fleet.world.store
    person = store.people.find("maria@leadengine.io") or store.people.add(
        "maria@leadengine.io", Role.OWNER
    )
    token = store.sessions.open(person.id, proven=True).get_secret_value()
    # Only an HTTPS address may set such a cookie this way; a browser sends it to its own machine too.
    address = URL.replace("http:", "https:")
    context.add_cookies(
        [
            {
                "name": cookies.SESSION,
                "value": token,
                "url": address,
                "secure": True,
                "httpOnly": True,
            }
        ]
    )


def draw(fleet: Fleet, folder: Path) -> None:
    """All pictures."""
    rollout = fill(fleet)
    with served(fleet), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for scheme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
            context = browser.new_context(
                color_scheme=scheme,  # type: ignore[arg-type]
                viewport={"width": width, "height": 900},
                base_url=URL,
            )
            draw_door(context, folder, f"{scheme}-{width}")
            draw_sign_up(fleet, context, folder, f"{scheme}-{width}")
            sign_in(fleet, context)
            draw_inside(context, folder, f"{scheme}-{width}", rollout)
            context.close()
        browser.close()


def draw_door(context: BrowserContext, folder: Path, kind: str) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.screenshot(path=folder / f"sign-in-{kind}.png")
    page.close()


def draw_inside(context: BrowserContext, folder: Path, kind: str, rollout: str) -> None:
    page = context.new_page()
    for name, path in (
        ("fleet", "/"),
        ("client", "/clients/acme"),
        ("host", "/hosts/host-brightside"),
        ("hosts", "/hosts"),
        ("rollouts", "/rollouts"),
        ("rollout", f"/rollouts/{rollout}"),
        ("new-rollout", "/rollouts/new"),
        ("operations", "/operations"),
        ("deploy", "/deploy"),
        ("team", "/team"),
        ("audit", "/audit?verify=true"),
        ("account", "/account"),
        ("approvals", "/approvals"),
        ("logs", "/clients/acme/logs"),
        ("alerts", "/alerts"),
        ("points", "/clients/stonemill/points"),
        ("generations", "/clients/acme/generations"),
        ("back-up-all", "/backups/new"),
        ("signups", "/signups"),
    ):
        page.goto(path)
        page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
    page.close()
    draw_doing(context, folder, kind)


def draw_doing(context: BrowserContext, folder: Path, kind: str) -> None:
    """What is seen on the way to something that is done."""
    page = context.new_page()
    page.goto("/clients/stonemill/points")
    page.get_by_role("button", name="Restore ").first.click()
    page.screenshot(path=folder / f"restore-{kind}.png", full_page=True)
    page.goto("/clients/acme")
    page.get_by_role("button", name="Link to its bills").click()
    page.screenshot(path=folder / f"bills-{kind}.png", full_page=True)
    client = f"new-{kind.replace('light', 'l').replace('dark', 'd')}"
    page.goto("/deploy")
    page.get_by_label("Client").fill(client)
    page.get_by_label("Domain").fill(f"{client}.test")
    page.get_by_text("A host that is not known yet").click()
    page.get_by_label("Address").fill(f"memory://host-{client}")
    page.get_by_role("button", name="Show the plan").click()
    page.screenshot(path=folder / f"plan-{kind}.png", full_page=True)
    page.get_by_role("button", name="Deploy").click()
    page.get_by_role("button", name="Show sign-in and snippet").wait_for(timeout=60_000)
    page.screenshot(path=folder / f"operation-{kind}.png", full_page=True)
    page.get_by_role("button", name="Show sign-in and snippet").click()
    page.get_by_text("It is not shown again", exact=False).wait_for()
    page.screenshot(path=folder / f"credentials-{kind}.png", full_page=True)
    page.close()


def draw_sign_up(fleet: Fleet, context: BrowserContext, folder: Path, kind: str) -> None:
    """Each page that a stranger comes by."""
    page = context.new_page()

    def keep(name: str, heading: str) -> None:
        page.get_by_role("heading", name=heading).wait_for(timeout=60_000)
        page.screenshot(path=folder / f"start-{name}-{kind}.png", full_page=True)

    page.goto("/start")
    keep("1-plan", "Leads from your website")
    page.get_by_label("Your e-mail").fill(f"ann@{kind}-shop.test")
    page.get_by_role("button", name="Continue").click()
    keep("2-company", "Who are you?")
    page.get_by_label("Company").fill(f"Shop {kind}")
    page.get_by_label("Website").fill(f"www.{kind}-shop.test")
    page.get_by_role("button", name="Save").click()
    keep("3-payment", "Payment")
    page.get_by_role("button", name="To the payment").click()
    page.get_by_role("link", name="Pay by card").wait_for()
    keep("4-paying", "Payment")
    pay_newest(fleet.world)
    keep("5-live", "You are live")
    page.get_by_role("button", name="Show the first password").click()
    keep("6-password", "Your first password")
    page.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        data = Path(home) / "data"
        publish(data, a_draft())
        with mailing() as mails:
            environment = {**Cli.environment(data, Path(home)), **open_door(mails)}
            os.environ.update(environment)
            draw(Fleet(Cli(data, environment)), folder)
    for name in KEPT:
        kind = "light-1440"
        (PICTURES / f"panel-{name}.png").write_bytes((folder / f"{name}-{kind}.png").read_bytes())
    (PICTURES / "panel-dark.png").write_bytes((folder / "fleet-dark-1440.png").read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/screenshots/panel"))
