"""The lab does what its fixtures promise."""

import smtplib
import subprocess
import sys

import httpx
import pytest

from tests.lab.acme import Pebble
from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.conftest import MakeVps
from tests.lab.engine import docker
from tests.lab.mail import MailSink
from tests.lab.names import Names
from tests.lab.ports import open_ports
from tests.lab.registry import Registry
from tests.lab.run import LABEL, Run, reap_dead_runs
from tests.lab.vps import Vps

WORKLOAD = "leadengine/lab-services:dev"


def addresses(vps: Vps, name: str) -> set[str]:
    """Resolve on a host as its programs do."""
    lines = vps.run("getent", "ahosts", name, check=False).stdout.splitlines()
    return {line.split()[0] for line in lines}


def test_bare_vps_has_systemd_and_sshd_but_neither_docker_nor_python(vps: Vps) -> None:
    with vps.ssh() as client:
        _, output, _ = client.exec_command("ls /usr/bin /usr/sbin && ps -o comm= 1")
        programs = set(output.read().decode().split())
    assert {"systemd", "sshd", "apt-get"} <= programs
    assert not {name for name in programs if name.startswith(("docker", "python", "containerd"))}


def test_bare_vps_boots_without_a_failed_unit(vps: Vps) -> None:
    assert vps.run("systemctl", "--failed", "--quiet", "--plain").stdout == ""


def test_installer_gives_a_bare_vps_an_engine_that_runs_containers_with_the_lab_names(
    vps: Vps, names: Names, run: Run
) -> None:
    names.point("nested.test", "203.0.113.7")
    first = vps.install_engine()
    assert '"installed": true, "started": true' in first
    assert '"installed": false, "started": false' in vps.install_engine()
    with vps.ssh() as client:
        load, _, _ = client.exec_command("docker load")
        with subprocess.Popen(("docker", "save", WORKLOAD), stdout=subprocess.PIPE) as save:
            assert save.stdout is not None
            load.channel.settimeout(60)
            while block := save.stdout.read(1 << 20):
                load.channel.sendall(block)
        load.channel.shutdown_write()
        assert load.channel.recv_exit_status() == 0
    inside = vps.run("docker", "run", "--rm", WORKLOAD, "getent", "ahostsv4", "nested.test")
    assert inside.stdout.startswith("203.0.113.7")


def test_engine_of_a_vps_comes_back_after_a_power_cut(prepared_vps: Vps) -> None:
    address = prepared_vps.address
    prepared_vps.box.kill()
    prepared_vps.boot()
    assert prepared_vps.address == address
    assert '"installed": false' in prepared_vps.install_engine()


def test_changed_host_key_is_another_key(vps: Vps) -> None:
    before = vps.host_key
    vps.change_host_key()
    assert vps.host_key != before
    vps.ssh().close()


def test_small_vps_is_small(make_vps: MakeVps) -> None:
    small = make_vps(memory_mb=900, disk_mb=64)
    assert f"MemTotal: {900 * 1024} kB" in small.run("cat", "/proc/meminfo").stdout
    ballast = small.fill_disk("/var/lib/docker", leave_mb=2)
    full = small.run(
        "dd", "if=/dev/zero", "of=/var/lib/docker/more", "bs=1M", "count=5", check=False
    )
    assert "No space left" in full.stderr
    small.run("rm", ballast)
    small.remove()


def test_names_lead_where_they_are_pointed(vps: Vps, names: Names) -> None:
    assert addresses(vps, "somewhere.test") == set()
    names.point("somewhere.test", "203.0.113.1", "2001:db8::1")
    assert addresses(vps, "somewhere.test") == {"203.0.113.1", "2001:db8::1"}
    names.break_name("somewhere.test")
    assert addresses(vps, "somewhere.test") == set()
    names.mend_name("somewhere.test")
    names.forget("somewhere.test")
    assert addresses(vps, "somewhere.test") == set()


def test_pebble_answers_by_name_and_counts_no_order_for_it(pebble: Pebble, vps: Vps) -> None:
    before = pebble.orders
    assert pebble.root.startswith("-----BEGIN CERTIFICATE-----")
    assert addresses(vps, "pebble.test") == {pebble.box.address}
    assert pebble.orders == before


def test_registry_serves_a_pushed_digest_to_a_host_that_trusts_it(
    registry: Registry, prepared_vps: Vps
) -> None:
    reference = registry.push(WORKLOAD, "leadengine/workload")
    refused = prepared_vps.run("docker", "pull", reference, check=False)
    assert refused.returncode != 0
    registry.trust_on(prepared_vps)
    words = ("docker", "login", "--username", registry.user, "--password-stdin", registry.host)
    prepared_vps.run(*words, stdin=registry.password)
    prepared_vps.run("docker", "pull", reference)
    registry.delete(reference)
    assert registry.ask("GET", "leadengine/workload/manifests/lab").status_code == 404
    registry.box.stop()
    with pytest.raises(httpx.TransportError):
        registry.ask("GET", "")
    registry.box.start()
    registry.wait()


def test_mail_from_a_host_is_kept(mail: MailSink) -> None:
    with smtplib.SMTP(mail.address, mail.port) as client:
        client.sendmail("a@acme.test", ["b@acme.test"], "To: b@acme.test\nSubject: Hello\n\nHi")
    assert mail.wait_for("b@acme.test")["Subject"] == "Hello"
    mail.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(mail.address, mail.port)


def test_all_ports_of_a_bare_host_but_ssh_are_closed_on_both_protocols(vps: Vps) -> None:
    assert open_ports(vps.address) == {22}
    assert open_ports(vps.address6) == {22}


def test_browser_resolves_lab_names_and_trusts_what_it_is_told(
    browser: Browser, pebble: Pebble, authority: Authority
) -> None:
    names = {"pebble.test": pebble.box.address}
    with browser.open(names, (authority.root_pem,)) as page:
        answer = page.goto(pebble.directory)
        assert answer is not None
        assert answer.json()["newOrder"].startswith("https://pebble.test")
        assert browser.screenshot(page, "pebble-directory").stat().st_size > 0
    with browser.open(names) as page, pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(pebble.directory)


def test_leftovers_of_a_killed_run_are_reaped(run: Run) -> None:
    script = (
        "import os, pathlib, signal\n"
        "from tests.lab.run import lab_run\n"
        "with lab_run(pathlib.Path('.')) as run:\n"
        "    run.volume('left')\n"
        f"    run.start('left', {WORKLOAD!r}, 'sleep', '60')\n"
        "    print(run.name, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        (sys.executable, "-c", script), check=False, capture_output=True, text=True
    )
    name = killed.stdout.strip()
    shown = ("ps", "--all", "--format", "{{.Names}}", "--filter", f"label={LABEL}")
    assert f"{name}-left" in docker(*shown).stdout
    reap_dead_runs()
    assert f"{name}-left" not in docker(*shown).stdout
    assert f"{run.name}-" in docker(*shown).stdout
    assert name not in docker("network", "ls", "--format", "{{.Name}}").stdout
    assert name not in docker("volume", "ls", "--format", "{{.Name}}").stdout
