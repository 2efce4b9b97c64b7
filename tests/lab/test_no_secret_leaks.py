"""Canary secrets go in; nothing that a person or a program can look at afterwards shows them (S10)."""

import base64
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import (
    CANARY_IPINFO,
    CANARY_KEY,
    CANARY_SLACK,
    CANARY_SMTP,
    Operator,
    canary_settings,
    certificate_settings,
)
from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps
from tests.spellings import spellings

pytestmark = pytest.mark.soak

DOMAIN = "leads.secret.test"
CLIENT = "secret"
VISITOR = "visitor-canary@nobody.test"
VISITOR_TOKEN = "canary-of-a-visitor-61d7"


@dataclass(frozen=True)
class Scene:
    """A deploy with canaries, a failure in the middle, and all that was said meanwhile."""

    operator: Operator
    stack: Stack
    said: str
    password: str


@pytest.fixture(scope="module")
def scene(lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble) -> Scene:
    names.point(DOMAIN, stocked_vps.address)
    operator = lab_operator.with_settings(
        **certificate_settings(pebble, lab_operator.home),
        **canary_settings(),
        SMTP_HOST="mail-that-is-not-there.test",
        SMTP_USER="mailer",
    )
    stocked_vps.run("mkdir", "-p", "/var/lib/leadengine/agent")
    operator.with_settings(LECTL_FAILPOINT="deploy.prepare:after").deploy(
        stocked_vps, CLIENT, DOMAIN
    )
    stocked_vps.box.write("/var/lib/leadengine/agent/failpoint", "migrate:after")
    failed = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    password = operator.first_password(stocked_vps, CLIENT, DOMAIN)
    again = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    shown = [
        operator.lectl(*words).text
        for words in (
            ("status", "--json"),
            ("operations", "list", "--json"),
            ("logs", CLIENT, "--lines", "1000"),
            ("doctor", "--host", stocked_vps.url),
            ("deploy", CLIENT, DOMAIN, "--host", stocked_vps.url, "--dry-run"),
        )
    ]
    said = "\n".join([failed.text, ended.text, again.text, *shown])
    return Scene(operator, Stack(stocked_vps, CLIENT, DOMAIN), said, password)


def secrets_of(scene: Scene) -> dict[str, str]:
    """Every secret of the stack: the operator's canaries and those made on the host."""
    made = ("db_owner_password", "db_app_password", "redis_password", "session_secret")
    folder = f"{STACKS}/{CLIENT}/secrets"
    found = {name: scene.stack.vps.run("cat", f"{folder}/{name}").stdout for name in made}
    canaries = {
        "llm": CANARY_KEY, "ipinfo": CANARY_IPINFO, "smtp": CANARY_SMTP, "slack": CANARY_SLACK,
    }  # fmt: skip
    return {**found, **canaries, "password": scene.password}


def assert_none_in(scene: Scene, text: str | bytes, where: str) -> None:
    haystack = text.encode() if isinstance(text, str) else text
    assert haystack, f"{where} is empty: the search proves nothing"
    for name, secret in secrets_of(scene).items():
        assert len(secret) >= 12, name
        for spelling in spellings(secret):
            assert spelling not in haystack, f"{name} shows in {where}"


def test_no_secret_in_anything_lectl_said(scene: Scene) -> None:
    assert_none_in(scene, scene.said, "the output of lectl")


def test_no_secret_in_the_store_in_clear(scene: Scene) -> None:
    files = [path for path in scene.operator.home.rglob("*") if path.is_file()]
    assert_none_in(scene, b"".join(path.read_bytes() for path in files), "the operator's files")


def test_the_operators_files_are_the_operators_alone(scene: Scene) -> None:
    for path in scene.operator.data.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_secret_in_docker_inspect_and_history(scene: Scene) -> None:
    vps = scene.stack.vps
    ids = vps.run("docker", "ps", "-aq").stdout.split()
    images = vps.run("docker", "images", "-q").stdout.split()
    assert_none_in(scene, vps.run("docker", "inspect", *ids).stdout, "docker inspect")
    history = [vps.run("docker", "history", "--no-trunc", image).stdout for image in set(images)]
    assert_none_in(scene, "\n".join(history), "docker history")


