"""Points, settings and the end of a client by lectl through a panel, in a person's name."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadengine_ctl.fleet.panel_records import Role
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.ctl.recovering import Desk, furnish
from tests.unit.panel.serving import served
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Laptop:
    """lectl on a machine with nothing but a login, and the desk where the data is."""

    lectl: Cli
    desk: Desk
    panel: Panel


@pytest.fixture
def laptop(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Laptop]:
    monkeypatch.setenv("LECTL_STORAGE_SECRET", "canary-storage")
    desk = furnish(fleet.lectl)
    panel = Panel.open(fleet.lectl.folder)
    person = panel.person(Role.ADMIN, name="ann")
    _, token = panel.desk.world.store.tokens.create(person.id, "laptop", Role.ADMIN, 1)
    with served(fleet) as url:
        monkeypatch.setenv("LECTL_DATA_FOLDER", str(tmp_path / "laptop"))
        monkeypatch.setattr("sys.stdin", io.StringIO(token.get_secret_value() + "\n"))
        assert fleet.lectl("login", url).code == 0
        yield Laptop(fleet.lectl, desk, panel)


def test_points_are_taken_proven_listed_and_gone_back_to(laptop: Laptop) -> None:
    lectl, before = laptop.lectl, laptop.desk.database()
    taken = lectl("backup", "acme")
    assert taken.code == 0, taken.err
    point = taken.out.strip().splitlines()[-1]
    assert lectl("backup", "verify", "acme", "--point", point).code == 0
    assert point in lectl("backups", "acme").out
    laptop.desk.write("tuesday")
    refused = lectl("restore", "acme", point)
    assert refused.code == 12, "nobody said yes"
    assert laptop.desk.database() == "tuesday"
    restored = lectl("restore", "acme", point, "--yes")
    assert restored.code == 0, restored.err
    assert f"acme is back at {point}" in restored.err
    assert laptop.desk.database() == before
    assert lectl("restore", "acme", "--undo", "--yes").code == 0
    assert laptop.desk.database() == "tuesday"
    actors = {each.actor for each in laptop.panel.desk.world.store.operations.recent(4)}
    assert actors == {"ann@panel.test"}


def test_what_needs_a_stick_or_the_store_is_refused_with_the_way_to_do_it(laptop: Laptop) -> None:
    for words in (
        ("restore", "acme", "--to", "ssh://root@203.0.113.9"),
        ("backup", "verify", "acme", "--from", "spaces"),
        ("backups", "acme", "--check"),
        ("destroy", "acme", "--keep-server"),
        ("config", "set", "hold=x", "--all"),
    ):
        refused = laptop.lectl(*words)
        assert refused.code == 2, (words, refused.err)
        assert "LECTL_PANEL_LOGIN=off" in refused.err


def test_settings_are_read_and_set_and_an_end_takes_a_second_person(laptop: Laptop) -> None:
    lectl, store = laptop.lectl, laptop.panel.desk.world.store
    assert lectl("config", "set", "hold=their fair is on", "acme").code == 0
    assert store.clients.get("acme").hold == "their fair is on"
    assert "their fair is on" in lectl("config", "show", "acme").out
    assert lectl("destroy", "acme", "--confirm", "other").code == 12
    asked = lectl("destroy", "acme", "--confirm", "acme")
    assert asked.code == 0, asked.err
    assert "Somebody else of the team has to agree" in asked.err
    assert [each.verb for each in store.approvals.waiting()] == ["destroy"]
