"""What is stopped for a moment runs again, also when the executor is killed in that moment."""

from pathlib import Path

import pytest

from leadengine_agent.backup import swapping
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.layout import HostLayout
from leadengine_agent.records import Record
from tests.unit.agent.builders import a_spec


class Compose:
    """Which services run."""

    def __init__(self) -> None:
        self.running = {"nginx", "worker", "db"}

    def stop(self, name: str, _grace: int) -> None:
        self.running.discard(name)

    def up(self, *names: str) -> None:
        self.running.update(names)


@pytest.fixture
def host(tmp_path: Path) -> HostLayout:
    layout = HostLayout(tmp_path)
    stack = layout.stack("acme")
    folder = stack.generations / "1"
    folder.mkdir(parents=True)
    record = Record(number=1, colour="blue", key="k", release="1.0.0", spec=a_spec())
    (folder / "generation.json").write_text(record.model_dump_json())
    stack.current.symlink_to("generations/1")
    BackupHome(layout, "acme").prepare(a_spec().client_id)
    return layout


def test_a_kill_while_services_are_stopped_is_made_good(
    host: HostLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose, home = Compose(), BackupHome(host, "acme")
    monkeypatch.setattr(swapping, "compose_of", lambda *_: compose)
    swapping.stop_for_now(home, compose, "nginx")  # type: ignore[arg-type]
    swapping.stop_for_now(home, compose, "worker")  # type: ignore[arg-type]
    assert compose.running == {"db"}
    assert swapping.finish_pending(host, host.stack("acme"))
    assert compose.running == {"nginx", "worker", "db"}
    assert not swapping.finish_pending(host, host.stack("acme"))


def test_what_is_written_down_comes_before_what_is_stopped(host: HostLayout) -> None:
    """A kill after the note and before the stop starts what runs: harmless."""
    home = BackupHome(host, "acme")

    class Dying(Compose):
        def stop(self, name: str, _grace: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swapping.stop_for_now(home, Dying(), "worker")  # type: ignore[arg-type]
    assert home.note(swapping.STOPPED) == {"services": ["worker"]}


def test_a_frozen_stack_stays_stopped(host: HostLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    compose, home = Compose(), BackupHome(host, "acme")
    monkeypatch.setattr(swapping, "compose_of", lambda *_: compose)
    swapping.stop_for_now(home, compose, "nginx")  # type: ignore[arg-type]
    host.stack("acme").state.mkdir()
    (host.stack("acme").state / "frozen.json").write_text("{}")
    assert not swapping.finish_pending(host, host.stack("acme"))
    assert "nginx" not in compose.running
