"""Start, replace and remove the agent's containers."""

from leadengine_agent.protocol import ImageRef, StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.agent_containers import (
    CLIENT_LABEL,
    CONFIG_LABEL,
    EXECUTOR,
    REPORTER,
    ROOT,
    config_of,
    executor_argv,
    purge_argv,
    reporter_argv,
)
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import check, failed, said
from leadengine_ctl.hosts.readiness import wait_for_executor

_STOP_DEADLINE = 400.0
"""Seconds: longer than an executor may take to finish the task at hand."""


_OF_PANEL = "label=com.docker.compose.project=leadengine_panel"

_NO_PROGRAM = 127
"""Exit code where Docker is not installed: no stack lives there."""


def is_current(runner: Runner, agent: ImageRef) -> bool:
    """Both containers run, from this very image and with these very words."""
    wanted = {EXECUTOR: executor_argv(agent), REPORTER: reporter_argv(agent)}
    return all(_config(runner, name) == config_of(argv) for name, argv in wanted.items())


def start_agent(runner: Runner, address: HostAddress, agent: ImageRef, report: Report) -> None:
    """Have one executor and one reporter run; an unchanged one is left alone."""
    _ensure(runner, address, EXECUTOR, executor_argv(agent), report)
    wait_for_executor(runner, address)
    _ensure(runner, address, REPORTER, reporter_argv(agent), report)


def _config(runner: Runner, name: str) -> str:
    """The label of a running container, empty when it does not run or is not there."""
    form = f'{{{{if .State.Running}}}}{{{{index .Config.Labels "{CONFIG_LABEL}"}}}}{{{{end}}}}'
    return said(runner, "docker", "container", "inspect", "--format", form, name)


def _ensure(
    runner: Runner, address: HostAddress, name: str, argv: tuple[str, ...], report: Report
) -> None:
    step = name.removeprefix("leadengine-")
    if _config(runner, name) == config_of(argv):
        report(Progress(step, StepState.UNCHANGED, "runs as it should"))
        return
    report(Progress(step, StepState.STARTED))
    _remove(runner, name)
    check(runner, argv, f"The {step} could not be started on {address}")
    report(Progress(step, StepState.DONE, "started"))


def _remove(runner: Runner, name: str) -> None:
    """Let it finish what it does, then remove it; fine when it is not there."""
    _stop(runner, name)
    _drop(runner, name)


def _stop(runner: Runner, name: str) -> None:
    runner.run(("docker", "stop", name), timeout=_STOP_DEADLINE)


def _drop(runner: Runner, name: str) -> None:
    runner.run(("docker", "rm", "--force", "--volumes", name))


def remove_agent(runner: Runner, address: HostAddress, *, purge: bool, report: Report) -> None:
    """See `Host.remove_agent`."""
    _refuse_while_stacks_live(runner, address)
    for name in (REPORTER, EXECUTOR):
        _stop(runner, name)
    # Before the containers: the executor says which image can remove the files.
    if purge:
        check(runner, _purge(runner), f"The agent's files could not be removed from {address}")
        report(Progress("files", StepState.DONE, "removed"))
    for name in (REPORTER, EXECUTOR):
        _drop(runner, name)
        report(Progress(name.removeprefix("leadengine-"), StepState.DONE, "removed"))


def _purge(runner: Runner) -> tuple[str, ...]:
    """In a container where there is one to take the image of: our user may not be root."""
    form = ("--format", "{{.Image}}")
    image = said(runner, "docker", "container", "inspect", *form, EXECUTOR)
    return purge_argv(image) if image else ("rm", "-rf", "--", ROOT)


def _refuse_while_stacks_live(runner: Runner, address: HostAddress) -> None:
    form = f'{{{{.Label "{CLIENT_LABEL}"}}}}'
    argv = ("docker", "ps", "--all", "--filter", f"label={CLIENT_LABEL}", "--format", form)
    listing = runner.run(argv)
    if listing.code not in (0, _NO_PROGRAM):
        raise failed(listing, f"The stacks of {address} cannot be counted")
    found = set(listing.out.decode(errors="replace").split())
    if found:
        raise NotAllowedError(
            f"The agent of {address} cannot be removed",
            f"These stacks still live there: {', '.join(sorted(found))}.",
            "Destroy them first: lectl destroy NAME",
        )
    if panel := said(runner, "docker", "ps", "--all", "--quiet", "--filter", _OF_PANEL).split():
        raise NotAllowedError(
            f"The agent of {address} cannot be removed",
            "The panel lives there, and its secrets and certificate are the agent's to keep.",
            f"To end it for good, first remove its containers there: docker rm -f {' '.join(panel)}",
        )
