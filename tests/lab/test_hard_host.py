"""A host that serves a client is hardened under load, scanned, restarted, rebooted (S12, R8)."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lab.load.running import load_on
from tests.lab.operator import Operator, fingerprint, wait_until
from tests.lab.run import Run
from tests.lab.scanning import ports_open_to_a_neighbour
from tests.lab.stack import Stack
from tests.lab.stocked import IMAGES
from tests.lab.visitors import over_ipv6, visitors
from tests.lab.vps import Vps
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "hard", "leads.hard.test"
TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")
RATE = 20.0
PUBLIC = {22, 80, 443}
BY_HAND = (7001, 7002)
"""Ports that somebody publishes past us: of Docker's rules for IPv4, of its proxy for IPv6."""

HEALTHY_WITHIN = 90.0


class Hard:
    """One host for all tests of this file, which go from top to bottom."""

    def __init__(self, operator: Operator, stack: Stack) -> None:
        self.operator = operator
        self.stack = stack

    @property
    def vps(self) -> Vps:
        return self.stack.vps

    def doctor(self, *more: str) -> tuple[int, list[dict[str, Any]]]:
        ended = self.operator.lectl("host", "doctor", self.vps.address, *more, "--json")
        assert ended.code in (0, 20), ended.text
        return ended.code, ended.results

    def findings(self) -> dict[str, dict[str, Any]]:
        code, results = self.doctor("--audit")
        found = {each["id"]: each for each in results[-1]["findings"]}
        failed = [each for each in found.values() if each["verdict"] == "fail"]
        assert code == (20 if failed else 0)
        return found

    def publish_by_hand(self, port: int) -> None:
        """What nobody should do on such a host, and everybody does once."""
        image = self.vps.run("docker", "image", "ls", "-q", "leadengine/agent").stdout.split()[0]
        words = ("-d", "--name", f"by-hand-{port}", "--restart", "always", "-p", f"{port}:8000")
        serve = ("--entrypoint", "python3", image, "-m", "http.server", "8000")
        self.vps.run("docker", "run", *words, *serve)
        until(lambda: self._answers(port), f"port {port} on the host itself", 60)

    def _answers(self, port: int) -> None:
        ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; read -r line <&3"
        words = ("timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}; {ask}")
        assert self.vps.run(*words, check=False).returncode == 0


