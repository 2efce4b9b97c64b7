"""Hardening: what is merged, what is taken back, what is left alone. On scripted machines."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from leadengine_ctl.errors import HostUnreachableError
from leadengine_ctl.hosts.base import Completed, HostAddress, Runner
from leadengine_ctl.hosts.hardening.baseline import (
    ENGINE,
    FILES,
    SSHD,
    UNDO,
    baseline_id,
    engine_settings,
    settings_of,
    source,
)
from leadengine_ctl.hosts.hardening.door import guarded, harden_ssh, ssh_ports
from leadengine_ctl.hosts.hardening.engine import merge, parse, settle_engine
from leadengine_ctl.hosts.hardening.look import parse_apt, parse_sshd
from leadengine_ctl.hosts.hardening.site import Site, UnmetError
from leadengine_ctl.hosts.hardening.upkeep import have_swap, reboot_time
from tests.unit.hosts.scripted import Answer, Scripted

SSH = HostAddress.parse("ssh://root@203.0.113.7:2222")
FAILED = Completed(1, b"", b"no")


def a_site(
    answer: Answer = lambda _argv: None,
    reopen: Callable[[], Runner] | None = None,
    address: HostAddress = SSH,
) -> tuple[Site, Scripted]:
    runner = Scripted(answer)
    return Site(runner, address, reopen, systemd=True, container=False), runner


def test_settings_of_the_engine_that_somebody_made_are_kept() -> None:
    found = {"data-root": "/srv/docker", "default-ulimits": {"core": {"Name": "core", "Soft": 0}}}
    merged = merge(found)
    assert merged["data-root"] == "/srv/docker"
    assert set(merged["default-ulimits"]) == {"core", "nofile"}
    assert {**merged, **engine_settings(), "default-ulimits": None} == {
        **merged,
        "default-ulimits": None,
    }


def test_a_log_driver_that_somebody_chose_stays_with_its_options() -> None:
    chosen = {"log-driver": "journald", "log-opts": {"tag": "x"}}
    assert merge(chosen) | chosen == merge(chosen)


def test_no_container_gets_more_open_files_than_the_engine_may_have() -> None:
    """An engine that may not raise its own limit could start no container, nor look into one."""
    assert merge({}, most_files=4096)["default-ulimits"]["nofile"]["Hard"] == 4096
    once = merge({})
    assert merge(once, most_files=4096)["default-ulimits"]["nofile"]["Hard"] == 4096
    assert merge({}, most_files=10**9) == once


def test_an_engine_that_does_not_take_its_settings_gets_back_the_old_ones() -> None:
    def answer(argv: tuple[str, ...]) -> Completed | None:
        return FAILED if argv == ("systemctl", "reload", "docker.service") else None

    site, runner = a_site(answer)
    with pytest.raises(UnmetError, match="settings are as they were"):
        settle_engine(site)
    assert runner.asked[-3:] == [
        ("rm", "-f", ENGINE),
        ("systemctl", "reset-failed", "docker.service"),
        ("systemctl", "restart", "docker.service"),
    ]


def test_an_engine_in_a_swarm_is_not_told_to_live_restore() -> None:
    assert "live-restore" not in merge({}, swarm=True)


@pytest.mark.parametrize("text", ["[]", "{", '"x"'])
def test_settings_nobody_can_read_are_not_overwritten(text: str) -> None:
    with pytest.raises(UnmetError, match="mend it by hand"):
        parse(text)


def test_the_firewall_lets_in_the_port_we_came_through_and_those_sshd_names() -> None:
    site, _ = a_site(lambda argv: Completed(0, b"port 22\nport 2200\n", b""))
    assert ssh_ports(site) == (22, 2200, 2222)


def test_a_file_sshd_does_not_understand_is_taken_away_again() -> None:
    site, runner = a_site(lambda argv: FAILED if argv == ("sshd", "-t") else None)
    with pytest.raises(UnmetError, match="does not understand"):
        harden_ssh(site)
    assert ("rm", "-f", SSHD) in runner.asked
    assert ("systemctl", "reload", "ssh") not in runner.asked


def test_passwords_stay_where_nobody_has_a_key() -> None:
    site, runner = a_site(
        lambda argv: FAILED if argv[:2] == ("test", "-s") else None,
        address=HostAddress.parse("local"),
    )
    with pytest.raises(UnmetError, match="nobody has a key"):
        harden_ssh(site)
    assert not [argv for argv in runner.asked if "install" in argv]


def _nobody_gets_in() -> Runner:
    raise HostUnreachableError("203.0.113.7 does not answer")


def test_what_locks_out_is_taken_back_at_once_and_the_timer_stopped() -> None:
    site, runner = a_site(reopen=_nobody_gets_in)
    with pytest.raises(UnmetError, match="as they were"), guarded(site):
        pass
    undo = runner.asked.index(("sh", UNDO))
    armed = next(at for at, argv in enumerate(runner.asked) if argv[0] == "systemd-run")
    assert armed < undo < runner.asked.index(("systemctl", "stop", "leadengine-undo.timer"), undo)


def test_the_timer_is_stopped_once_a_new_sign_in_worked() -> None:
    site, runner = a_site(reopen=Scripted)
    with guarded(site):
        runner.asked.append(("the", "change"))
    assert runner.asked[-1] == ("systemctl", "stop", "leadengine-undo.timer")
    assert ("sh", UNDO) not in runner.asked


def test_the_timer_runs_on_when_we_are_killed_in_between() -> None:
    site, runner = a_site(reopen=Scripted)
    with pytest.raises(KeyboardInterrupt), guarded(site):
        raise KeyboardInterrupt
    assert runner.asked[-1][0] == "systemd-run"


def _always(answer: Completed, _argv: tuple[str, ...]) -> Completed:
    return answer


def test_a_host_with_much_memory_or_some_swap_gets_no_swap_file() -> None:
    for meminfo in (b"MemTotal: 4000000 kB\nSwapTotal: 1000 kB\n", b"MemTotal: 32000000 kB\n"):
        answer = Completed(0, meminfo, b"")
        site, runner = a_site(partial(_always, answer))
        assert have_swap(site) == ""
        assert not [argv for argv in runner.asked if argv[0] == "fallocate"]


def test_reboots_of_a_fleet_are_spread_over_three_hours() -> None:
    times = {reboot_time(f"machine-{number}") for number in range(300)}
    assert len(times) > 120
    assert min(times) >= "02:00"
    assert max(times) < "05:00"
    assert reboot_time("machine-1") == reboot_time("machine-1")


def test_what_hosts_say_is_read_as_data() -> None:
    assert parse_sshd("port 22\nport 23\nLogLevel VERBOSE\n\n")["port"] == "22"
    apt = 'APT::Periodic "";\nAPT::Periodic::Unattended-Upgrade "1";\nDir "/";\n'
    assert parse_apt(apt) == {"APT::Periodic": "", "APT::Periodic::Unattended-Upgrade": "1"}


def test_the_baseline_has_a_name_that_follows_from_its_files() -> None:
    assert len(baseline_id()) == 12
    assert settings_of("network.conf")["net.ipv4.tcp_syncookies"] == "1"
    assert json.loads(source("daemon.json"))["live-restore"] is True
    assert all(placed.text() for placed in FILES.values())


def test_the_role_of_ansible_has_every_file_of_the_baseline_in_the_same_order() -> None:
    role = Path("ansible/roles/hardening")
    listed = re.findall(r"ansible.builtin.file', '([^']+)'", (role / "tasks/main.yml").read_text())
    assert listed == sorted(["daemon.json", *(placed.source for placed in FILES.values())])
    for name in listed:
        assert (role / "files" / name).read_text() == source(name)
    placed_there = "".join(path.read_text() for path in (role / "tasks").glob("*.yml"))
    assert [path for path in FILES if f" {path}" not in placed_there] == []
