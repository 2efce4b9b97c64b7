"""lectl backup, backups, backup verify: points of one client and of all, and what is said of them."""

import json

import pytest

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.recovering import Desk, furnish


@pytest.fixture
def desk(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    return furnish(lectl)


def test_a_backup_is_listed_with_its_places_and_proven_by_a_drill(desk: Desk) -> None:
    ran = desk.must("backup", "acme")
    point = ran.out.strip()
    assert f"acme has the recovery point {point}" in ran.err
    assert "read back at local, spaces." in ran.err
    (row,) = desk.must("backups", "acme").out.splitlines()[1:]
    assert row.split()[:2] == ["yes", point]
    assert "local, spaces" in row
    drilled = desk.result("backup", "verify", "acme", "--point", point, "--from", "spaces")
    assert [(each["equal"], each["target"]) for each in drilled["drills"]] == [(True, "spaces")]
    shown = desk.result("backups", "acme")
    assert shown["points"][0]["verified_at"] == shown["backup"]["verified_at"]
    assert shown["backup"]["condition"] == "good"


def test_what_is_good_at_one_place_only_is_partial_and_says_so_everywhere(desk: Desk) -> None:
    with desk.faults(storage=["spaces"]):
        ran = desk.lectl("backup", "acme")
        assert ran.code == 3
        assert "The recovery point of acme did not get everywhere" in ran.err
        assert "spaces: The storage spaces cannot be reached." in ran.err
    status = desk.lectl("status")
    assert status.code == 3
    assert status.out.splitlines()[1].startswith("red ")
    assert "off-site failed" in status.out
    assert "acme: spaces: The storage spaces cannot be reached." in status.err
    assert desk.lectl("backups", "acme").code == 3
    desk.must("backup", "acme")
    assert desk.must("status").out.splitlines()[1].startswith("green ")


def test_what_is_good_nowhere_has_failed(desk: Desk) -> None:
    with desk.faults(storage=["spaces", "local"]):
        assert desk.lectl("backup", "acme").code == 1
    (status,) = desk.lectl("status", "--json").json[-1]["clients"]
    assert (status["backup"]["condition"], status["green"]) == ("never", False)


def test_many_at_once_go_on_past_one_that_fails_and_end_with_3(desk: Desk) -> None:
    desk.must("deploy", "beta", "beta.test", "--host", "memory://two")
    desk.must("deploy", "gamma", "gamma.test", "--host", "memory://three")
    with desk.faults("two", unreachable=True):
        ran = desk.lectl("backup", "--all", "--json")
    assert ran.code == 3
    ends = {each["client"]: each for each in ran.json[-1]["clients"]}
    assert {name: each["state"] for name, each in ends.items()} == {
        "acme": "done",
        "beta": "failed",
        "gamma": "done",
    }
    assert "does not answer" in ends["beta"]["failure"]["what"]
    assert desk.must("backup", "--all").out.count("done") == 3
    assert desk.must("backup", "verify", "acme", "gamma").out.count("done") == 2


def test_a_drill_that_differs_is_an_error_and_names_the_place(desk: Desk) -> None:
    desk.must("backup", "acme")
    with desk.faults(differs=["spaces"]):
        ran = desk.lectl("backup", "verify", "acme", "--from", "spaces")
    assert ran.code == 1
    assert "at spaces is not what was stored there" in ran.err


def test_without_a_recovery_key_it_is_said(lectl: Cli) -> None:
    assert lectl.deploy().code == 0
    ran = lectl("backup", "acme")
    assert ran.code == 0
    assert "No recovery key: with host and store lost, nobody could open it." in ran.err
    status = lectl("status")
    assert status.code == 0
    assert "local only" in status.out
    assert "acme: There is no off-site copy: the points end with the host." in status.err


def test_what_opens_a_storage_is_sealed_in_the_store_and_never_shown(desk: Desk) -> None:
    desk.must("backup", "acme")
    kept = b"".join(path.read_bytes() for path in desk.lectl.folder.glob("*.sqlite*"))
    assert b"canary-storage" not in kept
    for words in (
        ("storage", "list"),
        ("status",),
        ("backups", "acme"),
        ("config", "show", "acme"),
    ):
        ran = desk.must(*words, "--json")
        assert "canary-storage" not in ran.out + ran.err
    held = desk.state().stacks["acme"].backups.credentials["spaces"]
    assert held == ("DO00EXAMPLE", "canary-storage")


def test_a_storage_that_clients_use_is_not_removed(desk: Desk) -> None:
    refused = desk.lectl("storage", "remove", "spaces")
    assert refused.code == 12
    assert "acme" in refused.err
    desk.must("config", "set", "backup.targets=local", "acme", "--yes", "--bake", "0s")
    desk.must("storage", "remove", "spaces")
    assert "There are none" in desk.must("storage", "list").err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nas", "nowhere"), "This is no place for recovery points."),
        (("nas", "/etc/leadengine"), "a folder for backups lies below"),
        (("b", "s3:https://s3.test/Bad_Bucket", "--user", "x"), "s3.bucket"),
        (("s", "sftp://backup@203.0.113.9/x"), "The public key of the SFTP server is missing."),
        (("r", "rest:https://backup.test/", "--region", "eu"), "--region means nothing"),
        (("Bad Name", "/mnt/nas"), "local.name"),
    ],
)
def test_what_is_no_storage_is_refused(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "s")
    refused = lectl("storage", "add", *words)
    assert refused.code == 2
    assert sentence in refused.err
    assert "There are none" in lectl("storage", "list").err


