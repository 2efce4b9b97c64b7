"""What an audit makes of a host: each check fails on a host that lacks what it asks for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadengine_ctl.hosts.agent_containers import EXECUTOR, REPORTER
from leadengine_ctl.hosts.memory_hardening import hardening_facts
from leadengine_ctl.operations.hardening.audit import judge
from leadengine_ctl.operations.hardening.container_checks import RULES, check_containers
from leadengine_ctl.operations.hardening.finding import Verdict
from tests.unit.ctl.builders import a_draft
from tests.unit.ctl.cli import Cli

GOOD = hardening_facts(hardened=True)
DOCUMENT = Path("docs/how-to/hardening.md")
ASKED = {
    "1": ("1.1", "1.3"),
    "2": ("2", "5", "7", "8", "9", "12", "14", "15", "16"),
    "4": ("1", "5"),
    "5": ("2", "4", "5", "6", "10", "11", "12", "13", "14", "15", "16", "17", "21", "22", "26",
          "27", "28", "29", "30", "32"),
}  # fmt: skip
"""The parts of the CIS list for Docker that the baseline answers; 1.1.3 stands for all of auditd."""
ID = "ab" * 32


def a_box(name: str = "leadengine-acme-api-blue-1", **changes: Any) -> dict[str, Any]:
    """A container as the product starts them; `changes` go into its HostConfig."""
    return {
        "Id": ID,
        "Name": f"/{name}",
        "Image": f"sha256:{ID}",
        "Config": {
            "User": "1000",
            "Image": f"leadengine/api:{ID[:12]}",
            "Healthcheck": {"Test": ["CMD", "true"]},
            "Labels": {"leadengine.client": "acme", "com.docker.compose.service": "api-blue"},
        },
        "HostConfig": {
            "CapDrop": ["ALL"],
            "Memory": 1,
            "NanoCpus": 1,
            "ReadonlyRootfs": True,
            "SecurityOpt": ["no-new-privileges:true"],
            "PidsLimit": 10,
            "NetworkMode": "leadengine-acme_app",
            "RestartPolicy": {"Name": "unless-stopped"},
            **changes,
        },
        "State": {"Health": {"Status": "healthy"}},
        "Mounts": [],
    }


def verdicts(*boxes: dict[str, Any]) -> dict[str, Verdict]:
    return {each.id: each.verdict for each in check_containers(boxes)}


def test_a_hardened_host_fails_nothing_and_gives_a_reason_for_each_deviation() -> None:
    findings = judge(GOOD, a_draft().release)
    assert not [each for each in findings if each.verdict is Verdict.FAIL]
    deviations = [each for each in findings if each.verdict is Verdict.DEVIATES]
    assert {"ssh-root", "CIS-2.16", "CIS-2.9"} <= {each.id for each in deviations}
    assert all(each.reason for each in deviations)
    assert len({each.id for each in findings}) == len(findings)


def test_every_check_that_the_baseline_answers_is_there() -> None:
    found = {each.id for each in judge(replace(GOOD, containers=(a_box(),)), None)}
    assert {f"CIS-{part}.{each}" for part, ids in ASKED.items() for each in ids} <= found


def test_every_deviation_is_in_the_document_for_people() -> None:
    ours = (a_box(), a_box(EXECUTOR), a_box(REPORTER))
    findings = judge(replace(GOOD, container=True, containers=ours), None)
    always = {each.id for each in findings if each.verdict is Verdict.DEVIATES}
    excused = {rule.id for rule in RULES if any(rule.excused(box) for box in ours)}
    text = DOCUMENT.read_text().partition("## What deviates, and why")[2]
    assert [each for each in always | excused if each not in text] == []


def test_a_container_without_a_check_of_its_health_is_found_and_the_agent_s_are_excused() -> None:
    unwatched = {"State": {"Status": "running"}}
    assert verdicts({**a_box(), **unwatched})["CIS-5.27"] is Verdict.FAIL
    assert verdicts({**a_box(REPORTER), **unwatched})["CIS-5.27"] is Verdict.DEVIATES


def test_a_bare_host_fails_what_hardening_puts_right() -> None:
    failed = {each.id for each in judge(hardening_facts(hardened=False), None)
              if each.verdict is Verdict.FAIL}  # fmt: skip
    assert {"baseline", "ssh-keys", "ssh-log", "firewall", "updates", "journal", "network",
            "CIS-2.2", "CIS-2.14", "CIS-2.15"} <= failed  # fmt: skip


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"firewall": "edited"}, "firewall"),
        ({"firewall": "once"}, "firewall"),
        ({"skew": 31.0}, "clock"),
        ({"clock": ""}, "clock"),
        ({"sshd": {**GOOD.sshd, "permitrootlogin": "yes"}}, "ssh-root"),
        ({"sshd": {**GOOD.sshd, "kbdinteractiveauthentication": "yes"}}, "ssh-keys"),
        ({"sshd": {}}, "ssh-keys"),
        ({"kernel": {**GOOD.kernel, "kernel.randomize_va_space": "0"}}, "kernel"),
        ({"kernel": {**GOOD.kernel, "net.ipv6.conf.all.accept_redirects": "1"}}, "network"),
        ({"swap": 0}, "swap"),
        ({"updates_installed": False}, "updates"),
    ],
)
def test_one_thing_amiss_is_found(change: dict[str, Any], check: str) -> None:
    found = {each.id: each.verdict for each in judge(replace(GOOD, **change), None)}
    assert found[check] is Verdict.FAIL


def test_a_container_of_ours_keeps_every_rule_or_has_a_reason() -> None:
    found = verdicts(a_box())
    assert set(found.values()) == {Verdict.OK, Verdict.DEVIATES}
    assert [check for check, verdict in found.items() if verdict is Verdict.DEVIATES] == [
        "CIS-5.15"
    ]


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"Privileged": True}, "CIS-5.5"),
        ({"CapDrop": []}, "CIS-5.4"),
        ({"NetworkMode": "host"}, "CIS-5.10"),
        ({"NetworkMode": "bridge"}, "CIS-5.30"),
        ({"Memory": 0}, "CIS-5.11"),
        ({"ReadonlyRootfs": False}, "CIS-5.13"),
        ({"PortBindings": {"5432/tcp": [{"HostPort": "5432"}]}}, "CIS-5.14"),
        ({"PidMode": "host"}, "CIS-5.16"),
        ({"IpcMode": "host"}, "CIS-5.17"),
        ({"Devices": [{"PathOnHost": "/dev/sda"}]}, "CIS-5.18"),
        ({"UTSMode": "host"}, "CIS-5.21"),
        ({"SecurityOpt": ["no-new-privileges", "seccomp=unconfined"]}, "CIS-5.22"),
        ({"SecurityOpt": ["no-new-privileges", "apparmor=unconfined"]}, "CIS-5.2"),
        ({"SecurityOpt": []}, "CIS-5.26"),
        ({"PidsLimit": None}, "CIS-5.29"),
    ],
)
def test_a_container_that_may_too_much_is_found(changes: dict[str, Any], check: str) -> None:
    found = verdicts(a_box(), a_box(**changes))
    assert found[check] is Verdict.FAIL
    assert [each for each, verdict in found.items() if verdict is Verdict.FAIL] == [check]


def test_a_container_of_a_stranger_is_a_warning_with_its_name() -> None:
    stranger = {
        **a_box("postgres-by-hand", Privileged=True),
        "Config": {"Image": "postgres:latest"},
    }
    finding = {each.id: each for each in check_containers((a_box(), stranger))}
    assert finding["CIS-5.5"].verdict is Verdict.WARN
    assert finding["CIS-5.5"].detail == "not: postgres-by-hand"
    assert finding["CIS-5.28"].verdict is Verdict.WARN


def test_the_socket_is_the_executor_s_alone() -> None:
    socket = [{"Type": "bind", "Source": "/var/run/docker.sock"}]
    assert verdicts({**a_box(EXECUTOR), "Mounts": socket})["CIS-5.32"] is Verdict.DEVIATES
    assert verdicts({**a_box(REPORTER), "Mounts": socket})["CIS-5.32"] is Verdict.FAIL
    root = [{"Type": "bind", "Source": "/"}]
    assert verdicts({**a_box(), "Mounts": root})["CIS-5.6"] is Verdict.FAIL


def test_every_rule_that_excuses_somebody_says_why() -> None:
    assert all(rule.reason for rule in RULES if rule.excused(a_box(EXECUTOR)))
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("floor", "version", "verdict"),
    [
        ("1.2.8 1.3.3", "1.1.15", Verdict.WARN),
        ("1.2.8 1.3.3", "1.2.8", Verdict.OK),
        ("1.2.8 1.3.3", "1.3.2", Verdict.WARN),
        ("1.2.8 1.3.3", "1.4.0", Verdict.OK),
    ],
)
def test_a_version_is_held_against_the_floor_of_its_own_line(
    floor: str, version: str, verdict: Verdict
) -> None:
    assert GOOD.engine
    engine = replace(GOOD.engine, components={"runc": version})
    release = a_draft(component_floors={"runc": floor}).release
    found = {each.id: each.verdict for each in judge(replace(GOOD, engine=engine), release)}
    assert found["version-runc"] is verdict


def test_an_engine_below_the_release_s_floor_fails() -> None:
    found = {each.id: each for each in judge(GOOD, a_draft(engine_floor="29.0.0").release)}
    assert found["engine-floor"].verdict is Verdict.FAIL


def test_audit_fix_and_audit_again_on_a_host_in_memory(lectl: Cli) -> None:
    lectl.variables["LECTL_HARDEN"] = "never"
    lectl.process(
        "deploy", "acme", "leads.acme.test", "--host", "memory://one", LECTL_HARDEN="never"
    )
    before = lectl("host", "doctor", "one", "--audit")
    assert before.code == 20
    assert "fail" in before.out
    assert "lectl host doctor NAME --fix puts it right." in before.err
    fixed = lectl("host", "doctor", "one", "--fix", "--yes")
    assert fixed.code == 0, fixed.out + fixed.err
    again = lectl("host", "doctor", "one", "--fix", "--yes", "--json")
    states = {each["state"] for each in again.json if each["kind"] == "event"}
    assert states == {"unchanged"}
    assert lectl("host", "doctor", "one", "--audit", "--json").code == 0


def test_a_fix_asks_first(lectl: Cli) -> None:
    lectl.deploy()
    refused = lectl("host", "doctor", "one", "--fix")
    assert refused.code == 12
    assert "SSH with keys only" in refused.err
