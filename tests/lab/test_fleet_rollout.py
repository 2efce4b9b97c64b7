"""One rollout over 20 hosts, three of them real, whose runner is killed 20 times (promise U4)."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from leadengine_ctl.fleet.records import RolloutState, TargetState
from tests.lab.conftest import MakeVps
from tests.lab.operator import LECTL, Operator
from tests.lab.releases import publish
from tests.lab.stack import STACKS
from tests.lab.vps import Vps
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet

pytestmark = pytest.mark.soak

NAMES = tuple(f"client-{number:02}" for number in range(1, 21))
REAL = (NAMES[0], NAMES[4], NAMES[12])
SILENT = (NAMES[2], NAMES[6], NAMES[9], NAMES[15])
MEMORY = tuple(name for name in NAMES if name not in REAL)
VICTIM = NAMES[7]
WORDS = ("update", "--all", "--yes", "--json", "--waves", "1,3,8,100%", "--parallel", "4",
         "--bake", "1s", "--soak", "3s")  # fmt: skip
INSIDE, BETWEEN = TargetState.RUNNING, TargetState.SOAKING
KILLS = (*(INSIDE, INSIDE, INSIDE, BETWEEN) * 3, INSIDE, INSIDE, INSIDE, *(BETWEEN,) * 5)
"""Where the runner is killed: three times in each wave, and after each."""
COUNT = """
import json, sqlite3
rows = sqlite3.connect("file:/var/lib/leadengine/agent/journal.sqlite?mode=ro", uri=True).execute(
    "SELECT id FROM tasks WHERE verb = 'activate' AND state = 'done'").fetchall()
print(json.dumps([row[0] for row in rows]))
"""


@dataclass
class Mixed:
    """The fleet: real hosts by their client, the others in memory."""

    operator: Operator
    fleet: Fleet
    real: dict[str, Vps]
    kills: Counter[str] = field(default_factory=Counter)

    def release_of(self, name: str) -> str:
        if name in self.real:
            found = self.operator.must("status", name, "--json").result["clients"][0]
            return str(found["stack"]["release"])
        return self.fleet.runs(name)

    def orders(self, name: str, rollout: str) -> int:
        """Activations that a rollout made on a host, by the host's own journal."""
        if name in self.real:
            words = ("docker", "exec", "leadengine-executor", "python3", "-c", COUNT)
            ids = json.loads(self.real[name].run(*words).stdout)
        else:
            if name != VICTIM:
                self.fleet.activations(name)
            journal = self.fleet.host(name).journal.values()
            ids = [each.task for each in journal if each.verb == "activate" and each.outcome]
        return sum(each.startswith(rollout) for each in ids)

    def kill_when(self, state: TargetState, *words: str) -> None:
        """Start lectl; once it has the lease and a client is so, kill it."""
        before = self.runner()
        with subprocess.Popen(
            (LECTL, *words), env=self.operator.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while process.poll() is None:
                if self.runner() != before and self.phase(state):
                    time.sleep(random.uniform(0, 0.4))  # noqa: S311 - no secret: when to kill
                    phase = self.phase(state) or "on the border"
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    self.kills[phase] += 1
                    return
                time.sleep(0.02)

    def runner(self) -> str | None:
        found = self.fleet.world.store.rollouts.recent(1)
        return found[0].runner if found and found[0].state == RolloutState.RUNNING else None

    def phase(self, wanted: TargetState) -> str:
        """Where the rollout is, when it is where a kill is wanted; its last soak always is."""
        rollout = self.fleet.rollout()
        targets = self.fleet.world.store.rollouts.targets(rollout.id)
        begun = {each.state for each in targets if each.wave <= rollout.wave}
        if INSIDE in begun:
            return "inside a wave" if wanted is INSIDE else ""
        soaking = BETWEEN in begun and TargetState.WAITING not in begun
        last = rollout.wave == rollout.waves
        return "between waves" if soaking and (wanted is BETWEEN or last) else ""


@pytest.fixture(scope="module")
def mixed(lab_operator: Operator, make_stocked_vps: MakeVps) -> Iterator[Mixed]:
    """20 clients on 1.0.0."""
    real = {name: make_stocked_vps() for name in REAL}
    environment = lab_operator.environment()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        found = Mixed(lab_operator, Fleet(Cli(lab_operator.data, environment)), real)
        for name, vps in real.items():
            ended = lab_operator.deploy(vps, name, f"{name}.test")
            assert ended.code == 0, ended.text
        found.fleet.add(*MEMORY)
        yield found
    for vps in real.values():
        vps.remove()


@pytest.fixture(autouse=True)
def as_operator(mixed: Mixed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into the operator's store from here; a test begins with a clean environment."""
    for name, value in mixed.operator.environment().items():
        monkeypatch.setenv(name, value)


def test_a_bad_release_is_stopped_in_wave_3_and_four_are_silent(mixed: Mixed) -> None:
    publish(mixed.operator, "1.1.0", {})
    mixed.fleet.order_faults(VICTIM, gate=["1.1.0"], seconds=0.5)
    for name in MEMORY:
        if name != VICTIM:
            mixed.fleet.order_faults(name, unreachable=name in SILENT, seconds=0.5)
    ended = mixed.operator.lectl(*WORDS)
    assert ended.code == 3, ended.text
    assert ended.result["rollout"]["state"] == RolloutState.STOPPED
    ran = {name for name in NAMES if mixed.release_of(name) == "1.1.0"}
    ran |= {name for name in MEMORY if "1.1.0" in mixed.fleet.host(name).stacks[name].tripped}
    assert ran <= set(NAMES[:8])
    assert VICTIM in ran
    assert not ran & set(SILENT)


def test_the_good_release_reaches_everybody_once_through_20_kills(mixed: Mixed) -> None:
    publish(mixed.operator, "1.2.0", {})
    words: tuple[str, ...] = WORDS
    for state in KILLS:
        mixed.kill_when(state, *words)
        words = ("rollout", "resume", mixed.fleet.rollout().id, "--json")
    rollout = mixed.fleet.rollout().id
    ended = mixed.operator.lectl(*words, timeout=580)
    assert ended.code == 3, ended.text
    states = {each["client"]: each["state"] for each in ended.result["targets"]}
    assert {name for name in NAMES if states[name] != "updated"} == set(SILENT)
    for name in SILENT:
        mixed.fleet.order_faults(name)
    assert mixed.operator.lectl("rollout", "resume", rollout).code == 0
    assert {mixed.release_of(name) for name in NAMES} == {"1.2.0"}
    assert {name: mixed.orders(name, rollout) for name in NAMES} == dict.fromkeys(NAMES, 1)
    sys.stdout.write(f"kills: {dict(mixed.kills)}\n")
    assert sum(mixed.kills.values()) == len(KILLS) == 20
    assert min(mixed.kills["inside a wave"], mixed.kills["between waves"]) >= 6


def test_a_change_of_configuration_goes_the_same_way(mixed: Mixed) -> None:
    words = ("config", "set", "brand.primary=#123456", "--all", *WORDS[2:])
    ended = mixed.operator.lectl(*words)
    assert ended.code == 0, ended.text
    waves = {each["client"]: each["wave"] for each in ended.result["targets"]}
    assert [Counter(waves.values())[wave] for wave in (1, 2, 3, 4)] == [1, 2, 5, 12]
    rollout = ended.result["rollout"]["id"]
    assert {name: mixed.orders(name, rollout) for name in NAMES} == dict.fromkeys(NAMES, 1)
    for name in REAL:
        settings = mixed.real[name].run("cat", f"{STACKS}/{name}/current/stack.env").stdout
        assert "#123456" in settings