def test_a_policy_is_set_shown_and_taken_back(desk: Desk) -> None:
    quick = ("acme", "--yes", "--bake", "0s")
    desk.must(
        "config", "set", "backup.every=hourly", "backup.keep=6h 3d", "backup.window=22-2", *quick
    )
    policy = desk.state().stacks["acme"].spec.backup
    assert policy.schedule.every == "hourly"
    assert policy.schedule.window == (22, 2)
    assert (policy.keep.hourly, policy.keep.daily, policy.keep.weekly) == (6, 3, 0)
    shown = desk.result("config", "show", "acme")["config"]
    assert shown["backup.every"] == {"value": "hourly", "origin": "client"}
    assert shown["backup.targets"] == {"value": "local,spaces", "origin": ""}
    desk.must("deploy", "acme", "leads.acme.test")
    assert desk.state().stacks["acme"].spec.backup == policy
    desk.must("config", "set", "backup.every=", "backup.keep=", "backup.window=", *quick)
    assert desk.state().stacks["acme"].spec.backup.schedule.every == "daily"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("backup.every=sometimes", "every: Input should be"),
        ("backup.window=later", "backup.window: a window is two hours of UTC"),
        ("backup.keep=all", "backup.keep: this does not say how many points are kept"),
        ("backup.targets=nowhere", "There is no storage called 'nowhere'"),
        ("backup.recipients=nobody12", "there is no recovery key nobody12"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(desk: Desk, setting: str, sentence: str) -> None:
    refused = desk.lectl("config", "set", setting, "acme")
    assert refused.code in {2, 10}
    assert sentence in refused.err


@pytest.mark.long
def test_a_killed_backup_is_taken_up_by_the_next(desk: Desk) -> None:
    killed = desk.lectl.process("backup", "acme", LECTL_FAILPOINT="backup.backup:after")
    assert killed.code == -9
    desk.must("backup", "acme")
    (newest,) = desk.result("operations", "list", "--limit", "1")["operations"]
    assert (newest["verb"], newest["state"]) == ("backup", "done")
    assert len(desk.result("backups", "acme")["points"]) == 1


def test_json_tells_bytes_under_way(desk: Desk) -> None:
    ran = desk.must("backup", "acme", "--json")
    counted = [
        event
        for event in map(json.loads, ran.out.splitlines())
        if event["kind"] == "event" and event["total"]
    ]
    assert [event["done"] for event in counted] == sorted(event["done"] for event in counted)
    assert counted[-1]["done"] == counted[-1]["total"]


def test_a_damaged_storage_is_repaired_after_a_plan_that_names_what_is_lost(desk: Desk) -> None:
    lost = desk.backup()
    with desk.faults(differs=["local"]):
        planned = desk.must("backup", "repair", "acme", "local", "--dry-run")
        assert lost in planned.err
        assert desk.lectl("backup", "repair", "acme", "local", "--json").code == 12
        done = desk.result("backup", "repair", "acme", "local", "--yes")
    assert (done["changed"], done["lost"]) == (True, [lost])
    (new, old) = desk.must("backups", "acme").out.splitlines()[1:]
    assert new.split()[:2] == ["yes", done["point"]]
    assert old.split()[:2] == ["partly", lost]
    again = desk.result("backup", "repair", "acme", "local", "--dry-run")
    assert (again["damaged"], again["lost"]) == ([], [])


def test_where_a_host_may_only_add_a_repair_can_be_planned_and_is_refused(desk: Desk) -> None:
    assert desk.result("backup", "repair", "acme", "spaces", "--dry-run")["changed"] is False
    ran = desk.lectl("backup", "repair", "acme", "spaces", "--yes")
    assert ran.code == 12
    assert "may only add there" in ran.err


def test_which_storage_is_repaired_has_to_be_said_and_has_to_be_one_of_the_client_s(
    desk: Desk,
) -> None:
    assert desk.lectl("backup", "repair", "acme").code == 2
    assert desk.lectl("backup", "repair", "acme", "elsewhere").code == 10
