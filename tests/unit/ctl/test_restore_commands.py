"""lectl restore, move, clone and recovery-kit: a client comes back, wherever, from whatever is left."""

import shutil
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr

from leadengine_ctl.operations.backups.kits import opened_kit
from tests.unit.ctl.builders import a_draft, publish
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import a_world
from tests.unit.ctl.recovering import IDENTITY, Desk, furnish

pytestmark = pytest.mark.long


@pytest.fixture
def desk(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", "a passphrase of twelve")
    return furnish(lectl)


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick with the recovery key; opening it for real takes a second (test_recovery_keys.py does)."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "recovery-test.age").write_text("sealed")
    monkeypatch.setattr("leadengine_ctl.recovery.keys._open", lambda _path, _passphrase: IDENTITY)
    return folder


def test_a_restore_replaces_the_data_and_can_be_undone(desk: Desk) -> None:
    point = desk.backup()
    desk.write("tuesday")
    ran = desk.must("restore", "acme", "--yes")
    assert f"acme is back at {point} from local" in ran.err
    assert (
        "Note: What is there now is replaced: database, files and vectors of acme on one."
        in ran.err
    )
    assert desk.database() == "monday"
    desk.must("restore", "acme", "--undo", "--yes")
    assert desk.database() == "tuesday"


def test_a_part_alone_and_a_point_by_the_beginning_of_its_name(desk: Desk) -> None:
    point = desk.backup()
    desk.write("tuesday")
    desk.must("restore", "acme", point[:18], "--only", "files", "--yes")
    assert desk.state().stacks["acme"].data == {
        "database": "tuesday",
        "files": "monday",
        "vectors": "tuesday",
    }


def test_a_dry_run_compares_and_replaces_nothing(desk: Desk) -> None:
    point = desk.backup()
    desk.write("tuesday")
    ran = desk.must("restore", "acme", "--dry-run")
    assert f"acme could be restored to {point}" in ran.err
    assert desk.database() == "tuesday"
    assert len(desk.result("backups", "acme")["points"]) == 1


def test_without_a_yes_nothing_is_restored(desk: Desk) -> None:
    desk.backup()
    refused = desk.lectl("restore", "acme")
    assert refused.code == 12
    assert "acme was not restored." in refused.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("acme", "20260101t000000"), 10, "There is no recovery point 20260101t000000 of acme."),
        (("acme", "--undo"), 10, "There is no restore of acme to undo."),
        (("acme", "--undo", "--to", "memory://two"), 2, "--undo stands alone."),
        (("acme", "--to", "memory://two"), 12, "acme lives on one."),
        (("acme", "--as", "acme", "--to", "memory://two"), 2, "A copy needs a name of its own."),
        (("acme", "--domain", "x.test"), 2, "--domain is for a copy."),
        (("acme", "--only", "logs"), 2, "only: Input should be"),
        (("nobody",), 10, "There is no client called 'nobody'."),
        (("nobody", "--keys", "."), 2, "It is not clear where nobody is to live."),
    ],
)
def test_what_cannot_be_restored_is_refused(
    desk: Desk, words: tuple[str, ...], code: int, sentence: str
) -> None:
    desk.backup()
    refused = desk.lectl("restore", *words, "--yes")
    assert refused.code == code
    assert sentence in refused.err


def test_a_copy_lives_beside_the_client_and_has_an_identity_of_its_own(desk: Desk) -> None:
    desk.backup()
    desk.must("restore", "acme", "--as", "acme-copy", "--to", "memory://two", "--yes")
    assert desk.database("two", "acme-copy") == "monday"
    store = a_world().store.clients
    copy, acme = store.get("acme-copy"), store.get("acme")
    assert (copy.spec.domain, copy.host) == ("acme-copy.internal", "two")
    assert copy.spec.client_id != acme.spec.client_id
    assert copy.spec.backup.targets == ()
    assert copy.config["backup.targets"] == "none"
    assert acme.host == "one"
    taken = desk.lectl(
        "clone", "acme", "acme-copy", "other.test", "--to", "memory://three", "--yes"
    )
    assert taken.code == 12


def test_a_clone_is_of_now(desk: Desk) -> None:
    desk.backup()
    desk.write("tuesday")
    desk.must("clone", "acme", "beta", "beta.test", "--to", "memory://two", "--yes")
    assert desk.database("two", "beta") == "tuesday"


def test_a_move_loses_nothing_and_leaves_a_frozen_copy(desk: Desk) -> None:
    plan = desk.must("move", "acme", "--to", "memory://two", "--dry-run").err
    assert "6. Stop answering on one, take the last point, freeze the stack" in plan
    desk.must("move", "acme", "--to", "memory://two", "--yes")
    assert desk.database("two") == "monday"
    assert desk.state("one").stacks["acme"].frozen
    assert a_world().store.clients.get("acme").host == "two"
    desk.write("tuesday", host="two")
    desk.must("move", "acme", "--to", "one", "--yes")
    assert (desk.database("one"), desk.state("one").stacks["acme"].frozen) == ("tuesday", False)
    assert desk.lectl("destroy", "acme", "--frozen-on", "one", "--confirm", "acme").code == 12
    desk.must("destroy", "acme", "--frozen-on", "two", "--confirm", "acme")
    assert desk.state("two").stacks == {}
    assert a_world().store.clients.get("acme").host == "one"