@pytest.fixture(scope="module")
def hard(lab_operator: Operator, prepared_vps: Vps) -> Hard:
    """A live client on a host as it came: nobody hardened it."""
    prepared_vps.load_images(*IMAGES)
    # A rented server has them; the lab's image is without, so that no test meets an apt at work.
    prepared_vps.run("systemctl", "unmask", *TIMERS)
    operator = lab_operator.with_settings(LECTL_HARDEN="never")
    ended = operator.deploy(prepared_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    return Hard(operator, Stack(prepared_vps, CLIENT, DOMAIN))


def test_a_host_as_it_came_fails_the_audit_and_the_audit_changes_nothing(hard: Hard) -> None:
    before = (hard.stack.runtimes(), hard.vps.run("ls", "/etc/docker", "/etc/ssh").stdout)
    found = hard.findings()
    for check in ("baseline", "firewall", "updates", "reboot-window", "journal", "ssh-forward",
                  "ssh-log", "CIS-2.2", "CIS-2.8", "CIS-2.14", "CIS-2.15"):  # fmt: skip
        assert found[check]["verdict"] == "fail", found[check]
    assert (hard.stack.runtimes(), hard.vps.run("ls", "/etc/docker", "/etc/ssh").stdout) == before


def test_what_a_hand_publishes_is_open_to_everybody_before(hard: Hard, run: Run) -> None:
    """The positive control of every scan below: the scanner does see it, on both protocols."""
    hard.publish_by_hand(BY_HAND[0])
    for address in (hard.vps.address, hard.vps.address6):
        assert ports_open_to_a_neighbour(run, address) == {*PUBLIC, BY_HAND[0]}


def test_hardening_under_load_fails_no_request_and_restarts_no_container(
    hard: Hard, tmp_path: Path
) -> None:
    before = hard.stack.runtimes()
    with load_on(hard.stack, tmp_path, RATE, mix="gentle") as load:
        load.has_run(3)
        code, results = hard.doctor("--fix", "--yes")
        load.has_run(6)
    summary = load.summary()
    summary.demand_validity()
    assert not summary.failures, summary.lines()
    load.assert_settled()
    assert hard.stack.runtimes() == before
    assert next(each for each in results if each["kind"] == "hardened")["unmet"] == []
    assert code == 0, _failures(results)


def test_the_second_time_changes_nothing(hard: Hard) -> None:
    engine = hard.vps.run("systemctl", "show", "docker", "-p", "MainPID").stdout
    _, results = hard.doctor("--fix", "--yes")
    states = [each["state"] for each in results if each["kind"] == "event"]
    assert set(states) == {"started", "unchanged"}, results
    assert hard.vps.run("systemctl", "show", "docker", "-p", "MainPID").stdout == engine


def test_every_check_of_the_baseline_holds_or_says_why_not(hard: Hard) -> None:
    found = hard.findings()
    assert len(found) > 50
    assert not [each for each in found.values() if each["verdict"] == "fail"]
    for each in found.values():
        assert each["reason"] or each["verdict"] == "ok", each
    warned = {each["id"] for each in found.values() if each["verdict"] == "warn"}
    # The container of the hand, and what this Debian is older than.
    assert "CIS-5.14" in warned
    assert "by-hand-7001" in found["CIS-5.14"]["detail"]


def test_only_ssh_and_the_web_answer_a_neighbour(hard: Hard, run: Run) -> None:
    """With a port published before, and one published after the firewall stood."""
    hard.publish_by_hand(BY_HAND[1])
    for address in (hard.vps.address, hard.vps.address6):
        assert ports_open_to_a_neighbour(run, address) == PUBLIC


def test_a_restart_of_the_engine_under_load_fails_no_request_and_opens_no_port(
    hard: Hard, run: Run, tmp_path: Path
) -> None:
    before, engine = hard.stack.runtimes(), _engine(hard.vps)
    with (
        load_on(hard.stack, tmp_path, RATE, mix="gentle") as load,
        visitors(over_ipv6(hard.stack), 5) as visits,
    ):
        load.has_run(3)
        for _ in range(3):
            # A restart meets visitors who are served, over both protocols.
            assert over_ipv6(hard.stack).get("/readyz").status_code == 200
            hard.vps.run("systemctl", "reset-failed", "docker.service")
            hard.vps.run("systemctl", "restart", "docker.service")
        load.has_run(8)
    summary = load.summary()
    summary.demand_validity()
    assert _engine(hard.vps) != engine, "the engine was not restarted"
    assert not summary.failures, summary.lines()
    load.assert_settled()
    assert hard.stack.runtimes() == before
    longest = max(each.seconds for each in visits)
    print(f"\n{len(visits)} visits over IPv6, the longest took {longest:.1f} s")  # noqa: T201
    assert not [each.failure for each in visits if each.failure]
    assert longest > 0.7, "no visit over IPv6 met the engine's end"
    assert hard.findings()["firewall"]["verdict"] == "ok"
    assert ports_open_to_a_neighbour(run, hard.vps.address) == PUBLIC


def test_a_password_does_not_sign_in_and_a_key_does(hard: Hard) -> None:
    hard.vps.run("chpasswd", stdin="root:correct-horse\n")
    methods = _offered_methods(hard.vps)
    assert methods == ["publickey"]
    with hard.vps.ssh() as client:
        assert client.get_transport() is not None


def test_a_firewall_edited_by_hand_shows_and_is_put_right(hard: Hard) -> None:
    rule = ("inet", "leadengine", "arriving", "tcp", "dport", "7001", "accept")
    hard.vps.run("nft", "add", "rule", *rule)
    assert hard.findings()["firewall"]["detail"] == "stands, and was edited by hand since"
    hard.doctor("--fix", "--yes")
    assert hard.findings()["firewall"]["verdict"] == "ok"


def test_settings_that_lock_everybody_out_are_taken_back(hard: Hard) -> None:
    """A firewall that lets nobody in: the new sign-in fails, and everything is as it was."""
    hard.vps.box.write("/etc/leadengine/firewall.d/evil.nft", "tcp dport 22 drop\n")
    hard.vps.run("sed", "-i", "s/^\\tchain arriving {/&\\n/", "/etc/leadengine/firewall.nft")
    evil = 'include "/etc/leadengine/firewall.d/*.nft"'
    assert evil in hard.vps.run("cat", "/etc/leadengine/firewall.nft").stdout
    hard.vps.box.write("/etc/ssh/sshd_config.d/000-evil.conf", "AllowUsers nobody\n")
    hard.vps.run("rm", "/etc/ssh/sshd_config.d/00-leadengine.conf")
    ended = hard.operator.lectl("host", "doctor", hard.vps.address, "--fix", "--yes", "--json")
    unmet = next(each for each in ended.results if each["kind"] == "hardened")["unmet"]
    assert any("a new sign-in did not work" in each for each in unmet), ended.text
    hard.vps.run(
        "rm", "/etc/ssh/sshd_config.d/000-evil.conf", "/etc/leadengine/firewall.d/evil.nft"
    )
    hard.vps.run("systemctl", "reload", "ssh")
    code, results = hard.doctor("--fix", "--yes")
    assert code == 0, _failures(results)


def test_three_reboots_without_anybody_to_help(hard: Hard, run: Run) -> None:
    _reboot(hard, 3)
    assert hard.findings()["firewall"]["verdict"] == "ok"
    assert ports_open_to_a_neighbour(run, hard.vps.address) == PUBLIC


@pytest.mark.soak
def test_twenty_reboots_without_anybody_to_help(hard: Hard) -> None:
    _reboot(hard, 20)


def _reboot(hard: Hard, times: int) -> None:
    """No control plane takes part: what is asked is asked by a visitor, from outside."""
    for number in range(1, times + 1):
        assert hard.stack.get("/readyz").status_code == 200
        hard.vps.box.stop()
        began = time.monotonic()
        hard.vps.box.start()
        wait_until(lambda: _is_served(hard.stack), HEALTHY_WITHIN)
        took = time.monotonic() - began
        print(f"\nreboot {number} of {times}: served after {took:.1f} s")  # noqa: T201
    hard.vps.wait_for_ssh()


def _is_served(stack: Stack) -> bool:
    try:
        return stack.get("/readyz").status_code == 200
    except Exception:  # noqa: BLE001 - a host that boots refuses in many ways
        return False


def _engine(vps: Vps) -> str:
    return vps.run("systemctl", "show", "docker", "-p", "MainPID").stdout.strip()


def _offered_methods(vps: Vps) -> list[str]:
    import paramiko

    transport = paramiko.Transport((vps.address, 22))
    try:
        transport.start_client(timeout=20)
        transport.auth_none("root")
    except paramiko.BadAuthenticationType as refused:
        return list(refused.allowed_types)
    finally:
        transport.close()
    return []


def _failures(results: list[dict[str, Any]]) -> str:
    found = [each for each in results[-1]["findings"] if each["verdict"] == "fail"]
    return json.dumps(found, indent=1)


def test_the_host_is_known_by_its_key(hard: Hard) -> None:
    """Hardening did not touch who the host is."""
    assert fingerprint(hard.vps).startswith("SHA256:")
