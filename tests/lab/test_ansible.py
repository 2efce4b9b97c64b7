"""Ansible makes a live client of a bare host; what it puts there is what `lectl` would."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.operator import LECTL, Operator, fingerprint, wait_until
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

ROOT = Path.cwd()
BIN = LECTL.parent
CLIENT, DOMAIN = "playbook", "leads.playbook.test"
TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")


class Ansible:
    """Runs playbooks as an operator does, with a list of hosts of their own."""

    def __init__(self, operator: Operator, vps: Vps, folder: Path) -> None:
        self.operator = operator
        self.vps = vps
        self.folder = folder
        self._write_files()

    def play(self, playbook: str, *more: str) -> "Played":
        words: tuple[str, ...] = (str(BIN / "ansible-playbook"), f"playbooks/{playbook}.yml", *more)
        if "-i" not in more:
            words = (*words, "-i", str(self.folder / "hosts.yml"))
        done = subprocess.run(
            words,
            cwd=ROOT / "ansible",
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        return Played(done.returncode, done.stdout, done.stderr)

    def environment(self) -> dict[str, str]:
        base = self.operator.environment()
        return {
            **base,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_PRIVATE_KEY_FILE": str(self.operator.key),
            "ANSIBLE_SSH_ARGS": f"-o UserKnownHostsFile={self.folder}/known_hosts",
        }

    def _write_files(self) -> None:
        known = f"{self.vps.address} {self.vps.host_key}\n"
        (self.folder / "known_hosts").write_text(known)
        variables = {
            "ansible_host": self.vps.address,
            "ansible_user": "root",
            "agent_host_key": fingerprint(self.vps),
            "agent_lectl": str(LECTL),
            "stack_clients": [{"name": CLIENT, "domain": DOMAIN, "email": f"ops@{DOMAIN}"}],
            "monitoring_command": "/usr/bin/logger the host is not well",
        }
        hosts = {"leadengine": {"hosts": {"bare": variables}}}
        (self.folder / "hosts.yml").write_text(yaml.safe_dump(hosts))


class Played:
    """How a playbook ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.text = out + err
        recap = out.rpartition("PLAY RECAP")[2]
        pairs = (word.split("=") for word in recap.split() if "=" in word)
        self.counts = {name: int(number) for name, number in pairs}


@pytest.fixture(scope="module")
def ansible(
    lab_operator: Operator, bare_vps: Vps, tmp_path_factory: pytest.TempPathFactory
) -> Ansible:
    # A rented server has them; the lab's image is without, so that no test meets an apt at work.
    bare_vps.run("systemctl", "unmask", *TIMERS)
    operator = lab_operator.with_settings(LECTL_HARDEN="never")
    return Ansible(operator, bare_vps, tmp_path_factory.mktemp("ansible"))


def test_the_roles_are_clean_by_the_strictest_profile(ansible: Ansible) -> None:
    done = subprocess.run(
        (BIN / "ansible-lint", "--offline", "--nocolor", "--profile", "production"),
        cwd=ROOT / "ansible",
        env=ansible.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed: 0 failure(s), 0 warning(s)" in done.stderr, done.stderr


def test_a_bare_host_becomes_a_live_client(ansible: Ansible) -> None:
    assert not ansible.vps.run("which", "docker", "python3", "nft", check=False).stdout
    played = ansible.play("site")
    assert played.code == 0, played.text
    assert played.counts["changed"] > 10
    assert Stack(ansible.vps, CLIENT, DOMAIN).get("/readyz").status_code == 200


def test_the_second_run_changes_nothing(ansible: Ansible) -> None:
    stack = Stack(ansible.vps, CLIENT, DOMAIN)
    before = (stack.runtimes(), stack.ordered_files())
    played = ansible.play("site")
    assert (played.code, played.counts["changed"]) == (0, 0), played.text
    assert (stack.runtimes(), stack.ordered_files()) == before


def test_lectl_finds_nothing_to_put_right_after_it(ansible: Ansible) -> None:
    """Ansible and `lectl` put the same baseline in place, byte for byte."""
    name = ansible.vps.address
    audit = ansible.operator.lectl("host", "doctor", name, "--audit", "--json")
    failed = [each for each in audit.result["findings"] if each["verdict"] == "fail"]
    assert (audit.code, failed) == (0, []), audit.text
    fixed = ansible.operator.lectl("host", "doctor", name, "--fix", "--yes", "--json")
    states = {each["step"]: each["state"] for each in fixed.results if each["kind"] == "event"}
    assert set(states.values()) == {"unchanged"}, states


def test_check_mode_tells_what_would_change_and_changes_nothing(ansible: Ansible) -> None:
    path = "/etc/systemd/journald.conf.d/leadengine.conf"
    ansible.vps.run("rm", path)
    told = ansible.play("site", "--check", "--diff")
    assert told.code == 0, told.text
    assert told.counts["changed"] == 2, told.text  # the file, and the journal's restart
    assert ansible.vps.run("test", "-e", path, check=False).returncode == 1
    done = ansible.play("harden")
    assert (done.code, done.counts["changed"]) == (0, 2), done.text


def test_the_inventory_of_lectl_leads_to_the_same_host(ansible: Ansible) -> None:
    script = str(ROOT / "ansible/inventory/leadengine.sh")
    shown = subprocess.run(
        (BIN / "ansible-inventory", "-i", script, "--list"),
        env=ansible.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(shown.stdout)
    assert found[f"client_{CLIENT}"]["hosts"] == [ansible.vps.address]
    played = ansible.play("harden", "-i", script, "--limit", f"client_{CLIENT}")
    assert (played.code, played.counts["changed"]) == (0, 0), played.text


def test_the_watch_is_silent_and_speaks_when_something_is_wrong(ansible: Ansible) -> None:
    watch = "/usr/local/sbin/leadengine-watch"
    assert ansible.vps.run(watch, check=False).returncode == 0
    ansible.vps.run("docker", "stop", "leadengine-reporter")
    done = ansible.vps.run(watch, check=False)
    assert (done.returncode, "leadengine-reporter does not run" in done.stderr) == (1, True)
    ansible.vps.run("systemctl", "start", "leadengine-watch.service", check=False)
    words = ("journalctl", "--unit", "leadengine-alarm.service", "--quiet", "--no-pager")
    wait_until(lambda: "the host is not well" in ansible.vps.run(*words).stdout, 30)
    ansible.vps.run("docker", "start", "leadengine-reporter")
