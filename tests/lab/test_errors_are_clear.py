"""When something is wrong: one clear sentence, the right exit code, and nothing lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadengine_agent.certificates import kind_of
from leadengine_agent.protocol import DatabaseSchema, ImageName, ImageRef
from tests.lab.acme import Pebble
from tests.lab.conftest import MakeVps
from tests.lab.mail import MailSink
from tests.lab.names import Names
from tests.lab.operator import Ended, Operator, certificate_settings, fingerprint, mail_settings
from tests.lab.registry import Registry
from tests.lab.releases import derive, publish, withdraw
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.vps import Vps, make_key

DOMAIN = "leads.errors.test"
CLIENT = "errors"


@dataclass(frozen=True)
class Live:
    """A live client that every case here must leave as it was."""

    operator: Operator
    stack: Stack

    def deploy(self, **settings: str) -> Ended:
        operator = self.operator.with_settings(**settings)
        return operator.deploy(self.stack.vps, CLIENT, DOMAIN)


@pytest.fixture(scope="module")
def live(lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble) -> Live:
    names.point(DOMAIN, stocked_vps.address)
    operator = lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    return Live(operator, Stack(stocked_vps, CLIENT, DOMAIN))


@pytest.fixture(autouse=True)
def nothing_is_lost(live: Live) -> Iterator[None]:
    """Each case ends with the live stack as it was: the same processes, the same secrets, serving."""
    before = (live.stack.runtimes(), live.stack.secret_digests())
    yield
    assert live.stack.get("/readyz").status_code == 200
    running = live.stack.runtimes()
    assert {name: running[name] for name in before[0]} == before[0]
    assert live.stack.secret_digests() == before[1]


@contextmanager
def release(
    live: Live,
    version: str,
    images: dict[ImageName, ImageRef],
    database: DatabaseSchema | None = None,
) -> Iterator[None]:
    publish(live.operator, version, images, database)
    try:
        yield
    finally:
        withdraw(live.operator, version)


def test_bad_client_name(live: Live) -> None:
    ended = live.operator.deploy(live.stack.vps, "Bad Name;", "a.errors.test")
    assert ended.code == 2
    assert "a client name has 2 to 30 lower-case letters" in ended.err
    assert "Traceback" not in ended.text


def test_bad_domain(live: Live) -> None:
    ended = live.operator.deploy(live.stack.vps, "other", "https://nope")
    assert ended.code == 2
    assert "a domain is a host name such as" in ended.err


def test_client_live_elsewhere(live: Live) -> None:
    ended = live.operator.lectl(
        "deploy", CLIENT, DOMAIN, "--host", "ssh://root@10.213.0.9", "--yes"
    )
    assert ended.code == 12
    assert f"{CLIENT} is already on the host" in ended.err


def test_domain_already_used(live: Live) -> None:
    ended = live.operator.deploy(live.stack.vps, "other", DOMAIN)
    assert ended.code == 12
    assert f"{DOMAIN} is already used by the client {CLIENT}" in ended.err


def test_unreachable_host(live: Live, run: Run) -> None:
    words = (
        "deploy",
        "far",
        "far.errors.test",
        "--host",
        f"ssh://root@{run.address(251)}",
        "--yes",
    )
    ended = live.operator.lectl(*words)
    assert ended.code == 1
    assert run.address(251) in ended.err
    assert "Traceback" not in ended.text


def test_wrong_key(live: Live, tmp_path: Path) -> None:
    stranger = Operator(tmp_path, make_key(tmp_path))
    stranger.release("--version", "1.0.0")
    ended = stranger.deploy(live.stack.vps, "other", "other.errors.test")
    assert ended.code != 0
    assert f"~/{stranger.key.name}" in ended.err


def test_unknown_host_key_is_refused_without_a_person_to_ask(live: Live, tmp_path: Path) -> None:
    stranger = Operator(tmp_path, live.operator.key)
    stranger.release("--version", "1.0.0")
    words = ("deploy", "other", "other.errors.test", "--host", live.stack.vps.url, "--yes")
    ended = stranger.lectl(*words)
    assert ended.code != 0
    assert fingerprint(live.stack.vps) in ended.err


def test_changed_host_key_is_a_hard_stop(live: Live, make_vps: MakeVps, tmp_path: Path) -> None:
    vps = make_vps()
    operator = Operator(tmp_path, live.operator.key)
    operator.release("--version", "1.0.0")
    words = ("deploy", "other", "other.errors.test", "--host", vps.url, "--yes")
    old = fingerprint(vps)
    killed = operator.with_settings(LECTL_FAILPOINT="deploy.prepare:before")
    killed.lectl(*words, "--host-key", old)
    operator.lectl("doctor", "--host", vps.url, "--host-key", old)
    vps.change_host_key()
    ended = operator.lectl(*words)
    assert ended.code == 12
    assert old in ended.err
    assert fingerprint(vps) in ended.err
    vps.remove()


def test_host_below_the_minimum(live: Live, make_vps: MakeVps, tmp_path: Path) -> None:
    vps = make_vps(memory_mb=900)
    ended = live.operator.deploy(vps, "small", "small.errors.test")
    assert ended.code == 12
    assert "too small" in ended.err
    assert "memory 0.9 GB of" in ended.err
    vps.remove()


def test_port_taken_by_another_program_says_by_which(live: Live, make_vps: MakeVps) -> None:
    vps = make_vps()
    vps.run("systemd-run", "--unit=squatter", "systemd-socket-activate", "-l", "80", "cat")
    ended = live.operator.deploy(vps, "squat", "squat.errors.test")
    assert ended.code != 0
    assert "80" in ended.err
    assert "systemd-socket-" in ended.err
    vps.remove()


def test_port_taken_by_another_client_says_by_whom(live: Live) -> None:
    ended = live.operator.deploy(live.stack.vps, "second", "second.errors.test")
    assert ended.code != 0
    assert CLIENT in ended.err
    live.operator.must("destroy", "second", "--yes", "--confirm", "second")


def test_migration_that_fails_switches_nothing(live: Live) -> None:
    image = derive(
        "bad-migration", "USER 0", *_replace_admin("migrate", 'echo "no such column" >&2; exit 1')
    )
    database = DatabaseSchema(lineage=("0001", "0002"), oldest_compatible="0001")
    with release(live, "2.0.1", {"api": image}, database):
        ended = live.deploy()
    assert ended.code == 1
    assert "migration failed" in ended.err
    assert "no such column" in ended.err


def test_api_that_never_gets_healthy_shows_its_last_lines(live: Live) -> None:
    line = "import sys; print('config: BRAND is upside down', flush=True); sys.exit(3)"
    image = derive("bad-api", f'CMD ["python", "-c", {_json(line)}]')
    with release(live, "2.0.2", {"api": image}):
        ended = live.deploy()
    assert ended.code == 1
    assert "did not become healthy" in ended.err
    assert "BRAND is upside down" in ended.err
    live.stack.vps.run("docker", "rm", "-f", "leadengine-errors-api-green")


def test_image_missing_from_the_registry(live: Live, registry: Registry) -> None:
    image = ImageRef(
        repository=f"{registry.host}/leadengine/api", digest="sha256:" + "0" * 64, pulled=True
    )
    registry.trust_on(live.stack.vps)
    with release(live, "2.0.3", {"api": image}):
        ended = live.deploy(**_login(registry))
    assert ended.code == 1
    assert "does not have" in ended.err


def test_registry_down(live: Live, registry: Registry) -> None:
    image = ImageRef(
        repository=f"{registry.host}/leadengine/api", digest="sha256:" + "1" * 64, pulled=True
    )
    registry.trust_on(live.stack.vps)
    registry.box.stop()
    try:
        with release(live, "2.0.4", {"api": image}):
            ended = live.deploy(**_login(registry))
    finally:
        registry.box.start()
    assert ended.code == 1
    assert registry.host in ended.err


def test_disk_full_in_the_middle_says_so_and_goes_on_when_there_is_room(
    live: Live, make_vps: MakeVps, names: Names
) -> None:
    vps = make_vps(disk_mb=3000)
    domain = "full.errors.test"
    names.point(domain, vps.address)
    operator = live.operator.with_settings(LECTL_HOST_FLOOR="none")
    operator.with_settings(LECTL_FAILPOINT="deploy.activate:before").deploy(vps, "full", domain)
    ballast = vps.fill_disk("/var/lib/docker")
    ended = operator.deploy(vps, "full", domain)
    assert ended.code == 1
    assert "disk is full" in ended.err
    vps.run("rm", ballast)
    ended = operator.deploy(vps, "full", domain)
    assert ended.code == 0, ended.text
    assert Stack(vps, "full", domain).get("/readyz").status_code == 200
    vps.remove()


def test_authority_down_and_mail_server_down_do_not_stop_a_deploy(
    live: Live, make_vps: MakeVps, names: Names, pebble: Pebble, mail: MailSink
) -> None:
    vps = make_vps()
    domain = "alone.errors.test"
    names.point(domain, vps.address)
    mail.stop()
    pebble.box.stop()
    try:
        ended = live.operator.with_settings(**mail_settings(mail)).deploy(vps, "alone", domain)
    finally:
        pebble.box.start()
        pebble.wait()
    assert ended.code == 0, ended.text
    assert "could not be sent" in str(ended.result["mail"])
    assert ended.result["certificate"] == "self-signed"
    assert "the CA gave no certificate" in str(ended.result["advice"])
    assert kind_of(Stack(vps, "alone", domain).certificate()) == "self-signed"
    vps.remove()


def _replace_admin(verb: str, script: str) -> tuple[str, ...]:
    """Let one verb of `leadengine-admin` do something else."""
    return (
        "RUN p=$(command -v leadengine-admin) && mv $p $p.real && printf '%s\\n'"
        f" '#!/bin/sh' 'if [ \"$1\" = {verb} ]; then {script}; fi'"
        " 'exec leadengine-admin.real \"$@\"' > $p && chmod 755 $p",
        "USER 10001:10001",
    )


def _json(text: str) -> str:
    return json.dumps(text)


def _login(registry: Registry) -> dict[str, str]:
    return {
        "LECTL_REGISTRY": f"{registry.host}/leadengine",
        "LECTL_REGISTRY_USER": registry.user,
        "LECTL_REGISTRY_PASSWORD": registry.password,
    }