@pytest.mark.parametrize("point", ["move.freeze:after", "move.switch:after"])
def test_a_killed_move_goes_on_where_it_stopped(desk: Desk, point: str) -> None:
    words = ("move", "acme", "--to", "memory://two", "--yes")
    assert desk.lectl.process(*words, LECTL_FAILPOINT=point).code == -9
    desk.must(*words)
    assert desk.database("two") == "monday"
    assert desk.state("one").stacks["acme"].frozen
    moves = [
        each for each in desk.result("operations", "list")["operations"] if each["verb"] == "move"
    ]
    assert [each["state"] for each in moves] == ["done"]


def test_a_move_that_cannot_work_is_known_before_anybody_stops_answering(desk: Desk) -> None:
    publish(desk.lectl.folder, a_draft())
    desk.must("deploy", "beta", "beta.test", "--host", "memory://two")
    refused = desk.lectl("move", "acme", "--to", "memory://two", "--yes")
    assert refused.code == 12
    assert "Ports 80 and 443 of this host are taken" in refused.err
    assert not desk.state("one").stacks["acme"].frozen


def test_a_destroyed_client_comes_back_from_its_last_point(desk: Desk, stick: Path) -> None:
    desk.must("destroy", "acme", "--confirm", "acme")
    assert desk.lectl("restore", "acme").code == 10
    desk.must("restore", "acme", "--keys", str(stick), "--to", "memory://two", "--yes")
    assert desk.database("two") == "monday"


def test_host_and_store_are_gone_and_the_kit_and_the_storage_bring_the_client_back(
    desk: Desk, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.must("config", "set", "brand.primary=#123456", "backup.every=hourly", "acme", "--yes",
              "--bake", "0s")  # fmt: skip
    desk.backup()
    kit = tmp_path / "kit"
    desk.must("recovery-kit", "acme", str(kit))
    text = (kit / "README.md").read_text() + (kit / "acme-kit.age").read_text()
    assert "canary-storage" not in text
    assert "lectl restore acme --kit . --keys" in text
    storage = desk.lectl.folder / "memory" / "storage"
    fresh = tmp_path / "fresh" / "data"
    publish(fresh, a_draft())
    shutil.copytree(storage, fresh / "memory" / "storage")
    shutil.rmtree(desk.lectl.folder)
    monkeypatch.setenv("LECTL_DATA_FOLDER", str(fresh))
    stranger = Desk(Cli(fresh, {}))
    words = ("--kit", str(kit), "--keys", str(stick), "--to", "memory://nine", "--yes")
    stranger.must("restore", "acme", *words)
    assert stranger.database("nine") == "monday"
    record = a_world().store.clients.get("acme")
    assert (record.spec.brand.primary, record.spec.backup.schedule.every) == ("#123456", "hourly")
    assert record.config == {"brand.primary": "#123456", "backup.every": "hourly"}
    # The lost store's storage and recovery key are known again: the next deploy keeps them.
    stranger.must("deploy", "acme", "leads.acme.test")
    assert a_world().store.clients.get("acme").spec == record.spec
    stranger.must("backup", "acme")


def test_a_kit_tells_nothing_without_the_key_and_belongs_to_one_client(desk: Desk) -> None:
    desk.backup()
    sealed = desk.must("recovery-kit", "acme").out
    other = pyrage.x25519.Identity.generate()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.encode(), [other])
    kit = opened_kit(a_world(), "acme", None, (IDENTITY,))
    assert kit.credentials["spaces"].secret == SecretStr("canary-storage")
    assert desk.lectl("recovery-kit", "nobody").code == 10


def test_a_lost_host_is_said_with_the_way_back(desk: Desk, stick: Path) -> None:
    desk.backup()
    with desk.faults(unreachable=True):
        refused = desk.lectl("restore", "acme", "--to", "memory://two")
        assert refused.code == 12
        assert "lectl restore acme --to memory://two --keys FOLDER" in refused.err
        status = desk.lectl("status", "--json").json[-1]["clients"][0]
        assert status["backup"]["condition"] == "unknown"
        desk.must("restore", "acme", "--to", "memory://two", "--keys", str(stick), "--yes")
    assert desk.database("two") == "monday"


def test_a_rollback_that_the_schema_forbids_offers_the_point_of_before(desk: Desk) -> None:
    schema = {"lineage": ["0001", "0002"], "contract": ["0002"], "oldest_compatible": "0002"}
    publish(desk.lectl.folder, a_draft("2.0.0", database=schema))
    desk.must("update", "acme", "--yes", "--bake", "0s")
    points = desk.result("backups", "acme")["points"]
    assert [each["reason"] for each in points] == ["before-update"]
    refused = desk.lectl("rollback", "acme")
    assert refused.code == 12
    assert f"lectl restore acme {points[0]['id']}" in refused.err


def test_no_point_no_update_unless_told_otherwise(desk: Desk) -> None:
    schema = {"lineage": ["0001", "0002"], "oldest_compatible": "0001"}
    publish(desk.lectl.folder, a_draft("1.1.0", database=schema))
    words = ("update", "acme", "--yes", "--bake", "0s")
    with desk.faults(storage=["local", "spaces"]):
        refused = desk.lectl(*words)
        assert refused.code == 3
        assert "No recovery point could be taken before the update" in refused.out
        assert desk.state().stacks["acme"].release == "1.0.0"
        desk.must(*words, "--without-backup", "--retry")
    assert desk.state().stacks["acme"].release == "1.1.0"
