"""The agent leaves a host: never under a stack, and with all its files though it was interrupted."""

import pytest

from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.agent_containers import purge_argv
from leadengine_ctl.hosts.agent_lifecycle import remove_agent
from leadengine_ctl.hosts.base import Completed, HostAddress, quiet
from tests.unit.hosts.scripted import Scripted

ADDRESS = HostAddress.parse("local")
IMAGE = "sha256:" + "ab" * 32
PURGE = purge_argv(IMAGE)


def a_host(argv: tuple[str, ...]) -> Completed | None:
    """No stack, and an executor."""
    if "{{.Image}}" in argv:
        return Completed(0, IMAGE.encode(), b"")
    return None


def test_the_files_go_before_what_names_the_image_that_removes_them() -> None:
    runner = Scripted(a_host)
    remove_agent(runner, ADDRESS, purge=True, report=quiet)
    removal = [argv for argv in runner.asked if argv[:2] == ("docker", "rm")]
    assert [argv[-1] for argv in removal] == ["leadengine-reporter", "leadengine-executor"]
    assert runner.asked.index(PURGE) < runner.asked.index(removal[-1])
    assert runner.asked.index(("docker", "stop", "leadengine-executor")) < runner.asked.index(PURGE)


def test_files_stay_when_nobody_asks_to_purge_them() -> None:
    runner = Scripted(a_host)
    remove_agent(runner, ADDRESS, purge=False, report=quiet)
    assert PURGE not in runner.asked


def test_files_go_without_an_agent_too() -> None:
    """A purge that was killed at its end, or an agent that somebody removed by hand."""
    runner = Scripted(lambda argv: Completed(1, b"", b"none") if "{{.Image}}" in argv else None)
    remove_agent(runner, ADDRESS, purge=True, report=quiet)
    assert ("rm", "-rf", "--", "/var/lib/leadengine") in runner.asked


def test_a_host_with_a_stack_keeps_its_agent() -> None:
    runner = Scripted(lambda argv: Completed(0, b"acme\nacme\n", b"") if "ps" in argv else None)
    with pytest.raises(NotAllowedError) as refused:
        remove_agent(runner, ADDRESS, purge=True, report=quiet)
    assert refused.value.why == "These stacks still live there: acme."
    assert len(runner.asked) == 1


def test_a_host_with_the_panel_keeps_its_agent() -> None:
    def answer(argv: tuple[str, ...]) -> Completed | None:
        return Completed(0, b"0123456789ab\n", b"") if "--quiet" in argv else None

    with pytest.raises(NotAllowedError) as refused:
        remove_agent(Scripted(answer), ADDRESS, purge=True, report=quiet)
    assert "docker rm -f 0123456789ab" in refused.value.hint


def test_a_host_whose_stacks_cannot_be_counted_keeps_its_agent() -> None:
    runner = Scripted(lambda argv: Completed(1, b"", b"no daemon") if "ps" in argv else None)
    with pytest.raises(LeadEngineError, match="stacks of local cannot be counted"):
        remove_agent(runner, ADDRESS, purge=True, report=quiet)
    assert len(runner.asked) == 1


def test_a_machine_without_docker_has_no_stack() -> None:
    runner = Scripted(lambda argv: Completed(127, b"", b"docker: not found"))
    with pytest.raises(LeadEngineError, match="files could not be removed"):
        remove_agent(runner, ADDRESS, purge=True, report=quiet)
