"""One task and its answers with the executor of a real host."""

import random
import time
from collections.abc import Iterator

from pydantic import ValidationError

from leadengine_agent.protocol import Event, Outcome, Task, answer_adapter, encode_task
from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import Completed, HostAddress, ProgramFailedError, Runner
from leadengine_ctl.hosts.text import last_lines, plain

SUBMIT = ("docker", "exec", "-i", EXECUTOR, "leadengine-agent", "submit")
SILENCE = 35.0
"""Seconds. The executor sends a blank line every 10 s while it works: three missed are enough."""

PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds until a program that could not be started is started again: many at once find no room."""

_NOT_STARTED = b"OCI runtime exec failed"
"""Docker says so where the program's own words would be. Nothing of it ever ran."""


def submit(runner: Runner, address: HostAddress, task: Task) -> Iterator[Event | Outcome]:
    """See `Transport.submit`."""
    yield from converse(runner, address, SUBMIT, encode_task(task), SILENCE)


class _NotStartedError(Exception):
    """The engine could not start the program; the text is its own."""


def converse(
    runner: Runner,
    address: HostAddress,
    argv: tuple[str, ...],
    said: bytes,
    silence: float,
    pauses: tuple[float, ...] = PAUSES,
) -> Iterator[Event | Outcome]:
    """Say something to a program of the agent; its events, and one outcome, last.

    Raises:
        HostUnreachableError: it could not be started, or broke off.
    """
    for pause in (*pauses, None):
        try:
            yield from _conversation(runner, address, argv, said, silence)
        except _NotStartedError as error:
            if pause is None:
                raise _too_many(address, str(error)) from error
            # Those who came at once do not come back at once.
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        else:
            return


def _conversation(
    runner: Runner, address: HostAddress, argv: tuple[str, ...], said: bytes, silence: float
) -> Iterator[Event | Outcome]:
    try:
        for line in runner.lines(argv, stdin=said, silence=silence):
            if not line.strip():
                continue
            if line.startswith(_NOT_STARTED):
                raise _NotStartedError(plain(line.decode(errors="replace")))
            answer = _read(line, address)
            yield answer
            if isinstance(answer, Outcome):
                return
    except ProgramFailedError as error:
        raise _not_taken(error.completed, address) from error
    raise HostUnreachableError(
        f"The agent of {address} broke off in the middle of a task",
        "It ended its answer without an outcome.",
        "Run the command again: the task is taken up where it stopped.",
    )


def _too_many(address: HostAddress, said: str) -> HostUnreachableError:
    return HostUnreachableError(
        f"{address} did not take the task",
        "Its engine could not start another program in the agent's container.",
        "Try again in some seconds: many may be asking at once.",
        logs=(said,),
    )


def _read(line: bytes, address: HostAddress) -> Event | Outcome:
    try:
        return answer_adapter.validate_json(line)
    except ValidationError as error:
        raise LeadEngineError(
            f"The agent of {address} gave an answer nobody understands",
            "It is not in the protocol this lectl speaks.",
            "Run 'lectl deploy' again: it brings the agent to the version that belongs to lectl.",
            logs=_problems(error),
            # Not the answer, nor an error that quotes it: it may carry the first password.
        ) from None


def _problems(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return tuple(
        plain(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}") for each in found[:5]
    )


_CAUSES = (
    (
        b"No such container",
        "The agent is not there.",
        "'lectl deploy' puts it there.",
    ),
    (
        b"is not running",
        "Its executor is stopped or starting.",
        "Try again in some seconds; 'docker logs leadengine-executor' on the host says more.",
    ),
    (
        b"is restarting",
        "Its executor keeps ending.",
        "'docker logs leadengine-executor' on the host says why.",
    ),
    (
        b"the executor does not answer",
        "Its executor is starting.",
        "Try again in some seconds; 'docker logs leadengine-executor' on the host says more.",
    ),
    (
        b"Cannot connect to the Docker daemon",
        "Docker does not run there.",
        "Start it ('systemctl start docker'), or let 'lectl deploy' do it.",
    ),
    (
        b"permission denied",
        "The user may not use Docker there.",
        "Use root, or a user with sudo or in the group 'docker'.",
    ),
)


def _not_taken(completed: Completed, address: HostAddress) -> HostUnreachableError:
    why, hint = _cause(completed)
    logs = last_lines(completed.err)
    return HostUnreachableError(f"{address} did not take the task", why, hint, logs=logs)


def _cause(completed: Completed) -> tuple[str, str]:
    if completed.code == 127:
        return "Docker is not installed there.", "'lectl deploy' installs it."
    said = completed.err.lower()
    for words, why, hint in _CAUSES:
        if words.lower() in said:
            return why, hint
    return (
        f"The agent's answer ended with exit code {completed.code}.",
        "Run the command again: the task is taken up where it stopped.",
    )
