"""What every runner must do, wherever its programs run.

A kind of runner passes by subclassing `RunnerSuite` with the fixture `runner`.
"""

import hashlib
import time
from collections.abc import Generator

import pytest

from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.hosts.base import ProgramFailedError, Runner

HOSTILE_WORDS = (
    "plain",
    "",
    " ",
    "two words",
    "line\nbreak",
    "carriage\rreturn",
    "tab\there",
    "$HOME",
    "$(touch /tmp/leadengine-canary)",
    "`touch /tmp/leadengine-canary`",
    "; touch /tmp/leadengine-canary #",
    "&& touch /tmp/leadengine-canary",
    "it's",
    '"quoted"',
    "'\"'\"'",
    "back\\slash",
    "back\\",
    "*",
    "~root",
    "!!",
    "-rf",
    "--",
    "%s%n",
    "größer 雪 🦊",
    "\u202eright to left",
    "\x1b[31mred",
    "x" * 10_000,
)


def pieces(*content: bytes) -> Generator[bytes, None, None]:
    yield from content


class RunnerSuite:
    """Needs the fixture `runner`."""

    def test_words_arrive_as_they_were_sent(self, runner: Runner) -> None:
        ended = runner.run(("printf", r"%s\0", *HOSTILE_WORDS))
        assert ended.out.split(b"\0")[:-1] == [word.encode() for word in HOSTILE_WORDS]
        assert runner.run(("test", "-e", "/tmp/leadengine-canary")).code == 1

    def test_exit_code_is_the_program_s(self, runner: Runner) -> None:
        assert runner.run(("test", "1", "=", "2")).code == 1
        assert runner.run(("true",)).code == 0

    def test_program_that_is_not_there_ends_with_127(self, runner: Runner) -> None:
        ended = runner.run(("leadengine-no-such-program",), stdin=b"x" * 100_000)
        assert ended.code == 127
        assert b"leadengine-no-such-program" in ended.err

    def test_standard_error_is_kept_apart(self, runner: Runner) -> None:
        ended = runner.run(("cat", "/no/such/file"))
        assert ended.out == b""
        assert b"/no/such/file" in ended.err

    def test_input_and_output_larger_than_any_buffer_pass_together(self, runner: Runner) -> None:
        content = bytes(range(256)) * 20_000
        assert runner.run(("cat",), stdin=content).out == content

    def test_input_made_piece_by_piece_arrives_whole(self, runner: Runner) -> None:
        parts = [bytes([number]) * 70_000 for number in range(50)]
        digest = hashlib.sha256(b"".join(parts)).hexdigest()
        assert runner.run(("sha256sum",), stdin=pieces(*parts)).out.split()[0] == digest.encode()

    def test_program_that_reads_nothing_may_still_succeed(self, runner: Runner) -> None:
        assert runner.run(("true",), stdin=b"x" * 5_000_000).code == 0

    def test_error_while_making_the_input_comes_out(self, runner: Runner) -> None:
        def broken() -> Generator[bytes, None, None]:
            yield b"first"
            raise LeadEngineError("the second piece is missing")

        with pytest.raises(LeadEngineError, match="second piece"):
            runner.run(("cat",), stdin=broken())

    def test_program_that_never_ends_meets_its_deadline(self, runner: Runner) -> None:
        began = time.monotonic()
        with pytest.raises(HostUnreachableError) as caught:
            runner.run(("sleep", "60"), timeout=0.5)
        assert time.monotonic() - began < 5
        assert "'sleep' did not end" in caught.value.why

    def test_program_that_never_reads_meets_its_deadline(self, runner: Runner) -> None:
        with pytest.raises(HostUnreachableError):
            runner.run(("sleep", "60"), stdin=b"x" * 20_000_000, timeout=0.5)

    def test_lines_come_one_by_one_and_blank_ones_too(self, runner: Runner) -> None:
        lines = runner.lines(("printf", r"a\n\nb\nrest"), stdin=b"", silence=10)
        assert list(lines) == [b"a", b"", b"b", b"rest"]

    def test_lines_come_while_the_program_still_runs(self, runner: Runner) -> None:
        lines = runner.lines(("tail", "-n", "1", "-f", "/etc/hostname"), stdin=b"", silence=10)
        assert next(lines)

    def test_lines_of_a_program_that_fails_end_with_its_error(self, runner: Runner) -> None:
        with pytest.raises(ProgramFailedError) as caught:
            list(runner.lines(("cat", "/no/such/file"), stdin=b"", silence=10))
        assert caught.value.completed.code == 1
        assert b"/no/such/file" in caught.value.completed.err

    def test_lines_of_a_program_gone_silent_are_given_up(self, runner: Runner) -> None:
        with pytest.raises(HostUnreachableError) as caught:
            list(runner.lines(("sleep", "60"), stdin=b"task\n", silence=0.5))
        assert "said nothing" in caught.value.why

    def test_runner_is_usable_after_a_deadline(self, runner: Runner) -> None:
        with pytest.raises(HostUnreachableError):
            runner.run(("sleep", "60"), timeout=0.2)
        assert runner.run(("echo", "still here")).out == b"still here\n"
