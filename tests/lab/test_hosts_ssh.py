"""SSH as hosts know it: whom we trust, who lets us in, and what is said when something is wrong."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.hosts.address import HostAddress
from leadengine_ctl.hosts.base import HostKey, HostTrust, Runner
from leadengine_ctl.hosts.registry import open_host, open_runner
from tests.conformance.runner_suite import RunnerSuite
from tests.lab.vps import Vps, make_key


@dataclass
class Operator:
    """Someone who is asked about a new key, and the place where an accepted one is kept."""

    answer: bool = True
    asked: list[HostKey] = field(default_factory=list)
    pinned: list[HostKey] = field(default_factory=list)

    def trust(self, pinned: HostKey | None = None, fingerprint: str | None = None) -> HostTrust:
        return HostTrust(pinned, fingerprint, self._confirm, self.pinned.append)

    def _confirm(self, _address: HostAddress, key: HostKey) -> bool:
        self.asked.append(key)
        return self.answer


@pytest.fixture
def operator() -> Operator:
    return Operator()


def key_of(vps: Vps) -> HostKey:
    return HostKey.parse(vps.host_key)


def sign_in(vps: Vps, trust: HostTrust, key: Path | None = None) -> str:
    runner = open_runner(HostAddress.parse(vps.url), trust, key or vps.key)
    try:
        return runner.run(("id", "-un")).out.decode().strip()
    finally:
        runner.close()


def write_known_hosts(line: str) -> None:
    path = Path("~/.ssh/known_hosts").expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n")


@pytest.fixture(scope="module")
def runner(bare_vps: Vps) -> Iterator[Runner]:
    trust = HostTrust(pinned=key_of(bare_vps))
    opened = open_runner(HostAddress.parse(bare_vps.url), trust, bare_vps.key)
    yield opened
    opened.close()


class TestSshRunner(RunnerSuite):
    """Programs on a host keep the contract of runners."""


def test_first_contact_is_confirmed_once_and_pinned(bare_vps: Vps, operator: Operator) -> None:
    assert sign_in(bare_vps, operator.trust()) == "root"
    assert operator.asked == operator.pinned == [key_of(bare_vps)]
    assert sign_in(bare_vps, operator.trust(pinned=operator.pinned[0])) == "root"
    assert len(operator.asked) == len(operator.pinned) == 1


def test_first_contact_that_nobody_confirms_is_refused(bare_vps: Vps) -> None:
    operator = Operator(answer=False)
    with pytest.raises(NotAllowedError) as caught:
        sign_in(bare_vps, operator.trust())
    assert caught.value.what == f"{bare_vps.url} is not known yet"
    assert key_of(bare_vps).fingerprint in caught.value.why
    assert f"--host-key {key_of(bare_vps).fingerprint}" in caught.value.hint
    assert operator.pinned == []


def test_named_fingerprint_stands_in_for_the_question(bare_vps: Vps, operator: Operator) -> None:
    assert sign_in(bare_vps, operator.trust(fingerprint=key_of(bare_vps).fingerprint)) == "root"
    assert operator.asked == []
    assert operator.pinned == [key_of(bare_vps)]


def test_other_fingerprint_than_the_named_one_is_refused(bare_vps: Vps, operator: Operator) -> None:
    named = "SHA256:" + "A" * 43
    with pytest.raises(NotAllowedError) as caught:
        sign_in(bare_vps, operator.trust(fingerprint=named))
    assert caught.value.what == f"{bare_vps.url} is not the host that --host-key names"
    assert named in caught.value.why
    assert key_of(bare_vps).fingerprint in caught.value.why


def test_changed_key_stops_until_its_fingerprint_is_named(vps: Vps, operator: Operator) -> None:
    old = key_of(vps)
    vps.change_host_key()
    new = key_of(vps)
    with pytest.raises(NotAllowedError) as caught:
        sign_in(vps, operator.trust(pinned=old))
    assert caught.value.what == f"The key of {vps.url} has changed; nothing was sent to it"
    assert old.fingerprint in caught.value.why
    assert new.fingerprint in caught.value.why
    assert f"--host-key {new.fingerprint}" in caught.value.hint
    assert (operator.asked, operator.pinned) == ([], [])
    assert sign_in(vps, operator.trust(pinned=old, fingerprint=new.fingerprint)) == "root"
    assert operator.pinned == [new]


def test_known_hosts_vouches_for_a_host(bare_vps: Vps, operator: Operator) -> None:
    write_known_hosts(f"{bare_vps.address} {bare_vps.host_key}")
    assert sign_in(bare_vps, operator.trust()) == "root"
    assert operator.asked == []


def test_known_hosts_that_knows_another_key_stops(bare_vps: Vps, operator: Operator) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    write_known_hosts(f"{bare_vps.address} {other}")
    with pytest.raises(NotAllowedError) as caught:
        sign_in(bare_vps, operator.trust(pinned=key_of(bare_vps)))
    assert "has changed" in caught.value.what
    assert f"ssh-keygen -R {bare_vps.address}" in caught.value.hint


def test_key_that_is_not_accepted_is_named(
    bare_vps: Vps, tmp_path: Path, operator: Operator
) -> None:
    wrong = make_key(tmp_path)
    with pytest.raises(HostUnreachableError) as caught:
        sign_in(bare_vps, operator.trust(), wrong)
    assert caught.value.what == f"{bare_vps.url} does not let 'root' in"
    assert caught.value.why == f"Keys that were tried: {wrong}."
    assert "authorized_keys" in caught.value.hint


def test_keys_of_the_home_folder_are_found_and_listed(bare_vps: Vps, operator: Operator) -> None:
    folder = Path("~/.ssh").expanduser()
    folder.mkdir(parents=True)
    make_key(folder)
    (folder / "id_broken").write_text("not a key\n")
    address = HostAddress.parse(bare_vps.url)
    with pytest.raises(HostUnreachableError) as caught:
        open_runner(address, operator.trust())
    assert "~/.ssh/id_broken (not a private key that can be read)" in caught.value.why
    assert "~/.ssh/id_ed25519" in caught.value.why
    (folder / "id_right").write_bytes(bare_vps.key.read_bytes())
    runner = open_runner(address, operator.trust())
    assert runner.run(("id", "-un")).out == b"root\n"
    runner.close()


def test_port_where_nothing_listens_is_named(bare_vps: Vps, operator: Operator) -> None:
    with pytest.raises(HostUnreachableError) as caught:
        open_runner(HostAddress.parse(f"ssh://root@{bare_vps.address}:2222"), operator.trust())
    assert caught.value.what == f"ssh://root@{bare_vps.address}:2222 cannot be reached"
    assert caught.value.why == "Nothing listens on port 2222."


def test_host_that_does_not_answer_is_given_up_in_time(vps: Vps, operator: Operator) -> None:
    vps.box.pause()
    try:
        with pytest.raises(HostUnreachableError) as caught:
            sign_in(vps, operator.trust())
    finally:
        vps.box.unpause()
    assert caught.value.what == f"{vps.url} cannot be reached"


def test_name_without_an_address_is_said_to_be_one(operator: Operator) -> None:
    with pytest.raises(HostUnreachableError) as caught:
        open_runner(HostAddress.parse("ssh://root@no-such-host.invalid"), operator.trust())
    assert caught.value.why == "The name no-such-host.invalid has no address."


def test_server_that_is_not_ssh_cannot_write_to_the_terminal(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_greet_and_hang_up, args=(server,), daemon=True).start()
        with pytest.raises(HostUnreachableError) as caught:
            open_runner(HostAddress.parse(f"ssh://root@127.0.0.1:{port}"), operator.trust())
    words = caught.value.what + caught.value.why + caught.value.hint
    assert words.isprintable()
    assert "SSH" in words


def _greet_and_hang_up(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 \x1b]0;owned\x07\x1b[2J\r\n" * 3)


def test_user_without_root_is_told_how_to_become_one(vps: Vps, operator: Operator) -> None:
    vps.run("useradd", "--create-home", "--shell", "/bin/sh", "guest")
    vps.run("install", "-d", "-m", "700", "-o", "guest", "/home/guest/.ssh")
    public = vps.key.with_suffix(".pub").read_text()
    vps.run(
        *("install", "-m", "600", "-o", "guest", "/dev/stdin"),
        "/home/guest/.ssh/authorized_keys",
        stdin=public,
    )
    address = HostAddress.parse(f"ssh://guest@{vps.address}")
    with open_host(address, operator.trust(), vps.key) as host:
        assert not host.facts().privileged
        with pytest.raises(NotAllowedError) as caught:
            host.remove_agent(purge=False)
    assert caught.value.what == f"The user of {address} may not manage it"
    assert "sudoers" in caught.value.hint


def test_bare_host_is_described_as_it_is(bare_vps: Vps, operator: Operator) -> None:
    with open_host(HostAddress.parse(bare_vps.url), operator.trust(), bare_vps.key) as host:
        facts = host.facts()
    assert (facts.os_id, facts.os_version) == ("debian", "13")
    assert facts.engine is None
    assert facts.agent is None
    assert facts.privileged
    assert facts.systemd
    assert facts.ports == ()
    assert abs(facts.clock_skew) < 1
    assert bare_vps.address in facts.addresses
    assert facts.disk_total > facts.disk_free > 0
