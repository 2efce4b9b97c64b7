"""The panel on a host of its own: from a bare machine to somebody who is signed in over HTTPS."""

import datetime as dt
import json
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from leadengine_agent.certificates import kind_of
from tests.lab.acme import Pebble, start_pebble
from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.engine import docker
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint, wait_until
from tests.lab.releases import derive
from tests.lab.run import Run
from tests.lab.served_panel import join
from tests.lab.vps import Vps

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

DOMAIN = "panel.installed.test"
OWNER = "ann@installed.test"
FAILPOINT = "/var/lib/leadengine/agent/failpoint"
SECRETS = "/var/lib/leadengine/control_panel/secrets"
HISTORY = f"/var/lib/leadengine/agent/certify/{DOMAIN}.json"
KILLED = -9
KEY, HOOK = "sk_test_canary4242", "whsec_canary4242"
LIFE = 600
"""Seconds that a certificate lives; it is renewed in the last third of them."""


@pytest.fixture(scope="module")
def pebble(run: Run, names: Names, authority: Authority) -> Iterator[Pebble]:
    """An authority of these tests' own: what it certifies is due for renewal after minutes."""
    opened = start_pebble(run, names, authority, days=LIFE / 86_400, name="pebble-brief.test")
    yield opened
    opened.box.remove()


@pytest.fixture(scope="module")
def operator(lab_operator: Operator, pebble: Pebble, bare_vps: Vps, names: Names) -> Operator:
    names.point(DOMAIN, bare_vps.address, bare_vps.address6)
    return lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))


def install(operator: Operator, vps: Vps) -> Ended:
    return operator.lectl(
        "panel", "install", DOMAIN, "--host", vps.url, "--host-key", fingerprint(vps),
        "--owner", OWNER, "--yes", "--json", timeout=600,
    )  # fmt: skip


def certificate(vps: Vps) -> x509.Certificate:
    pem = ssl.get_server_certificate((vps.address, 443))
    return x509.load_pem_x509_certificate(pem.encode())


def containers(vps: Vps) -> dict[str, str]:
    """Name -> id and start of each container of the panel."""
    form = ("--format", "{{.Names}} {{.ID}} {{.CreatedAt}}")
    words = ("docker", "ps", "--filter", "label=com.docker.compose.project=leadengine_panel")
    lines = vps.run(*words, *form).stdout.splitlines()
    return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}


@pytest.fixture(scope="module")
def link(operator: Operator, bare_vps: Vps) -> str:
    """Killed on this side, then on the host, then let go to its end: the first owner's link."""
    killed = operator.with_settings(LECTL_FAILPOINT="install-panel.prepare:after")
    assert install(killed, bare_vps).code == KILLED
    bare_vps.box.write(FAILPOINT, "database:after\n")
    assert install(operator, bare_vps).code == 1
    bare_vps.run("test", "!", "-e", FAILPOINT)
    password = bare_vps.run("cat", f"{SECRETS}/db_password").stdout
    ended = install(operator, bare_vps)
    assert ended.code == 0, ended.text
    assert bare_vps.run("cat", f"{SECRETS}/db_password").stdout == password
    assert ended.result["link"].startswith(f"https://{DOMAIN}/welcome#")
    return str(ended.result["link"])


def test_a_killed_installation_converges_and_its_owner_signs_in_over_https(
    link: str, bare_vps: Vps, pebble: Pebble, browser: Browser
) -> None:
    wait_until(lambda: kind_of(certificate(bare_vps)) == "acme", 400, pause=2)
    with browser.open({DOMAIN: bare_vps.address}, (pebble.root,)) as page:
        join(page, link)
        assert page.url.startswith(f"https://{DOMAIN}/")


def test_a_second_installation_changes_nothing(
    link: str, operator: Operator, bare_vps: Vps
) -> None:
    before = containers(bare_vps)
    assert set(before) == {f"leadengine_panel-{name}-1" for name in ("panel", "db", "proxy")}
    again = install(operator, bare_vps)
    assert again.code == 0, again.text
    assert containers(bare_vps) == before
    assert not again.result["link"], "somebody can sign in already"


def test_plain_http_leads_to_https_and_nothing_else_answers(link: str, bare_vps: Vps) -> None:
    answer = httpx.get(f"http://{bare_vps.address}/", headers={"Host": DOMAIN})
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"https://{DOMAIN}/"
    form = ("--format", "{{.Names}} {{.Ports}}")
    published = bare_vps.run("docker", "ps", *form).stdout.splitlines()
    assert [line.split()[0] for line in published if "->" in line] == ["leadengine_panel-proxy-1"]


def test_the_databases_password_is_in_no_environment_or_argument(link: str, bare_vps: Vps) -> None:
    password = bare_vps.run("cat", f"{SECRETS}/db_password").stdout.strip()
    names = [f"leadengine_panel-{name}-1" for name in ("panel", "db", "proxy")]
    assert len(password) == 48
    assert password not in bare_vps.run("docker", "inspect", *names).stdout


def webhook(vps: Vps) -> str:
    """What the panel answers somebody who pretends to be the payment server."""
    asks = (
        "import urllib.request as r, urllib.error as e\n"
        "try: r.urlopen(r.Request('http://127.0.0.1:8700/billing/webhook', b'{}'))\n"
        "except e.HTTPError as error: print(error.code)"
    )
    words = ("docker", "exec", "leadengine_panel-panel-1", "python3", "-c", asks)
    return vps.run(*words).stdout.strip()


