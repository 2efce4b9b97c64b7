"""Killed between writing what nginx reads and telling it, the next run tells it."""

import datetime
import os
from pathlib import Path

import pytest

from leadengine_agent.certificates import CertificateStore, Pair, check, self_signed, serial_of
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.executor.journal import Journal
from leadengine_agent.executor.steps import Steps
from leadengine_agent.failures import TaskFailure
from leadengine_agent.gateway import Gateway
from leadengine_agent.generations import Generations
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Certify, StepState
from leadengine_agent.records import Record
from leadengine_agent.stack import compose_of
from leadengine_agent.tasks import Context, certify
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec
from tests.unit.agent.engine import Engine

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="keys are given to another group")

DOMAIN = "leads.acme.localhost"
NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def host(tmp_path: Path) -> HostLayout:
    found = HostLayout(tmp_path / "leadengine")
    release = found.release("1.2.3")
    (release / "stack").mkdir(parents=True)
    found.agent.mkdir()
    (release / "release.json").write_text(a_release().model_dump_json())
    for name, text in TEMPLATES.items():
        (release / name).write_text(text)
    return found


@pytest.fixture
def layout(host: HostLayout) -> StackLayout:
    found = host.stack("acme")
    found.create()
    return found


@pytest.fixture
def engine(layout: StackLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(layout, tmp_path / "bin", monkeypatch)


@pytest.fixture
def live(layout: StackLayout, engine: Engine) -> Record:
    """The first generation, committed and served with a certificate that is due."""
    CertificateStore(layout.certificates).install(an_old_pair())
    first = prepare(layout, "key-a")
    gateway_of(layout, first).switch()
    Generations(layout).commit(first)
    return first


def an_old_pair() -> Pair:
    return self_signed(DOMAIN, NOW - datetime.timedelta(days=300))


def prepare(layout: StackLayout, key: str, conf: str = "") -> Record:
    """A generation; with `conf` its nginx configuration differs from the others'."""
    name = "stack/nginx.conf.j2"
    templates = {**TEMPLATES, name: TEMPLATES[name] + conf}
    return Generations(layout).prepare(a_release(), templates, a_spec(domain=DOMAIN), key)[0]


def gateway_of(layout: StackLayout, record: Record) -> Gateway:
    return Gateway(layout, record, compose_of(layout, record), "nginx")


def look_after(host: HostLayout) -> list[StepState]:
    told: list[StepState] = []
    steps = Steps("task-one", lambda event: told.append(event.state), Failpoints(host.agent / "no"))
    certify.run(
        Certify(client="acme"), Context(host, steps, Journal(host.agent / "journal.sqlite"))
    )
    return told


def served_serial(layout: StackLayout, record: Record) -> str:
    leaf = gateway_of(layout, record).served().certificate
    assert leaf is not None
    return serial_of(leaf)


def current_serial(layout: StackLayout) -> str:
    pair = CertificateStore(layout.certificates).current()
    assert pair is not None
    return serial_of(pair.leaf)


def test_a_switch_to_the_other_colour_alone_tells_nginx_nothing(
    layout: StackLayout, live: Record, engine: Engine
) -> None:
    second = gateway_of(layout, prepare(layout, "key-b"))
    engine.refuse("kill")
    second.switch()
    assert second.is_live()
    assert second.served().generation.endswith(" green")


def test_a_configuration_nginx_was_not_told_of_is_not_live(
    layout: StackLayout, live: Record, engine: Engine
) -> None:
    second = gateway_of(layout, prepare(layout, "key-b", "# other"))
    engine.refuse("kill")
    with pytest.raises(DockerError):
        second.switch()
    assert not second.is_live()
    assert second.served().generation.endswith(" blue")
    engine.obey()
    second.switch()
    assert second.is_live()
    assert second.served().generation.endswith(" green")


def test_a_way_back_that_was_killed_is_not_taken_for_done(
    layout: StackLayout, live: Record, engine: Engine
) -> None:
    gateway_of(layout, prepare(layout, "key-b", "# other")).switch()
    first = gateway_of(layout, live)
    engine.refuse("kill")
    with pytest.raises(DockerError):
        first.switch()
    assert not first.is_live()


def test_a_certificate_nginx_was_not_told_of_is_told_by_the_next_run(
    host: HostLayout, layout: StackLayout, live: Record, engine: Engine
) -> None:
    engine.refuse("kill")
    with pytest.raises(TaskFailure):
        look_after(host)
    assert served_serial(layout, live) != current_serial(layout)
    engine.obey()
    assert StepState.DONE in look_after(host)
    assert served_serial(layout, live) == current_serial(layout)
    assert look_after(host) == [StepState.STARTED, StepState.UNCHANGED]


def test_a_certificate_left_by_a_failed_change_of_the_domain_is_replaced(
    host: HostLayout, layout: StackLayout, live: Record
) -> None:
    CertificateStore(layout.certificates).install(self_signed("new.acme.localhost", NOW))
    look_after(host)
    pair = CertificateStore(layout.certificates).current()
    assert pair is not None
    assert check(pair, DOMAIN, NOW) == ""
    assert served_serial(layout, live) == serial_of(pair.leaf)


def test_a_certificate_that_nginx_refuses_is_not_left_current(
    host: HostLayout, layout: StackLayout, live: Record, engine: Engine
) -> None:
    before = current_serial(layout)
    engine.refuse("-t")
    with pytest.raises(TaskFailure, match="nginx refuses"):
        look_after(host)
    assert current_serial(layout) == before
