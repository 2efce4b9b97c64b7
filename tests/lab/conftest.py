"""The lab as fixtures; docs/how-to/lab.md explains them with examples."""

import itertools
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from leadengine_ctl.fleet.store import Store
from tests.lab.acme import Pebble, start_pebble
from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.mail import MailSink
from tests.lab.names import Names, start_names
from tests.lab.operator import Operator
from tests.lab.panel import lab_panel, panel_settings
from tests.lab.registry import Registry, start_registry
from tests.lab.run import Run, lab_run
from tests.lab.stocked import discard_stock, start_stocked, take_stock
from tests.lab.vps import Size, Vps, make_key, start_vps
from tests.unit.reporting.panel import PanelServer

MakeVps = Callable[..., Vps]

_LONGEST = {
    "test_killed_anywhere.py": 0,
    "test_bad_releases.py": 1,
    "test_updates_under_load.py": 2,
    "test_fleet_rollout.py": 3,
}
"""File -> its place in the queue: what takes ten minutes must not begin last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests below this folder as tests of the lab; let the longest files begin first."""
    items.sort(key=lambda item: _LONGEST.get(item.path.name, len(_LONGEST)))
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker Engine on this machine, installed when missing, and the lab's images on it."""
    subprocess.run(("sh", "tools/engine.sh"), check=True)
    subprocess.run(("python3", "tools/images.py", "--lab"), check=True)


@pytest.fixture(scope="session")
def product_images(engine: None) -> None:
    """The images of a stack on this machine's engine, built from the files as they are now."""
    subprocess.run(("python3", "tools/images.py"), check=True)


@pytest.fixture(scope="session")
def run(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """This run's network and everything on it."""
    with lab_run(tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="session")
def authority(run: Run) -> Authority:
    """The root behind the lab's own services."""
    return Authority.create(run.folder)


@pytest.fixture(scope="session")
def names(run: Run) -> Names:
    """Name service: `names.point("leads.acme.test", vps.address)`."""
    return start_names(run)


@pytest.fixture(scope="session")
def pebble(run: Run, names: Names, authority: Authority) -> Pebble:
    """A certificate authority that speaks ACME."""
    return start_pebble(run, names, authority)


@pytest.fixture(scope="session")
def registry(run: Run, names: Names, authority: Authority) -> Registry:
    """A private registry with TLS and a login."""
    return start_registry(run, names, authority)


@pytest.fixture
def mail(run: Run) -> Iterator[MailSink]:
    """An empty mail server on the lab's network."""
    sink = MailSink(run.gateway)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
def ssh_key(run: Run) -> Path:
    """File of the private key that may sign in to every lab host."""
    return make_key(run.folder)


@pytest.fixture(scope="session")
def make_vps(run: Run, names: Names, ssh_key: Path) -> MakeVps:
    """Boot bare hosts by hand: `make_vps(memory_mb=1024, disk_mb=2000)`; they go with the run."""
    numbers = itertools.count(1)

    def make(memory_mb: int | None = None, disk_mb: int | None = None) -> Vps:
        return start_vps(run, f"vps{next(numbers)}", ssh_key, Size(memory_mb, disk_mb))

    return make


@pytest.fixture
def vps(make_vps: MakeVps) -> Iterator[Vps]:
    """A bare host of the test's own: no Docker, no Python."""
    host = make_vps()
    yield host
    host.remove()


@pytest.fixture(scope="module")
def prepared_vps(make_vps: MakeVps) -> Iterator[Vps]:
    """A host with a Docker Engine, shared by the tests of one module."""
    host = make_vps()
    host.install_engine()
    yield host
    host.remove()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers: the only one of its module, and ended with it.

    It keeps an event loop running in this thread: beside it no second one starts, nor `asyncio.run`.
    """
    with sync_playwright() as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Browser:
    """Headless Chromium: `with browser.open({"leads.acme.test": vps.address}, (root,)) as page`."""
    return Browser(playwright)


@pytest.fixture(scope="module")
def bare_vps(make_vps: MakeVps) -> Iterator[Vps]:
    """A bare host, shared by the tests of one module."""
    host = make_vps()
    yield host
    host.remove()


@pytest.fixture(scope="session")
def make_stocked_vps(
    product_images: None, run: Run, names: Names, ssh_key: Path
) -> Iterator[MakeVps]:
    """Boot hosts that have an engine and every image of a stack already."""
    stock = take_stock(run, ssh_key)
    numbers = itertools.count(1)
    yield lambda: start_stocked(run, f"stocked{next(numbers)}", ssh_key, stock)
    discard_stock(stock)


@pytest.fixture(scope="module")
def stocked_vps(make_stocked_vps: MakeVps) -> Iterator[Vps]:
    """A host with engine and images, shared by the tests of one module."""
    host = make_stocked_vps()
    yield host
    host.remove()


@pytest.fixture(scope="session")
def release_home(
    product_images: None, ssh_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The home of a publisher whose release 1.0.0 is built, signed and published."""
    publisher = Operator(tmp_path_factory.mktemp("publisher"), ssh_key)
    publisher.release("--version", "1.0.0")
    return publisher.home


@pytest.fixture(scope="module")
def lab_operator(
    release_home: Path, ssh_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> Operator:
    """An operator with a release ready to deploy and the keys to publish more; one for a module."""
    operator = Operator(tmp_path_factory.mktemp("operator"), ssh_key)
    for folder in ("data/releases", "data/release-keys", "stick"):
        shutil.copytree(release_home / folder, operator.home / folder)
    return operator


@pytest.fixture(scope="module")
def agents(run: Run, authority: Authority, lab_operator: Operator) -> Iterator[PanelServer]:
    """Where hosts report, over TLS: the real routes of agents on the operator's own store."""
    with lab_panel(run, authority, lab_operator) as server:
        yield server


@pytest.fixture(scope="module")
def operator(lab_operator: Operator, agents: PanelServer, authority: Authority) -> Operator:
    """Whoever deploys by this one enrols the host there."""
    return lab_operator.with_settings(**panel_settings(agents, authority))


@pytest.fixture(scope="module")
def store(agents: PanelServer) -> Store:
    """What the panel has of its hosts."""
    return agents.open_store()
