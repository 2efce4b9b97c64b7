"""What nobody may see is in no answer for anybody, in no temporary file and no crash dump (promise S10)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.door.rules import RULES, About
from tests.spellings import found_in
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

CANARIES = {
    "CLAUDE_API_KEY": "canary-claude/4c1d+",
    "IPINFO_TOKEN": "canary-ipinfo/9e07+",
    "SMTP_PASS": "canary-smtp/77b2+",
    "SLACK_WEBHOOK": "https://hooks.example.com/canary-slack/05fa+",
    "LECTL_STRIPE_KEY": "canary-stripe/1b1b+",
    "LECTL_STRIPE_WEBHOOK_SECRET": "canary-hook/2c2c+",
    "LECTL_DEADMAN_URL": "https://alive.example.com/canary-deadman/3d3d+",
    "LECTL_REGISTRY_PASSWORD": "canary-registry/3e3e+",
    "LECTL_DIGITALOCEAN_TOKEN": "canary-ocean/4f4f+",
}
CHANNEL = "https://hooks.example.com/canary-channel/6a6a+"
ROLES = [*((role, None) for role in Role), *((role, ("acme",)) for role in Role)]


@pytest.fixture
def scene(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A client whose stack has every secret, an operation that failed, points, reports and a rollout."""
    for name, value in {**CANARIES, "SMTP_HOST": "mail.example.com"}.items():
        monkeypatch.setenv(name, value)
    lectl = fleet.lectl
    assert lectl("deploy", "beta", "beta.test", "--host", "nowhere").code == 10
    place = ("--host", "memory://host-acme")
    assert lectl("deploy", "acme", "acme.test", *place).code == 0
    assert lectl("backup", "acme").code == 0
    reporting = Reporting(fleet.world.store)
    reporting.event("host-acme", "acme", 1, ("backup", "backup", "failed", "no space"))
    reporting.report("host-acme", a_beat(a_stack("acme")))
    fleet.publish("1.1.0")
    assert fleet.update("acme").code == 0
    return fleet


def held(scene: Fleet, panel: Panel) -> dict[str, str]:
    """Everything that is to be seen by nobody."""
    store = scene.world.store
    ann = panel.person(Role.OWNER, name="ann")
    seed = store.people.get(ann.id).totp
    _, token = store.tokens.create(ann.id, "a test", Role.OWNER, 1)
    assert seed is not None
    return {
        **CANARIES,
        "channel": CHANNEL,
        "seed": seed.get_secret_value(),
        "session": store.sessions.open(ann.id, proven=True).get_secret_value(),
        "token": token.get_secret_value(),
        "invitation": store.people.invite(ann.id, 60).get_secret_value(),
        "enrolment": store.agents.issue_token("host-new", "ann", 2e9),
        "key": (scene.lectl.folder / "key").read_text().strip(),
    }


def reads(scene: Fleet) -> Iterator[str]:
    """Every path that is read, with ids of what there is."""
    operation = scene.world.store.operations.recent(50)
    ids = {"client": "acme", "host": "host-acme", "rollout": scene.rollout().id}
    for name, rule in RULES.items():
        method, _, path = name.partition(" ")
        if method != "GET" or path == "/static":
            continue
        if rule.about is About.OPERATION:
            yield from (path.format(operation=each.id) for each in operation)
        else:
            yield path.format(**ids)


@pytest.mark.soak
def test_no_answer_for_any_role_shows_a_secret(scene: Fleet) -> None:
    panel = Panel.open(scene.lectl.folder)
    secrets, seen = held(scene, panel), 0
    owner = panel.program(Role.OWNER)
    channel = {"kind": "webhook", "name": "ours", "target": CHANNEL}
    assert owner.post("/api/v1/channels", json=channel).status_code in {200, 201}
    for role, scope in ROLES:
        name = f"{role}-of-acme" if scope else f"{role}"
        browser, program = panel.browser(role, scope, name), panel.program(role, scope, name)
        for path in reads(scene):
            asks = program.get if path.startswith(("/api/", "/metrics")) else browser.get
            answer = asks(path)
            assert answer.status_code < 500, path
            said = answer.content + str(answer.headers).encode()
            assert found_in(said, secrets) == [], (name, path)
            seen += answer.status_code == 200
    assert seen > 150, "most of it is there to be seen"
    assert found_in(f"<td>{CHANNEL}</td>".encode(), secrets) == ["channel"]


@pytest.mark.soak
def test_a_killed_run_leaves_no_secret_in_a_temporary_file(scene: Fleet, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    words = ("deploy", "gamma", "gamma.test", "--host", "memory://gamma", "--debug")
    everything = {**CANARIES, "SMTP_HOST": "mail.example.com", "TMPDIR": str(folder)}
    for point in ("deploy.prepare:after", "deploy.activate:before", "deploy.activate:after"):
        ran = scene.lectl.process(*words, LECTL_FAILPOINT=point, **everything)
        assert ran.code == -signal.SIGKILL, (point, ran.err)
        assert found_in((ran.out + ran.err).encode(), CANARIES) == []
    assert scene.lectl.process(*words, **everything).code == 0
    left = b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert found_in(left, CANARIES) == []


def test_a_crash_dumps_nothing(fleet: Fleet, tmp_path: Path) -> None:
    """Aborted in the middle of its work, where dumps are allowed; another program beside it leaves one."""
    allowed = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\n"
    dies = "sys.stderr.write(str(resource.getrlimit(resource.RLIMIT_CORE))) and os.abort()"
    lectl = (
        f"from leadengine_ctl.cli import main as cli\ncli.run = lambda words: {dies}\ncli.main()"
    )
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    for program, limit in ((lectl, "(0, 0)"), (dies, "(-1, -1)")):
        folder = tmp_path / str(len(program))
        folder.mkdir()
        words = (sys.executable, "-c", allowed + program, "status")
        variables = {**os.environ, **fleet.lectl.variables}
        done = subprocess.run(words, cwd=folder, env=variables, check=False, capture_output=True)
        assert (done.returncode, done.stderr.decode()) == (-signal.SIGABRT, limit)
        if "/" not in pattern and not pattern.startswith("|"):
            assert bool(list(folder.iterdir())) is (limit != "(0, 0)")
