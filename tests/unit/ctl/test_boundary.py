"""Every error leaves as sentences and a code."""

from pathlib import Path

import pytest

from leadengine_ctl.cli.boundary import guard
from leadengine_ctl.errors import ExitCode, LockedError, TaskFailedError
from tests.unit.ctl.cli import Cli


def raising(error: BaseException) -> None:
    raise error


def test_an_error_is_three_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    error = LockedError("acme is locked", "Ann holds it", "Wait for her.")
    assert guard(lambda: raising(error), ()) == ExitCode.LOCKED
    assert capsys.readouterr().err == "Error: acme is locked.\nAnn holds it.\nWait for her.\n"


def test_the_last_lines_come_first_and_are_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    error = TaskFailedError(
        "The api is not healthy", "", "", code="unhealthy", logs=("\x1b[31mboom", "tail")
    )
    assert guard(lambda: raising(error), ()) == ExitCode.ERROR
    assert capsys.readouterr().err == (
        "  | \ufffd[31mboom\n  | tail\nError: The api is not healthy.\n"
    )


def test_an_unexpected_error_is_one_sentence_and_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert guard(lambda: raising(ZeroDivisionError("by zero")), ()) == ExitCode.ERROR
    (log,) = tmp_path.rglob("error-*.log")
    assert capsys.readouterr().err == (
        "Error: lectl met an error of its own (ZeroDivisionError).\n"
        f"The details are in {log}.\n"
        "Run it again with --debug to see them; what was begun can be resumed.\n"
    )
    assert "ZeroDivisionError: by zero" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_debug_shows_the_traceback(lectl: Cli) -> None:
    for words in (("--debug", "status", "nobody"), ("status", "nobody", "--debug")):
        assert "Traceback (most recent call last):" in lectl(*words).err
    assert "Traceback" not in lectl("status", "nobody").err


def test_control_characters_are_refused_before_they_are_shown(lectl: Cli) -> None:
    ran = lectl("status", "--\x1b]0;owned\x07")
    assert ran.code == 2
    assert ran.err == (
        "Error: A word of the command line has a character that cannot be printed.\n"
        "Control characters, line breaks and changes of direction are part of no name.\n"
        "Type the word anew instead of pasting it.\n"
    )


def test_a_wrong_setting_is_named_as_it_is_set(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PORT", "99999")
    monkeypatch.setenv("LECTL_ACME_DIRECTORY", "not a url")
    ran = lectl("status")
    assert ran.code == 2
    assert ran.err == (
        "Error: SMTP_PORT: a port is a number from 1 to 65535\n"
        "LECTL_ACME_DIRECTORY: a URL looks like 'https://host/path', without spaces, quotes or '$'\n"
    )


def test_an_unreadable_acme_trust_file_is_named(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTL_ACME_TRUST", "/nonexistent/ca.pem")
    ran = lectl.deploy("acme", "leads.acme.test", "--dry-run")
    assert ran.code == 2
    assert ran.err.startswith("Error: LECTL_ACME_TRUST: /nonexistent/ca.pem cannot be read.\n")


def test_every_exit_code_of_the_design_is_its_own() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "ERROR": 1,
        "USAGE": 2,
        "PARTIAL": 3,
        "NOT_FOUND": 10,
        "LOCKED": 11,
        "NOT_ALLOWED": 12,
        "CHANGES_PENDING": 20,
        "INTERRUPTED": 130,
    }
