"""A control plane that was taken over hands the real executor what it likes: nothing of it is done.

It has all that `lectl` has: the way to the host, the orders' language, every signed file. What it lacks
are the publisher's offline keys (promise S3, as far as releases go).
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadengine_agent.protocol import Activate, InstallRelease, Outcome, Task, encode_task
from leadengine_agent.values import digest_of
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, Runner
from leadengine_ctl.hosts.conversation import SUBMIT
from leadengine_ctl.hosts.registry import open_runner
from leadengine_ctl.releases.bundle import Bundle
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.operator import Operator
from tests.lab.releases import publish
from tests.lab.stack import Stack
from tests.lab.vps import Vps
from tests.unit.ctl.builders import a_draft
from tests.unit.ctl.builders import publish as sign_and_publish
from tests.unit.ctl.hostile import a_world

CLIENT, DOMAIN = "evil", "leads.evil.internal"
COMPOSE = "stack/compose.yaml.j2"
JOURNAL = "/var/lib/leadengine/agent/journal.sqlite"
READ = (
    "import json,sqlite3,sys; print(json.dumps(sqlite3.connect(sys.argv[1]).execute("
    "'SELECT outcome FROM tasks WHERE state = ? UNION ALL SELECT what || why FROM refusals',"
    "('failed',)).fetchall()))"
)


class Evil:
    """The way to one host, and the signed state before and after its newest release."""

    def __init__(self, runner: Runner, vps: Vps, old: Bundle, new: Bundle) -> None:
        self._runner = runner
        self._vps = vps
        self.old = old
        self.new = new

    def send(self, line: bytes) -> Outcome:
        """One line to the executor's socket, whatever is in it."""
        answers = self.push(line).splitlines()
        return Outcome.model_validate_json([each for each in answers if each.strip()][-1])

    def push(self, line: bytes) -> bytes:
        """One line, and whatever comes back."""
        return self._runner.run(SUBMIT, stdin=line, timeout=120).out

    def order(self, name: str, order: InstallRelease | Activate) -> Outcome:
        return self.send(encode_task(Task(id=f"evil-{name}", actor="evil", order=order)))

    def refused(self, outcome: Outcome) -> str:
        """Why; and that the host wrote it down."""
        assert outcome.failure is not None
        assert outcome.failure.code in {"refused", "invalid"}
        assert outcome.failure.why[:60] in self.journal()
        return outcome.failure.why

    def journal(self) -> str:
        python = ("docker", "exec", "leadengine-executor", "/opt/leadengine/bin/python", "-c")
        rows = json.loads(self._vps.run(*python, READ, JOURNAL).stdout)
        return "\n".join(str(row[0]).replace('\\"', '"') for row in rows)

    def releases(self) -> str:
        return self._vps.run("find", "/var/lib/leadengine/releases").stdout


@pytest.fixture(scope="module")
def client(lab_operator: Operator, stocked_vps: Vps) -> ClientRecord:
    """A client who was deployed on 1.0.0 and runs 1.1.0 now."""
    ended = lab_operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    publish(lab_operator, "1.1.0", {})
    ended = lab_operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LECTL_DATA_FOLDER", str(lab_operator.data))
        return a_world().store.clients.get(CLIENT)


@pytest.fixture(scope="module")
def evil(
    lab_operator: Operator, release_home: Path, stocked_vps: Vps, client: ClientRecord
) -> Iterator[Evil]:
    trust = HostTrust(pinned=HostKey.parse(stocked_vps.host_key))
    runner = open_runner(HostAddress.parse(stocked_vps.url), trust, stocked_vps.key)
    old = Library(Repository(release_home / "data/releases")).load("1.0.0")
    new = Library(Repository(lab_operator.data / "releases")).load("1.1.0")
    yield Evil(runner, stocked_vps, old, new)
    runner.close()


@pytest.fixture(autouse=True)
def nothing_is_done(evil: Evil, stocked_vps: Vps) -> Iterator[None]:
    """The same containers as before, the same files and releases, no canary."""
    stack = Stack(stocked_vps, CLIENT, DOMAIN)
    before = (stack.runtimes(), stack.ordered_files(), evil.releases())
    yield
    assert (stack.runtimes(), stack.ordered_files(), evil.releases()) == before
    assert stocked_vps.run("ls", "/root").stdout.count("canary") == 0


def test_an_unsigned_image(evil: Evil) -> None:
    release = evil.new.release
    image = release.images["api"].model_copy(update={"digest": release.images["db"].digest})
    images = {**release.images, "api": image}
    manifest = release.model_copy(update={"images": images}).model_dump_json()
    order = evil.new.order(None).model_copy(update={"manifest": manifest})
    assert "not the one that was signed" in evil.refused(evil.order("image", order))


def test_a_release_that_strangers_signed(evil: Evil, tmp_path: Path) -> None:
    order = sign_and_publish(tmp_path / "data", a_draft("9.9.9")).load("9.9.9").order(None)
    assert "Too few of the publisher's keys" in evil.refused(evil.order("stranger", order))


def test_an_older_state_of_what_is_published(evil: Evil) -> None:
    assert "older" in evil.refused(evil.order("older-state", evil.old.order(None)))


def test_an_older_release_that_is_still_on_the_host(evil: Evil, client: ClientRecord) -> None:
    order = Activate(spec=client.spec, release="1.0.0", secrets=client.secrets)
    outcome = evil.order("older-release", order)
    assert outcome.failure is not None
    assert "it is older than 1.1.0, which runs" in outcome.failure.what
    evil.refused(outcome)


def privileged(text: str) -> str:
    return text.replace("read_only: true", "read_only: true\n    privileged: true")


def mounted(text: str) -> str:
    return text.replace("volumes:", "volumes:\n      - /:/host", 1)


@pytest.mark.parametrize("change", [privileged, mounted])
def test_a_template_with_more_rights(evil: Evil, change: Callable[[str], str]) -> None:
    honest = evil.new.files[COMPOSE]
    assert change(honest) != honest
    files = {**evil.new.files, COMPOSE: change(honest)}
    order = evil.new.order(None).model_copy(update={"files": files})
    why = evil.refused(evil.order(f"here-{change.__name__}", order))
    assert why == f"The file {COMPOSE} is not the one its manifest names."
    manifest = evil.new.manifest.replace(digest_of(honest), digest_of(files[COMPOSE]))
    fitting = order.model_copy(update={"manifest": manifest})
    why = evil.refused(evil.order(f"fitting-{change.__name__}", fitting))
    assert "not the one that was signed" in why


@pytest.mark.parametrize(
    "order",
    [
        {"verb": "shell", "command": "touch /root/canary"},
        {"verb": "run", "argv": ["touch", "/root/canary"]},
        {"verb": "logs", "client": "evil; touch /root/canary"},
        {"verb": "logs", "client": "../../../root"},
        {"verb": "decommission", "client": "evil", "also": "/"},
        {"verb": "activate", "release": "1.1.0", "compose": "services: {}"},
    ],
    ids=["shell", "run", "shell in a name", "path in a name", "more fields", "compose text"],
)
def test_words_that_are_not_in_the_language(evil: Evil, order: dict[str, object]) -> None:
    line = json.dumps({"protocol": 1, "id": "evil-words", "order": order}).encode() + b"\n"
    assert evil.refused(evil.send(line))


def test_an_order_without_end(evil: Evil) -> None:
    """Eight million bytes are read, and not one more."""
    assert "column 8000000" not in evil.journal()
    evil.push(b'{"protocol": 1, "id": "' + b"x" * 9_000_000 + b'"}\n')
    assert "column 8000000" in evil.journal()
