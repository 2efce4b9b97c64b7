"""The other commands, as a person meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leadengine_ctl.cli.options import complete_clients
from leadengine_ctl.cli.rollout import complete_rollouts
from leadengine_ctl.cli.rollout_options import complete_releases
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet

SLOW = ("alembic", "cryptography", "dbos", "httpx", "jinja2", "paramiko", "pydantic", "sqlalchemy")


def test_help_imports_nothing_slow() -> None:
    program = f"import sys, leadengine_ctl.cli.main; print(set({SLOW!r}) & set(sys.modules))"
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_a_read_does_not_import_the_workflow_engine(lectl: Cli) -> None:
    program = (
        "import sys\nfrom leadengine_ctl.cli.main import app\n"
        "try: app(['status'])\nexcept SystemExit: print('dbos' in sys.modules)"
    )
    done = subprocess.run(
        (sys.executable, "-c", program),
        capture_output=True,
        text=True,
        check=True,
        env=lectl.variables,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "words",
    [
        ("deploy",),
        ("update",),
        ("rollback",),
        ("rollout", "list"),
        ("rollout", "show"),
        ("rollout", "pause"),
        ("rollout", "resume"),
        ("rollout", "abort"),
        ("config", "set"),
        ("config", "show"),
        ("status",),
        ("logs",),
        ("destroy",),
        ("doctor",),
        ("operations", "list"),
        ("operations", "show"),
        ("operations", "resume"),
        ("host", "list"),
        ("host", "remove"),
        ("release", "build"),
        ("release", "list"),
    ],
    ids=" ".join,
)
def test_each_help_tells_its_exit_codes(lectl: Cli, words: tuple[str, ...]) -> None:
    ran = lectl(*words, "--help")
    assert ran.code == 0
    assert "Exit codes: 0 ok, 1 error, 2 usage" in ran.out
    assert "130 interrupted." in " ".join(ran.out.split())


def test_examples_stand_on_lines_of_their_own(lectl: Cli) -> None:
    assert "\n    lectl deploy acme leads.acme.com\n" in lectl("deploy", "--help").out


def test_status_shows_green_and_red_and_what_to_do(lectl: Cli, folder: Path) -> None:
    lectl.deploy()
    lectl("deploy", "beta", "beta.example.com", "--host", "memory://two")
    lectl("config", "set", "hold=their fair", "beta")
    green = lectl("status")
    assert (green.code, green.out) == (
        0,
        "STATE  CLIENT  URL                       HOST  RELEASE  CHANNEL          CERTIFICATE    "
        "BACKUP   PROVEN\n"
        "green  acme    https://leads.acme.test   one   1.0.0    stable           host's own CA  "
        "waiting  never\n"
        "green  beta    https://beta.example.com  two   1.0.0    stable, on hold  self-signed    "
        "waiting  never\n",
    )
    assert "\nbeta: Point beta.example.com to 192.0.2.1" in green.err
    (folder / "memory" / "two.json").unlink()
    red = lectl("status")
    assert red.code == 3
    assert "red    beta    https://beta.example.com  two   1.0.0    stable, on hold  -  " in red.out
    assert "\nbeta: memory://two does not answer\n" in red.err
    assert lectl("status", "acme").code == 0


def test_a_stack_that_is_gone_is_red(lectl: Cli, folder: Path) -> None:
    lectl.deploy()
    state = folder / "memory" / "one.json"
    content = json.loads(state.read_text())
    del content["stacks"]["acme"]
    state.write_text(json.dumps(content))
    ran = lectl("status", "acme")
    assert ran.code == 3
    assert ran.err.startswith("acme: one has no stack of acme: deploy it again\n")


def test_logs_of_one_service(lectl: Cli) -> None:
    lectl.deploy()
    assert lectl("logs", "acme", "nginx").out == "nginx | ready\n"
    assert lectl("logs", "acme", "--json").json[0]["lines"][-1] == "nginx | ready"
    assert lectl("logs", "beta").code == 10
    refused = lectl("logs", "acme", "apache")
    assert refused.code == 2
    assert refused.err.startswith("Error: service: Input should be 'db', 'redis'")


def test_destroy_says_what_is_lost_and_wants_the_name(lectl: Cli) -> None:
    lectl.deploy()
    refused = lectl.process("destroy", "acme")
    assert refused.code == 12
    assert refused.err == (
        "Destroy acme on one\n"
        "  1. Remove the stack of acme and all its data from one\n"
        "  2. Remove the DNS records that were made for acme (there are none)\n"
        "  3. Forget acme: its client ID, configuration and stored secrets\n"
        "  Note: All data of acme will be lost: database, knowledge base, files, certificates.\n"
        "  Note: https://leads.acme.test will stop answering, and the snippet on the client's"
        " site with it.\n"
        "  Note: No backup is made by this command. There is no way back.\n"
        "Error: acme was not destroyed.\n"
        "The client's name was not typed.\n"
        "Type the name when asked, or give '--confirm acme'.\n"
    )
    assert lectl("destroy", "acme", "--confirm", "beta").code == 12
    assert lectl("destroy", "acme", "--yes").code == 12
    assert lectl("status", "acme").code == 0
    assert lectl("destroy", "acme", "--confirm", "acme").code == 0
    assert lectl("status", "acme").code == 10
    assert lectl("destroy", "acme", "--confirm", "acme").code == 10


def test_a_host_with_clients_is_not_removed(lectl: Cli) -> None:
    lectl.deploy()
    assert lectl("host", "list").out == (
        "HOST  ADDRESS       SERVER  COST  CLIENTS\none   memory://one  -       -     acme\n"
    )
    refused = lectl("host", "remove", "one")
    assert refused.code == 12
    assert "These clients live on it: acme.\n" in refused.err
    lectl("destroy", "acme", "--confirm", "acme")
    assert lectl("host", "remove", "one").code == 0
    assert lectl("host", "list").out == "HOST  ADDRESS  SERVER  COST  CLIENTS\n"


def test_doctor_looks_at_a_host_and_its_domains(lectl: Cli) -> None:
    lectl.deploy()
    ran = lectl("doctor", "--host", "one")
    assert ran.code == 0
    assert "ok    memory               8.0 GB of the 4 GB a stack needs\n" in ran.out
    checks = lectl("doctor", "--host", "memory://one", "--json").json[0]["checks"]
    assert {check["level"] for check in checks} <= {"ok", "warn"}


def test_an_operations_story_is_told(lectl: Cli) -> None:
    operation = lectl.deploy("acme", "leads.acme.test", "--json").json[-1]["operation"]
    listed = lectl("operations", "list")
    assert listed.out.splitlines()[1].startswith(f"done   {operation}  deploy  acme    one   ")
    story = lectl("operations", "show", operation)
    assert " started    activate/migrate" in story.out
    assert lectl("operations", "show", "nothing-like-it").code == 10


def test_the_shell_completes_names_of_clients(lectl: Cli) -> None:
    lectl.deploy()
    lectl.deploy("beta", "beta.test")
    assert complete_clients("") == ["acme", "beta"]
    assert complete_clients("b") == ["beta"]


def test_the_shell_completes_releases_and_rollouts(fleet: Fleet) -> None:
    fleet.add("acme")
    fleet.publish("1.1.0")
    fleet.update("acme")
    assert complete_releases("1.") == ["1.1.0", "1.0.0"]
    assert complete_rollouts("") == [fleet.rollout().id]


def test_the_version_is_told(lectl: Cli) -> None:
    assert lectl("--version").out == "lectl 0.1.0\n"
