"""The panel on a host of its own: from a bare machine to somebody who is signed in over HTTPS."""

import ssl
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from leadengine_agent.certificates import kind_of
from tests.lab.acme import Pebble
from tests.lab.browser import Browser
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint, wait_until
from tests.lab.served_panel import join
from tests.lab.vps import Vps

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

DOMAIN = "panel.installed.test"
OWNER = "ann@installed.test"
FAILPOINT = "/var/lib/leadengine/agent/failpoint"
SECRETS = "/var/lib/leadengine/control_panel/secrets"
KILLED = -9


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


def test_the_panels_own_key_outlives_its_container(
    link: str, bare_vps: Vps, tmp_path: Path
) -> None:
    read = ("docker", "exec", "leadengine_panel-panel-1", "cat", "/data/key")
    key = bare_vps.run(*read).stdout
    bare_vps.run("docker", "restart", "leadengine_panel-panel-1")
    assert bare_vps.run(*read).stdout == key
