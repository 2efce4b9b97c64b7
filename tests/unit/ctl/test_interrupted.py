"""A killed deploy goes on where it stopped (promise R1), whoever starts it again."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from leadengine_ctl.planning.deploy import plan_deploy
from tests.unit.ctl.builders import a_draft
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.ready import make_ready

pytestmark = pytest.mark.long

STEPS = [step.name for step in plan_deploy("a", "b", "c", a_draft().release).steps]
POINTS = [f"deploy.{step}:{side}" for step in STEPS for side in ("before", "after")]
WORDS = ("deploy", "acme", "leads.acme.test", "--host", "memory://one")


def an_operator(folder: Path) -> Cli:
    make_ready(folder)
    return Cli(folder, Cli.environment(folder, folder))


def state_of(folder: Path) -> dict[str, Any]:
    """What the host has, without what differs between any two deploys."""
    state: dict[str, Any] = json.loads((folder / "memory" / "one.json").read_text())
    stack = state["stacks"]["acme"]
    for name in ("key", "password"):
        del stack[name]
    del stack["backups"]["password"]
    stack["spec"]["client_id"] = ""
    orders = sorted((entry["verb"], bool(entry["outcome"])) for entry in state["journal"].values())
    return {**state, "publisher": bool(state["publisher"]), "journal": orders}


def kill_and_run_again(folder: Path, point: str) -> None:
    lectl = an_operator(folder)
    killed = lectl.process(*WORDS, LECTL_FAILPOINT=point)
    assert killed.code == -9, f"{point} was never reached: {killed.err}"
    again = lectl.process(*WORDS)
    assert again.code == 0, again.err
    assert "  Admin: support@leadengine.io / " in again.out
    (operation,) = lectl.process("operations", "list", "--json").json[0]["operations"]
    assert operation["state"] == "done"


def converges(tmp_path: Path, points: list[str]) -> None:
    """Kill one deploy at each point and run it again: the host ends up as an undisturbed one."""
    control = tmp_path / "control"
    assert an_operator(control).process(*WORDS).code == 0
    folders = [tmp_path / point.replace(":", "-") for point in points]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(kill_and_run_again, folders, points))
    for folder in folders:
        assert state_of(folder) == state_of(control), folder.name


def test_a_deploy_that_was_killed_converges(tmp_path: Path) -> None:
    """At two points; all of them are tried in tests/lab/test_control_plane.py."""
    converges(tmp_path, ["deploy.release:after", "deploy.activate:after"])


@pytest.mark.parametrize(
    "point",
    [
        f"destroy.{step}:{side}"
        for step in ("decommission", "forget")
        for side in ("before", "after")
    ],
)
def test_a_destroy_that_was_killed_is_finished_by_the_next(lectl: Cli, point: str) -> None:
    assert lectl.deploy().code == 0
    words = ("destroy", "acme", "--confirm", "acme")
    assert lectl.process(*words, LECTL_FAILPOINT=point).code == -9
    again = lectl(*words)
    assert again.code == 0, again.err
    newest = lectl("operations", "list", "--json").json[0]["operations"][0]
    assert (newest["verb"], newest["state"]) == ("destroy", "done")
    assert lectl(*words).code == 10


@pytest.fixture
def interrupted(lectl: Cli) -> str:
    """The id of a deploy that was killed in the middle."""
    assert lectl.process(*WORDS, LECTL_FAILPOINT="deploy.activate:after").code == -9
    (operation,) = lectl("operations", "list", "--json").json[0]["operations"]
    assert operation["state"] == "running"
    return str(operation["id"])


def test_resume_takes_it_up(lectl: Cli, interrupted: str) -> None:
    ran = lectl("operations", "resume", interrupted)
    assert ran.code == 0, ran.err
    assert "URL: https://leads.acme.test" in ran.out
    ended = lectl("operations", "resume", interrupted)
    assert ended.code == 12
    assert ended.err == (
        f"Error: The operation {interrupted} cannot be resumed: it is done.\n"
        "It came to its end.\n"
        "Run the command again: lectl deploy acme …\n"
    )


def test_other_parameters_supersede_it(lectl: Cli, interrupted: str) -> None:
    ran = lectl("deploy", "acme", "other.acme.test", "--host", "memory://one", "--yes")
    assert ran.code == 0, ran.err
    newer, older = lectl("operations", "list", "--json").json[0]["operations"]
    assert (newer["state"], older["state"]) == ("done", "superseded")
    assert (older["id"], older["failure"]) == (interrupted, f"Superseded by {newer['id']}.")


def test_other_settings_supersede_it_and_count(lectl: Cli, interrupted: str) -> None:
    mail = {"SMTP_HOST": "mail.acme.test", "SMTP_FROM": "heir@acme.test"}
    assert lectl.process(*WORDS, **mail).code == 0
    newer, older = lectl("operations", "list", "--json").json[0]["operations"]
    assert (newer["state"], older["state"]) == ("done", "superseded")
    assert older["id"] == interrupted
    host = json.loads((lectl.folder / "memory" / "one.json").read_text())
    assert host["stacks"]["acme"]["spec"]["mail"]["sender"] == "heir@acme.test"


def test_an_operation_of_another_client_is_left_alone(lectl: Cli, interrupted: str) -> None:
    assert lectl.deploy("beta", "beta.test").code == 0
    shown = lectl("operations", "show", interrupted, "--json").json[0]
    assert shown["operation"]["state"] == "running"
