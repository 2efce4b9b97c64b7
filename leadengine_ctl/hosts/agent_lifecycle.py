"""Start, replace and remove the agent's containers."""

from leadengine_agent.protocol import ImageRef, StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.agent_containers import (
    CLIENT_LABEL,
    CONFIG_LABEL,
    EXECUTOR,
    REPORTER,
    config_of,
    executor_argv,
    purge_argv,
    reporter_argv,
)
from leadengine_ctl.hosts.base import HostAddress, Progress, Report, Runner
from leadengine_ctl.hosts.commands import check, said
from leadengine_ctl.hosts.readiness import wait_for_executor

_STOP_DEADLINE = 400.0
"""Seconds: longer than an executor may take to finish the task at hand."""


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
    runner.run(("docker", "stop", name), timeout=_STOP_DEADLINE)
    runner.run(("docker", "rm", "--force", "--volumes", name))


def remove_agent(runner: Runner, address: HostAddress, *, purge: bool, report: Report) -> None:
    """See `Host.remove_agent`."""
    _refuse_while_stacks_live(runner, address)
    image = _image(runner)
    for name in (REPORTER, EXECUTOR):
        _remove(runner, name)
        report(Progress(name.removeprefix("leadengine-"), StepState.DONE, "removed"))
    if purge and image:
        check(runner, purge_argv(image), f"The agent's files could not be removed from {address}")
        report(Progress("files", StepState.DONE, "removed"))


def _image(runner: Runner) -> str:
    """The image of the executor, empty when there is none."""
    return said(runner, "docker", "container", "inspect", "--format", "{{.Image}}", EXECUTOR)


def _refuse_while_stacks_live(runner: Runner, address: HostAddress) -> None:
    form = f'{{{{.Label "{CLIENT_LABEL}"}}}}'
    labelled = ("--filter", f"label={CLIENT_LABEL}", "--format", form)
    found = said(runner, "docker", "ps", "--all", *labelled).split()
    if found:
        raise NotAllowedError(
            f"The agent of {address} cannot be removed",
            f"These stacks still live there: {', '.join(sorted(set(found)))}.",
            "Destroy them first: lectl destroy NAME",
        )
