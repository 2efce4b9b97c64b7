"""lectl move --to dedicated | hosted: a client of a shared stack gets its own, and comes back."""

import shutil
from pathlib import Path

import pytest

from tests.unit.ctl.cli import Cli

pytestmark = pytest.mark.long

OUT = ("--to", "dedicated", "--domain", "leads.acme.test", "--host", "memory://two", "--yes")
IN = ("--to", "hosted", "--yes")


@pytest.fixture
def acme(lectl: Cli) -> Cli:
    ran = lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert ran.code == 0, ran.err
    ran = lectl("tenant", "create", "acme", "www.acme.test", "ann@acme.test")
    assert ran.code == 0, ran.err
    return lectl


def client_id(lectl: Cli) -> str:
    shown = lectl("tenant", "show", "acme", "--json").json[-1]
    return str(shown["client_id"])


def test_a_hosted_client_gets_a_stack_of_its_own_and_comes_back(acme: Cli) -> None:
    own = client_id(acme)
    ran = acme("move", "acme", *OUT)
    assert ran.code == 0, ran.err
    assert "acme is dedicated now, with all of its 1 rows" in ran.err
    status = acme("status", "acme", "--json").json[-1]["clients"][0]
    assert status["client_id"] == own
    assert "acme is suspended" in acme("tenant", "show", "acme").out
    ran = acme("move", "acme", *IN)
    assert ran.code == 0, ran.err
    assert "acme is live" in acme("tenant", "show", "acme").out
    assert client_id(acme) == own
    assert "red" in acme("status", "acme").out, "its own stack is kept, stopped"


def test_the_plan_says_what_is_kept_and_what_begins_anew(acme: Cli) -> None:
    ran = acme("move", "acme", *OUT, "--dry-run")
    assert ran.code == 0, ran.err
    assert "is kept in cloud, suspended" in ran.err
    assert "Authenticators" in ran.err
    assert "acme is live" in acme("tenant", "show", "acme").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--to", "dedicated"), 2),
        (("--to", "hosted", "--domain", "leads.acme.test"), 2),
        (("--to", "hosted"), 10),
        (("--to", "dedicated", "--domain", "app.le.test"), 12),
    ],
)
def test_what_cannot_be_meant_is_said(acme: Cli, words: tuple[str, ...], code: int) -> None:
    ran = acme("move", "acme", *words, "--yes")
    assert ran.code == code, ran.err
    assert "acme is live" in acme("tenant", "show", "acme").out


def test_a_name_that_is_another_clients_stops_it_before_anything_is_done(acme: Cli) -> None:
    ran = acme("deploy", "acme", "other.acme.test", "--host", "memory://two")
    assert ran.code == 0, ran.err
    ran = acme("move", "acme", *OUT)
    assert ran.code == 12
    assert "acme is another client already" in ran.err
    assert "acme is live" in acme("tenant", "show", "acme").out


@pytest.mark.soak
@pytest.mark.parametrize("words", [OUT, IN], ids=["out", "in"])
def test_killed_before_and_after_each_step_it_converges(
    acme: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """N = both sides of five steps, in both directions; where it came from is kept until it arrived."""
    own = client_id(acme)
    if words == IN:
        assert acme("move", "acme", *OUT).code == 0
    for step in ("close", "carry", "arrive", "open", "tidy"):
        for side in ("before", "after"):
            folder = tmp_path / f"{step}-{side}"
            shutil.copytree(acme.folder, folder)
            variables = {**acme.variables, "LECTL_DATA_FOLDER": str(folder)}
            copied = Cli(folder, variables)
            point = f"carry-client.{step}:{side}"
            killed = copied.process("move", "acme", *words, LECTL_FAILPOINT=point)
            assert killed.code == -9, f"{point} was never reached: {killed.err}"
            ran = copied.process("move", "acme", *words)
            assert ran.code == 0, f"{point}: {ran.err}"
            shown = copied.process("tenant", "show", "acme", "--json").json[-1]
            assert shown["client_id"] == own
            assert bool(shown["suspended_at"]) is (words == OUT), point