def test_the_payment_servers_key_comes_as_a_file_reaches_the_panel_and_stays(
    link: str, operator: Operator, bare_vps: Vps
) -> None:
    assert webhook(bare_vps) == "404", "billing is not set up"
    before = containers(bare_vps)
    paying = operator.with_settings(LECTL_STRIPE_KEY=KEY, LECTL_STRIPE_WEBHOOK_SECRET=HOOK)
    ended = install(paying, bare_vps)
    assert ended.code == 0, ended.text
    assert KEY not in ended.text
    after = containers(bare_vps)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"leadengine_panel-panel-1"}, "it reads its secrets at its start"
    assert webhook(bare_vps) == "400", "not signed"
    file = f"{SECRETS}/lectl_stripe_key"
    assert bare_vps.run("stat", "-c", "%a", file).stdout.strip() == "640"
    assert KEY not in bare_vps.run("docker", "inspect", *after).stdout
    places = ("-name", "cmdline", "-o", "-name", "environ")
    found = bare_vps.run("find", "/proc", "-maxdepth", "2", *places).stdout.split()
    holders = bare_vps.run("grep", "-lasf", file, *found, check=False).stdout
    assert not holders, holders
    again = install(operator, bare_vps)
    assert again.code == 0, again.text
    assert containers(bare_vps) == after
    assert bare_vps.run("cat", file).stdout == KEY, "who does not say it takes it from nobody"


def test_the_panels_own_key_outlives_its_container(
    link: str, bare_vps: Vps, tmp_path: Path
) -> None:
    read = ("docker", "exec", "leadengine_panel-panel-1", "cat", "/data/key")
    key = bare_vps.run(*read).stdout
    bare_vps.run("docker", "restart", "leadengine_panel-panel-1")
    assert bare_vps.run(*read).stdout == key


@pytest.fixture
def newer() -> Iterator[str]:
    """A newer image of the panel, where an installation looks for it; its id."""
    tag = "leadengine/panel:dev"
    before = docker("image", "inspect", "--format", "{{.Id}}", tag).stdout.strip()
    image = derive("panel-newer", "ENV LEADENGINE_LAB=newer", base=tag)
    docker("tag", f"{image.repository}:dev", tag)
    yield image.digest
    docker("tag", before, tag)


def known(vps: Vps) -> dict[str, str]:
    """What a panel that was replaced must not have lost: people, the trail, the key, the password."""
    lectl = ("docker", "exec", "leadengine_panel-panel-1", "lectl")
    people = vps.run(*lectl, "panel", "admin", "list", "--json").stdout
    trail = json.loads(vps.run(*lectl, "audit", "--verify", "--json").stdout.splitlines()[-1])
    assert OWNER in people
    return {
        "people": people,
        "trail": json.dumps(trail, sort_keys=True),
        "key": vps.run("docker", "exec", "leadengine_panel-panel-1", "cat", "/data/key").stdout,
        "password": vps.run("cat", f"{SECRETS}/db_password").stdout,
    }


def longest_gap(vps: Vps, doing: Callable[[], None]) -> float:
    """Do something, and measure for how long the panel did not answer meanwhile, at most, in seconds."""
    with ThreadPoolExecutor(1) as pool:
        done, last, longest = pool.submit(doing), time.monotonic(), 0.0
        while not done.done() or not _answers(vps):
            if _answers(vps):
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            time.sleep(0.1)
        done.result()
    return max(longest, time.monotonic() - last)


def _answers(vps: Vps) -> bool:
    address = f"https://{vps.address}/healthz"
    try:
        return httpx.get(address, headers={"Host": DOMAIN}, verify=False, timeout=2).is_success  # noqa: S501 - not what is asked about here
    except httpx.HTTPError:
        return False


def test_a_newer_image_takes_its_place_and_everything_is_still_known(
    link: str,
    operator: Operator,
    bare_vps: Vps,
    newer: str,
    record_property: Callable[[str, object], None],
) -> None:
    before, data, ended = containers(bare_vps), known(bare_vps), list[Ended]()
    gap = longest_gap(bare_vps, lambda: ended.append(install(operator, bare_vps)))
    assert ended[0].code == 0, ended[0].text
    form = ("docker", "inspect", "--format", "{{.Image}}", "leadengine_panel-panel-1")
    assert bare_vps.run(*form).stdout.strip() == newer
    after = containers(bare_vps)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"leadengine_panel-panel-1"}
    assert known(bare_vps) == data
    assert not ended[0].result["link"]
    record_property("seconds without an answer", round(gap, 1))
    assert gap <= 60


def test_its_certificate_is_renewed_in_time_by_its_host_alone(link: str, bare_vps: Vps) -> None:
    """What is awaited otherwise, the hour between two looks of the host at a good one, is taken away."""
    first, now = certificate(bare_vps), dt.datetime.now(dt.UTC)
    assert kind_of(first) == "acme"
    due = first.not_valid_after_utc - dt.timedelta(seconds=LIFE / 3)
    time.sleep(max(0.0, (due - now).total_seconds()) + 1)
    assert certificate(bare_vps).serial_number == first.serial_number, "renewed before its time"
    bare_vps.run("rm", HISTORY)

    def renewed() -> bool:
        found = certificate(bare_vps)
        assert dt.datetime.now(dt.UTC) < found.not_valid_after_utc, "an expired one was served"
        return found.serial_number != first.serial_number

    wait_until(renewed, LIFE / 3, pause=0.5)
    assert kind_of(certificate(bare_vps)) == "acme"
