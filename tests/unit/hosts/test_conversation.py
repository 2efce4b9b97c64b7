"""One task and its answers, with a runner that says what it was told to."""

import traceback
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from leadengine_agent.protocol import Inspect, Outcome, Task
from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.hosts.base import Completed, HostAddress, Input, ProgramFailedError
from leadengine_ctl.hosts.conversation import converse, submit

ADDRESS = HostAddress.parse("ssh://root@203.0.113.7")
TASK = Task(id="task-0001", order=Inspect())
EVENT = b'{"kind":"event","task":"task-0001","step":"look","state":"done"}'
OUTCOME = b'{"kind":"outcome","task":"task-0001","result":{}}'


class Saying:
    """A runner whose program prints these lines and ends as told."""

    def __init__(self, *lines: bytes, code: int = 0, err: bytes = b"") -> None:
        self._lines = lines
        self._ended = Completed(code, b"", err)
        self.words: tuple[str, ...] = ()
        self.input = b""

    def run(self, argv: tuple[str, ...], *, stdin: Input = b"", timeout: float = 60) -> Completed:
        raise NotImplementedError

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        self.words, self.input = argv, stdin
        yield from self._lines
        if self._ended.code:
            raise ProgramFailedError(self._ended)

    def close(self) -> None:
        return


class Full(Saying):
    """An engine that starts no program the first times, and says so where the program would speak."""

    def __init__(self, times: int) -> None:
        super().__init__()
        full = (b"OCI runtime exec failed: exec failed: read init-p: connection reset by peer\r",)
        self._said = chain(repeat(full, times), repeat((EVENT, OUTCOME)))
        self.started = 0

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        self.started += 1
        yield from next(self._said)


@pytest.mark.parametrize("times", [0, 1, 3])
def test_what_could_not_be_started_is_started_again(times: int) -> None:
    runner = Full(times)
    answers = list(converse(runner, ADDRESS, ("x",), b"", 1, pauses=(0.001,) * 3))
    assert [answer.kind for answer in answers] == ["event", "outcome"]
    assert runner.started == times + 1


def test_what_can_never_be_started_is_said() -> None:
    with pytest.raises(HostUnreachableError) as caught:
        list(converse(Full(9), ADDRESS, ("x",), b"", 1, pauses=(0.001,) * 3))
    assert "could not start another program" in caught.value.why
    assert "connection reset by peer" in caught.value.logs[0]


def test_task_goes_in_as_one_line_and_answers_come_out() -> None:
    runner = Saying(b"", EVENT, b"", OUTCOME)
    answers = list(submit(runner, ADDRESS, TASK))
    assert [answer.kind for answer in answers] == ["event", "outcome"]
    assert runner.words[:4] == ("docker", "exec", "-i", "leadengine-executor")
    assert runner.input.count(b"\n") == 1


def test_nothing_after_the_outcome_counts() -> None:
    assert len(list(submit(Saying(OUTCOME, EVENT, code=1), ADDRESS, TASK))) == 1


def test_answers_that_break_off_leave_the_fate_open() -> None:
    with pytest.raises(HostUnreachableError) as caught:
        list(submit(Saying(EVENT), ADDRESS, TASK))
    assert caught.value.what == f"The agent of {ADDRESS} broke off in the middle of a task"


@pytest.mark.parametrize("line", [b"hello", b"{}", b'{"kind":"outcome","task":"x"}', b"\xff"])
def test_answer_of_another_protocol_is_refused(line: bytes) -> None:
    with pytest.raises(LeadEngineError, match="gave an answer nobody understands"):
        list(submit(Saying(line), ADDRESS, TASK))


def test_answer_that_is_refused_is_not_shown() -> None:
    """An agent's answer may be wrong in one field, and have the first password beside it."""
    line = OUTCOME.replace(b"{}", b'{"password":"canary"}').replace(b"task-0001", b"no task")
    with pytest.raises(LeadEngineError) as caught:
        list(submit(Saying(line), ADDRESS, TASK))
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.logs)
    assert "canary" not in told
    assert caught.value.logs == ("outcome.task: String should match pattern '^[0-9a-z-]{8,64}$'",)


def test_a_field_that_a_newer_agent_added_is_passed_over() -> None:
    line = OUTCOME.replace(b"{", b'{"new":1,', 1)
    assert list(submit(Saying(line), ADDRESS, TASK)) == [Outcome(task=TASK.id)]


@pytest.mark.parametrize(
    ("code", "err", "why"),
    [
        (127, b"docker: not found", "Docker is not installed there."),
        (1, b"Error: No such container: leadengine-executor", "The agent is not there."),
        (1, b"Error response from daemon: Container 1f is not running", "Its executor is stopped"),
        (1, b"Container 1f is restarting, wait until", "Its executor keeps ending."),
        (1, b"Cannot connect to the Docker daemon at unix:///", "Docker does not run there."),
        (1, b"Got permission denied while trying to connect", "The user may not use Docker there."),
        (75, b"the executor does not answer: refused", "Its executor is starting."),
        (137, b"", "The agent's answer ended with exit code 137."),
    ],
)
def test_task_that_is_not_taken_is_explained(code: int, err: bytes, why: str) -> None:
    with pytest.raises(HostUnreachableError) as caught:
        list(submit(Saying(code=code, err=err), ADDRESS, TASK))
    assert caught.value.what == f"{ADDRESS} did not take the task"
    assert why in caught.value.why
    assert caught.value.hint
