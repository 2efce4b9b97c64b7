"""Many operators at once, one that dies, one that sleeps: exactly one changes the client (R3)."""

import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree
from threading import Barrier

import pytest

from leadengine_agent.protocol import (
    Activate,
    Failure,
    Fence,
    FenceResult,
    HostState,
    Inspect,
    Outcome,
    Task,
)
from leadengine_ctl.errors import LockedError
from leadengine_ctl.hosts.base import Host, HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.registry import open_host
from leadengine_ctl.operations.lock import client_lock
from tests.lab.operator import LECTL, Operator, fingerprint, wait_until
from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps
from tests.unit.ctl.builders import a_spec

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "contested", "leads.contested.test"
AT_ONCE, ROUNDS = 50, 20
TAKEN_OVER_WITHIN = 5.0
REFUSED = 11


@pytest.fixture(scope="module")
def stack(lab_operator: Operator, stocked_vps: Vps) -> Stack:
    ended = lab_operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    return Stack(stocked_vps, CLIENT, DOMAIN)


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_of_fifty_at_once_one_changes_the_client(stack: Stack, number: int) -> None:
    """Each has seen the same, each wants something else; all press the key at the same moment."""
    contest = f"contest-{number}"
    with door(stack.vps) as host:
        answer = ask(host, Task(id=f"{contest}-look", order=Inspect(client=CLIENT)))
        here = HostState.model_validate(answer.result).stacks[0]
        seen = FenceResult.model_validate(
            ask(host, Task(id=f"{contest}-seen", order=Fence(client=CLIENT))).result
        ).fence
    together = Barrier(AT_ONCE)

    def press(who: int) -> Failure | None:
        spec = a_spec(CLIENT, DOMAIN).model_copy(update={"client_id": here.client_id})
        brand = spec.brand.model_copy(update={"primary": wish(number, who)})
        order = Activate(spec=spec.model_copy(update={"brand": brand}), release=here.release)
        operation = f"{contest}-{who:04d}"
        task = Task(id=f"{operation}-activate", operation=operation, seen=seen, order=order)
        with door(stack.vps) as host:
            together.wait(240)
            return ask(host, task).failure

    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = list(pool.map(press, range(AT_ONCE)))
    took = time.monotonic() - began
    print(f"\nround {number}: {AT_ONCE} answered after {took:.0f} s")  # noqa: T201
    winners = [who for who, failure in enumerate(failures) if failure is None]
    assert len(winners) == 1, failures
    codes = {failure.code.value for failure in failures if failure}
    assert codes <= {"locked", "superseded"}
    assert setting(stack, "BRAND_PRIMARY") == wish(number, winners[0])


def wish(number: int, who: int) -> str:
    """A colour that nobody else wants, in no round."""
    return f"#00{number:02x}{who:02x}"


def test_a_dead_holder_keeps_nobody_waiting(lab_operator: Operator, stack: Stack) -> None:
    holder = sleeper(lab_operator, stack, "deploy.activate:before", "dead@lab.test")
    locks = lab_operator.data / "locks"
    with pytest.raises(LockedError), client_lock(locks, CLIENT, "somebody else"):
        pass
    holder.kill()
    died = time.monotonic()
    wait_until(lambda: is_free(locks), TAKEN_OVER_WITHIN, pause=0.05)
    assert time.monotonic() - died < TAKEN_OVER_WITHIN
    holder.wait()
    ended = deploy(lab_operator, stack, "heir@lab.test")
    assert ended.wait() == 0, ended.stdout and ended.stdout.read()
    assert setting(stack, "SMTP_FROM") == "heir@lab.test"


@pytest.mark.parametrize("point", ["deploy.release:before", "deploy.activate:before"])
def test_who_slept_while_another_took_over_changes_nothing_when_he_wakes_up(
    lab_operator: Operator, stack: Stack, tmp_path: Path, point: str
) -> None:
    """The other has a machine of their own: no lock is shared, only the host."""
    other = colleague(lab_operator, tmp_path / "colleague")
    holder = sleeper(lab_operator, stack, point, "sleeper@lab.test")
    taken = deploy(other, stack, f"awake-{point.split('.')[1][:3]}@lab.test")
    out, _ = taken.communicate(timeout=500)
    assert taken.returncode == 0, out
    now, before = setting(stack, "SMTP_FROM"), stack.runtimes()
    assert now.startswith("awake-")

    holder.send_signal(signal.SIGCONT)
    out, _ = holder.communicate(timeout=500)
    assert holder.returncode == REFUSED, out
    assert "came too late" in out
    assert (setting(stack, "SMTP_FROM"), stack.runtimes()) == (now, before)


def door(vps: Vps) -> Host:
    kind, text = vps.host_key.split()
    trust = HostTrust(pinned=HostKey.parse(f"{kind} {text}"))
    return open_host(HostAddress.parse(vps.url), trust, vps.key)


def ask(host: Host, task: Task) -> Outcome:
    last = list(host.submit(task))[-1]
    assert isinstance(last, Outcome)
    return last


def deploy(
    operator: Operator, stack: Stack, sender: str, **settings: str
) -> "subprocess.Popen[str]":
    """A deploy that changes something everybody can see: whom mails come from."""
    address = ("--host", stack.vps.url, "--host-key", fingerprint(stack.vps))
    mail = {"SMTP_HOST": "mail.lab.test", "SMTP_FROM": sender, "SMTP_SECURITY": "none"}
    return subprocess.Popen(
        (str(LECTL), "deploy", CLIENT, DOMAIN, *address, "--yes", "--json"),
        env={**operator.environment(), **mail, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def sleeper(operator: Operator, stack: Stack, point: str, sender: str) -> "subprocess.Popen[str]":
    """A deploy that fell asleep at this point; it does sleep when this returns."""
    process = deploy(operator, stack, sender, LECTL_PAUSEPOINT=point)
    wait_until(lambda: state_of(process.pid) == "T" or process.poll() is not None, 240)
    assert process.poll() is None, process.stdout and process.stdout.read()
    return process


def state_of(pid: int) -> str:
    """The kernel's letter: T is stopped by a signal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def is_free(locks: Path) -> bool:
    try:
        with client_lock(locks, CLIENT, "the heir"):
            return True
    except LockedError:
        return False


def colleague(operator: Operator, home: Path) -> Operator:
    """Somebody with the same record of the fleet, on another machine."""
    copytree(operator.home, home)
    return Operator(home, operator.key, operator.settings)


def setting(stack: Stack, name: str) -> str:
    text = stack.vps.run("cat", f"{STACKS}/{CLIENT}/current/stack.env").stdout
    found = {line.partition("=")[0]: line.partition("=")[2] for line in text.splitlines()}
    return found[name].strip('"')
