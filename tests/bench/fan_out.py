"""One command on 100 SSH hosts: lectl's connections beside bare paramiko and Ansible's raw module.

The hosts are 100 ports of one container's sshd: what is measured is the side that connects.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import paramiko

from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.registry import open_runner
from tests.bench.result import Result, spread
from tests.lab.operator import wait_until
from tests.lab.vps import Vps

HOSTS = 100
THREADS = 32
ROUNDS = 3
PORTS = range(2201, 2201 + HOSTS)
_ANSIBLE = Path(sys.executable).with_name("ansible")
_SOCKETS = 16
"""As many as one sshd listens on."""


def measure(vps: Vps) -> Iterator[Result]:
    """Yield the ratios; rounds alternate, so that all meet the same machine."""
    _listen(vps)
    key = HostKey.parse(vps.host_key)
    with tempfile.TemporaryDirectory() as folder:
        inventory = _inventory(vps, Path(folder))
        ways: dict[str, Callable[[], None]] = {
            "lectl": lambda: _everywhere(lambda port: _ours(vps, key, port)),
            "paramiko": lambda: _everywhere(lambda port: _bare(vps, port)),
            "ansible": lambda: _ansible(inventory, vps),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                took[name].append(_timed(way))
    yield _against(took, "paramiko", 1.1)
    yield _against(took, "ansible", 0.5)


def _against(took: dict[str, list[float]], peer: str, budget: float) -> Result:
    ratio = median(took["lectl"]) / median(took[peer])
    how = f"{HOSTS} hosts, {THREADS} at once; ours {spread(took['lectl'])} s; peer {spread(took[peer])} s"
    return Result(f"one command on {HOSTS} hosts, over {peer}", ratio, budget, "×", how)


def _listen(vps: Vps) -> None:
    for first in range(0, HOSTS, _SOCKETS):
        ports = PORTS[first : first + _SOCKETS]
        chosen = (word for port in ports for word in ("-o", f"Port={port}"))
        limits = (
            "-o",
            "AddressFamily=inet",
            "-o",
            "MaxStartups=300",
            "-o",
            "PidFile=none",
            "-o",
            "PerSourcePenalties=no",
        )
        vps.run("/usr/sbin/sshd", *limits, *chosen)
    wait_until(
        lambda: len(vps.run("ss", "-Hltn", "sport >= 2201").stdout.splitlines()) >= HOSTS, 30
    )


def _everywhere(command: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(command, PORTS))


def _ours(vps: Vps, key: HostKey, port: int) -> None:
    address = HostAddress.parse(f"ssh://root@{vps.address}:{port}")
    runner = open_runner(address, HostTrust(pinned=key), vps.key)
    try:
        assert runner.run(("true",)).code == 0
    finally:
        runner.close()


def _bare(vps: Vps, port: int) -> None:
    with paramiko.SSHClient() as client:
        client.get_host_keys().add(f"[{vps.address}]:{port}", *_known(vps))
        client.connect(
            vps.address,
            port,
            "root",
            key_filename=str(vps.key),
            allow_agent=False,
            look_for_keys=False,
        )
        _, out, _ = client.exec_command("true")
        assert out.channel.recv_exit_status() == 0


_KEYS: dict[str, tuple[str, paramiko.PKey]] = {}


def _known(vps: Vps) -> tuple[str, paramiko.PKey]:
    """The host's key as paramiko has it; read once."""
    if vps.box.name not in _KEYS:
        kind, text = vps.host_key.split()
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"x {kind} {text}")
        assert entry is not None
        assert entry.key is not None
        _KEYS[vps.box.name] = (kind, entry.key)
    return _KEYS[vps.box.name]


def _inventory(vps: Vps, folder: Path) -> Path:
    path = folder / "hosts.ini"
    rows = (f"h{port} ansible_host={vps.address} ansible_port={port}" for port in PORTS)
    path.write_text("\n".join(rows) + "\n")
    return path


def _ansible(inventory: Path, vps: Vps) -> None:
    """Each time with no connection left over from the time before, as the others have none."""
    options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    words = (_ANSIBLE, "all", "-i", inventory, "-m", "raw", "-a", "true", "-f", str(THREADS))
    login = ("-u", "root", "--private-key", vps.key, f"--ssh-common-args={options}")
    with tempfile.TemporaryDirectory() as kept:
        environment = {**os.environ, "ANSIBLE_SSH_CONTROL_PATH_DIR": kept}
        subprocess.run((*words, *login), check=True, capture_output=True, env=environment)


def _timed(way: Callable[[], None]) -> float:
    started = time.monotonic()
    way()
    return time.monotonic() - started


if __name__ == "__main__":
    from tests.lab.names import start_names
    from tests.lab.run import lab_run
    from tests.lab.vps import make_key, start_vps

    with tempfile.TemporaryDirectory() as home, lab_run(Path(home)) as run:
        start_names(run)
        for result in measure(start_vps(run, "many", make_key(run.folder))):
            print(result.row, flush=True)  # noqa: T201
