"""The order that brings a release: what is refused leaves nothing behind, what is taken is kept whole."""

import json
from pathlib import Path

import pytest

from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.executor.journal import Journal
from leadengine_agent.executor.steps import Steps
from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import point
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import Event, FailureCode, InstallRelease, StepState
from leadengine_agent.records import Record
from leadengine_agent.tasks import install_release
from leadengine_agent.tasks.context import Context
from leadengine_agent.trust.pin import pin
from tests.unit.agent.builders import TEMPLATES, a_spec
from tests.unit.agent.tuf_repository import EvilRepository, in_days

DOCKER = """#!/bin/sh
case "$1" in version) echo 20.10.0;; esac
"""


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostLayout:
    """A host whose engine is of version 20.10.0 and has every image."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "docker").write_text(DOCKER)
    (programs / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return HostLayout(tmp_path / "host")


@pytest.fixture
def repository(layout: HostLayout) -> EvilRepository:
    """A publisher that this host believes, with one release."""
    repository = EvilRepository()
    pin(layout, repository.roots)
    repository.add("1.0.0")
    return repository


def install(layout: HostLayout, order: InstallRelease) -> list[str]:
    """Run the task; returns the steps that changed something."""
    events: list[Event] = []
    steps = Steps("the-task", events.append, Failpoints(layout.agent / "failpoint"))
    install_release.run(order, Context(layout, steps, Journal(layout.agent / "journal.sqlite")))
    return [event.step for event in events if event.state is StepState.DONE]


def refusal(layout: HostLayout, order: InstallRelease) -> str:
    """Run a task that is refused, and see that it left nothing behind; returns why."""
    releases = layout.root / "releases"
    before = sorted(releases.rglob("*"))
    with pytest.raises(TaskFailure) as refused:
        install(layout, order)
    assert sorted(releases.rglob("*")) == before
    assert refused.value.failure.code is FailureCode.REFUSED
    assert refused.value.failure.step == "release"
    return refused.value.failure.why


def test_a_release_is_kept_as_it_was_signed(layout: HostLayout, repository: EvilRepository) -> None:
    assert install(layout, repository.order("1.0.0")) == ["release"]
    folder = layout.release("1.0.0")
    assert (folder / "release.json").read_text() == repository.manifests["1.0.0"]
    assert {name: (folder / name).read_text() for name in TEMPLATES} == TEMPLATES
    assert install(layout, repository.order("1.0.0")) == []


def test_without_a_pinned_publisher_nothing_is_believed(layout: HostLayout) -> None:
    repository = EvilRepository()
    repository.add("1.0.0")
    assert refusal(layout, repository.order("1.0.0")) == "This host believes no publisher yet."


def test_a_yanked_release_is_refused(layout: HostLayout, repository: EvilRepository) -> None:
    repository.add("1.0.0", yanked="It loses mail.")
    why = refusal(layout, repository.order("1.0.0"))
    assert why == "Its publisher has withdrawn it: It loses mail."


def test_a_release_that_was_yanked_later_stays_only_where_it_runs(
    layout: HostLayout, repository: EvilRepository
) -> None:
    install(layout, repository.order("1.0.0"))
    repository.add("1.0.0", yanked="It loses mail.")
    repository.next_version()
    assert "withdrawn" in refusal(layout, repository.order("1.0.0"))
    run_a_stack(layout, "1.0.0")
    assert install(layout, repository.order("1.0.0")) == []


def run_a_stack(layout: HostLayout, release: str) -> None:
    stack = layout.stack("acme")
    stack.create()
    record = Record(number=1, colour="blue", key="k", release=release, spec=a_spec())
    (stack.generations / "1").mkdir()
    (stack.generations / "1/generation.json").write_text(record.model_dump_json())
    point(stack.current, "generations/1")


@pytest.mark.parametrize(
    ("field", "floor", "why"),
    [
        ("agent_floor", "99.0.0", "It needs agent 99.0.0 or newer; this host has 0.1.0."),
        (
            "engine_floor",
            "28.0.0",
            "It needs Docker Engine 28.0.0 or newer; this host has 20.10.0.",
        ),
    ],
)
def test_a_release_for_newer_hosts_is_refused(
    layout: HostLayout, repository: EvilRepository, field: str, floor: str, why: str
) -> None:
    repository.add("2.0.0", **{field: floor})
    assert refusal(layout, repository.order("2.0.0")) == why


def test_a_release_that_is_here_stays_usable_when_its_publisher_is_late(
    layout: HostLayout, repository: EvilRepository
) -> None:
    order = repository.order("1.0.0")
    install(layout, order)
    repository.add("1.1.0")
    repository.timestamp.expires = in_days(-1)
    repository.next_version()
    assert install(layout, order) == []
    assert "expired" in refusal(layout, repository.order("1.1.0"))


def test_roots_that_rotate_are_followed_without_a_visit(
    layout: HostLayout, repository: EvilRepository
) -> None:
    """Every key is replaced, one at a time, each new root signed by two of the old keys."""
    install(layout, repository.order("1.0.0"))
    for role in ("root", "root", "root", "targets", "targets", "targets", "snapshot"):
        repository.rotate(role, repository.keys["root"][1:])
    repository.add("1.1.0")
    repository.next_version()
    assert install(layout, repository.order("1.1.0")) == ["release"]


def test_the_first_publisher_stays(layout: HostLayout, repository: EvilRepository) -> None:
    assert pin(layout, repository.roots) == ""
    other = EvilRepository()
    known = pin(layout, other.roots)
    assert known.startswith("sha256:")
    other.add("1.0.0")
    assert "Too few" in refusal(layout, other.order("1.0.0"))


def test_a_new_host_is_not_talked_into_an_old_root(layout: HostLayout) -> None:
    """It is told the whole chain when it is prepared: forged successors of old roots do not count."""
    honest = EvilRepository()
    honest.add("1.0.0")
    evil = honest.stolen()
    for _ in range(3):
        honest.rotate("root", honest.keys["root"][1:])
    pin(layout, honest.roots)
    evil.rotate("targets", evil.keys["root"])
    assert "Too few" in refusal(
        layout, evil.order("1.0.0", evil.metadata(evil.keys["targets"][2:]))
    )
    honest.next_version()
    assert install(layout, honest.order("1.0.0")) == ["release"]


def test_sizes_are_bounded_before_anything_is_read() -> None:
    values = {"version": "1.0.0", "metadata": {}, "manifest": "{}", "files": {}}
    for field, size in (("manifest", 200_001), ("files", 500_001), ("metadata", 1_000_001)):
        text = "x" * size
        name = "timestamp.json" if field == "metadata" else "a"
        with pytest.raises(ValueError, match=f"at most {size - 1} characters"):
            InstallRelease.model_validate_json(
                json.dumps({**values, field: text if field == "manifest" else {name: text}})
            )