def test_no_secret_in_any_log_of_the_host(scene: Scene) -> None:
    vps = scene.stack.vps
    names = vps.run("docker", "ps", "-a", "--format", "{{.Names}}").stdout.split()
    logs = [vps.run("docker", "logs", name) for name in names]
    assert_none_in(scene, "".join(each.stdout + each.stderr for each in logs), "container logs")
    assert_none_in(scene, vps.run("journalctl", "--no-pager").stdout, "the journal")


def test_no_secret_in_any_process_list_or_environment(scene: Scene) -> None:
    """As root sees it: the command line and the environment of every process on the host."""
    script = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
    listing = scene.stack.vps.run("sh", "-c", script, check=False).stdout
    assert "LEADENGINE_AGENT_IMAGE" in listing
    assert_none_in(scene, listing, "a process's arguments or environment")


def test_no_secret_in_the_agents_journal(scene: Scene) -> None:
    script = "cat /var/lib/leadengine/agent/journal.sqlite* | base64 -w0"
    raw = base64.b64decode(scene.stack.vps.run("sh", "-c", script).stdout)
    assert_none_in(scene, raw, "the agent's journal")


def test_what_support_gets_is_listed_read_first_and_has_no_secret(
    scene: Scene, tmp_path: Path
) -> None:
    """Every file of the archive, after somebody sent things to the stack that are nobody's business."""
    stack, lectl = scene.stack, scene.operator.lectl
    assert stack.get(f"/{VISITOR}?token={VISITOR_TOKEN}").status_code == 404
    raw = stack.vps.run("docker", "logs", f"leadengine-{CLIENT}-nginx-1")
    assert VISITOR in raw.stdout + raw.stderr, "nothing to take out of the logs"
    shown = lectl("support", CLIENT, "--show", "--lines", "1000")
    assert shown.code == 0, shown.text
    archive = tmp_path / "support.tar.gz"
    unasked = lectl("support", CLIENT, "--out", str(archive))
    assert (unasked.code, archive.exists()) == (12, False), unasked.text
    written = lectl("support", CLIENT, "--out", str(archive), "--lines", "1000", "--yes")
    assert written.code == 0, written.text
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as opened:
        files = {each.name.partition("/")[2]: opened.extractfile(each) for each in opened}
        texts = {name: file.read().decode() for name, file in files.items() if file}
    assert len(texts) == 5
    for name, text in texts.items():
        assert f"==> {name}" in shown.out, "it can be read before"
        assert name in written.err, "it is listed before it is written"
        assert_none_in(scene, text, name)
    everything = "".join(texts.values())
    for personal in (VISITOR_TOKEN, VISITOR, stack.vps.address, f"ops@{DOMAIN}"):
        assert personal not in everything + shown.out, personal
    assert_none_in(scene, shown.out, "what is shown before")
    services = {line.partition(" ")[0] for line in texts["logs.txt"].splitlines()}
    assert len(services) >= 4, services
    assert '"healthy": true' in texts["status.json"]


def test_secret_files_belong_to_root_and_the_application(scene: Scene) -> None:
    folder = f"{STACKS}/{CLIENT}"
    assert scene.stack.vps.run("stat", "-c", "%a %U", folder).stdout.strip() == "700 root"
    listing = scene.stack.vps.run(
        "find", f"{folder}/secrets", "-type", "f", "-printf", "%m %u %G\\n"
    )
    assert set(listing.stdout.splitlines()) == {"640 root 10001"}


def test_the_search_finds_a_secret_that_is_there(scene: Scene) -> None:
    """The tester is tested: the same search, on a file that does hold them."""
    found = scene.stack.vps.run("cat", f"{STACKS}/{CLIENT}/secrets/llm_api_key").stdout
    with pytest.raises(AssertionError, match="llm shows in a secret file"):
        assert_none_in(scene, found, "a secret file")
