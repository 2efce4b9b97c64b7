"""lectl deploy, from the words typed to the words shown."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.ctl.builders import a_draft, publish, withdraw
from tests.unit.ctl.cli import Cli

SUMMARY = """\
=========================================================
  LeadEngine deployed for acme
  URL: https://leads.acme.test
  Admin: ann@acme.test / PASSWORD
  Client ID: CLIENT_ID
  Snippet: <script src='https://leads.acme.test/pixel.js'></script>
  Certificate: host's own CA
  Release: 1.0.0
=========================================================
The password is shown this once; it is kept nowhere.
No mail was sent: no mail server is set (SMTP_HOST).
"""


def test_a_first_deploy_shows_all_a_person_needs(lectl: Cli) -> None:
    ran = lectl.deploy("acme", "leads.acme.test", "ann@acme.test")
    assert ran.code == 0, ran.err
    password = re.search(r"Admin: ann@acme.test / (\S+)", ran.out)
    client_id = re.search(r"Client ID: ([0-9a-f]{24})", ran.out)
    assert password
    assert client_id
    shown = ran.out.replace(password[1], "PASSWORD").replace(client_id[1], "CLIENT_ID")
    assert shown == SUMMARY
    ended = re.findall(r"^  (ok|same) +(\w+)", ran.err, re.MULTILINE)
    assert ended == [
        ("same", "check"),
        ("ok", "prepare"),
        ("ok", "harden"),
        ("ok", "release"),
        ("ok", "register"),
        ("ok", "activate"),
        ("same", "certify"),
        ("ok", "record"),
    ]


def test_a_second_deploy_changes_nothing_and_hides_the_password(lectl: Cli) -> None:
    first = lectl.deploy()
    second = lectl.deploy()
    assert second.code == 0
    assert re.findall(r"^  (\w+) +\w+", second.err, re.MULTILINE) == ["same"] * 8
    assert "Release: 1.0.0 (nothing changed)" in second.out
    assert "The administrator's password is unchanged." in second.out
    assert "  Admin: support@leadengine.io\n" in second.out
    client_id = re.search("Client ID: .*", first.out)
    assert client_id
    assert client_id[0] in second.out


def test_a_redeploy_keeps_what_is_not_said_again(lectl: Cli) -> None:
    lectl.deploy("acme", "leads.acme.test", "ann@acme.test", "--plan", "enterprise")
    ran = lectl("deploy", "acme", "leads.acme.test")
    assert "(nothing changed)" in ran.out
    status = lectl("status", "--json").json[0]["clients"][0]
    assert (status["host"], status["green"]) == ("one", True)


def test_json_gives_events_and_the_result_and_leaves_the_password_to_a_person(lectl: Cli) -> None:
    lines = lectl.deploy("acme", "leads.acme.test", "ann@acme.test", "--json").json
    assert {line["kind"] for line in lines[:-1]} == {"event"}
    result = lines[-1]
    assert (result["kind"], result["url"]) == ("result", "https://leads.acme.test")
    assert result["password_waiting"] is True
    assert "password" not in result
    assert "  Admin: ann@acme.test / " in lectl.deploy().out
    assert lectl.deploy("acme", "leads.acme.test", "--json").json[-1]["password_waiting"] is False


def test_a_dry_run_shows_plan_and_files_and_changes_nothing(lectl: Cli, folder: Path) -> None:
    ran = lectl.deploy("acme", "leads.acme.test", "--dry-run")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(
        "Deploy acme at https://leads.acme.test on memory://one, release 1.0.0\n"
        "  1. Check that the name acme and the domain leads.acme.test are free\n"
    )
    assert "--- compose.yaml\n" in ran.out
    assert "Stand-ins built from Debian's packages" in ran.out
    assert ran.out.endswith("Nothing was changed.\n")
    assert not (folder / "memory").exists()
    assert not (folder / "workflows.sqlite").exists()
    assert "There are no clients yet." in lectl("status").err
    assert lectl("operations", "list", "--json").json == [{"kind": "result", "operations": []}]


def test_a_dry_run_names_secrets_and_does_not_show_them(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_API_KEY", "canary-1b5e")
    ran = lectl.deploy("acme", "leads.acme.test", "--dry-run")
    assert "would be handed over: llm_api_key\n" in ran.out
    assert "canary-1b5e" not in ran.out + ran.err


def test_a_client_that_lives_elsewhere_is_not_deployed_twice(lectl: Cli) -> None:
    lectl.deploy()
    ran = lectl("deploy", "acme", "leads.acme.test", "--host", "memory://two")
    assert ran.code == 12
    assert ran.err.endswith(
        "Error: acme is already on the host one, at https://leads.acme.test.\n"
        "A client has one stack; this deploy would make another one on two.\n"
        "Deploy with '--host one', or first remove it there: lectl destroy acme.\n"
    )


def test_a_domain_belongs_to_one_client(lectl: Cli) -> None:
    lectl.deploy()
    ran = lectl.deploy("beta", "leads.acme.test")
    assert ran.code == 12
    assert ran.err.endswith(
        "Error: leads.acme.test is already used by the client acme on one.\n"
        "Two stacks cannot answer for one domain.\n"
        "Choose another domain, or destroy acme first.\n"
    )


def test_the_domain_of_a_live_client_changes_only_when_confirmed(lectl: Cli) -> None:
    lectl.deploy()
    refused = lectl.process("deploy", "acme", "new.acme.test")
    assert refused.code == 12
    assert refused.err == (
        "acme is live at https://leads.acme.test.\n"
        "That address stops answering; https://new.acme.test takes its place.\n"
        "Error: The domain of acme was not changed.\n"
        "The question was not answered with yes.\n"
        "Answer yes when asked, or give --yes.\n"
    )
    agreed = lectl.process("deploy", "acme", "new.acme.test", "--yes")
    assert agreed.code == 0, agreed.err
    assert "URL: https://new.acme.test" in agreed.out


def test_a_domain_that_does_not_point_here_yet_is_advice_and_not_an_error(lectl: Cli) -> None:
    ran = lectl.deploy("acme", "leads.example.com")
    assert ran.code == 0
    assert "  Certificate: self-signed\n" in ran.out
    assert "Certificate: Point leads.example.com to 192.0.2.1" in ran.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ("deploy", "Acme!", "leads.acme.test"),
            2,
            "Error: client: a client name has 2 to 30 lower-case letters, digits and single "
            "hyphens, and starts with a letter, as in 'acme' or 'blue-door'.\n",
        ),
        (
            ("deploy", "acme", "https://leads.acme.test/"),
            2,
            "Error: domain: a domain is a host name such as 'leads.acme.com' (no scheme, path, "
            "port or '*').\n",
        ),
        (
            ("deploy", "acme", "leads.acme.test", "ann"),
            2,
            "Error: email: an e-mail address looks like 'name@example.com'.\n",
        ),
        (
            ("deploy", "acme", "leads.acme.test", "--plan", "gold"),
            2,
            "Error: plan: Input should be 'hosted', 'dedicated', 'self-hosted' or 'enterprise'.\n",
        ),
        (
            ("deploy", "acme", "leads.acme.test", "--host", "nowhere"),
            10,
            "Error: There is no host called 'nowhere'.\n"
            "A host gets its name when something is deployed to it for the first time.\n"
            "See 'lectl host list', or give its address as in 'ssh://root@203.0.113.7'.\n",
        ),
    ],
)
def test_bad_words_are_refused_in_one_sentence(
    lectl: Cli, words: tuple[str, ...], code: int, message: str
) -> None:
    ran = lectl(*words)
    assert (ran.code, ran.err, ran.out) == (code, message, "")


def test_without_a_release_it_says_how_to_make_one(lectl: Cli, tmp_path: Path) -> None:
    empty = str(tmp_path / "empty")
    ran = lectl.process("deploy", "acme", "leads.acme.test", LECTL_DATA_FOLDER=empty)
    assert ran.code == 10
    assert ran.err == (
        "Error: There is no release to deploy.\n"
        "None is published in the channel 'stable'.\n"
        "'lectl release build', 'sign' and 'publish' make one; LECTL_RELEASES names where "
        "somebody else's are.\n"
    )


def test_errors_are_json_too(lectl: Cli) -> None:
    ran = lectl("deploy", "acme", "leads.acme.test", "--host", "nowhere", "--json")
    assert json.loads(ran.out)["exit_code"] == 10


def test_a_release_older_than_the_one_that_runs_is_refused(lectl: Cli, folder: Path) -> None:
    publish(folder, a_draft("1.1.0"))
    assert "Release: 1.1.0\n" in lectl.deploy().out
    withdraw(folder, "1.1.0")
    ran = lectl.deploy()
    assert ran.code == 12
    assert ran.err.endswith(
        "Error: acme runs release 1.1.0, which is newer than 1.0.0.\n"
        "A database does not go back to an older schema.\n"
        "Build a newer release first: lectl release build.\n"
    )
