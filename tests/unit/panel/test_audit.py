"""One trail for the command line, the panel and the API; what is changed in it shows (promise S13)."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from leadengine_ctl.fleet.panel_records import AuditLine, Role
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting
from tests.unit.panel.visitors import Panel

ENTRIES = 400


MANY = 10_000


@pytest.fixture
def trail(fleet: Fleet) -> Path:
    """A database with a trail in it."""
    return write(fleet, ENTRIES)


def write(fleet: Fleet, entries: int) -> Path:
    audit = fleet.world.store.audit
    for number in range(entries):
        audit.append(
            AuditLine(actor="ann@desk", origin="cli", action="deploy", subject=f"c{number}")
        )
    assert audit.verify().broken == ""
    return fleet.lectl.folder / "control.sqlite"


def tamper(database: sqlite3.Connection, kind: str, number: int, entries: int) -> None:
    """Alter, delete, or exchange an entry with its neighbour, as whoever has the database can."""
    if kind == "alter":
        database.execute("UPDATE audit SET subject = 'x' WHERE number = ?", (number,))
    elif kind == "delete":
        database.execute("DELETE FROM audit WHERE number = ?", (number,))
    else:
        other = number + 1 if number < entries else number - 1
        swap = "UPDATE audit SET number = ? WHERE number = ?"
        for pair in ((-1, number), (number, other), (other, -1)):
            database.execute(swap, pair)


@pytest.mark.parametrize(
    "entries", [ENTRIES, pytest.param(MANY, marks=[pytest.mark.soak, pytest.mark.long])]
)
def test_each_of_100_tamperings_is_found(fleet: Fleet, entries: int) -> None:
    """100 trials, all found: the rate of misses is below 3 % at 95 % confidence."""
    chance, found = random.Random(7), 0  # noqa: S311
    trail, audit = write(fleet, entries), fleet.world.store.audit
    untouched = trail.with_name("untouched.sqlite")
    with closing(sqlite3.connect(trail)) as source, closing(sqlite3.connect(untouched)) as copy:
        source.backup(copy)
    for trial in range(100):
        kind = ("alter", "delete", "reorder")[trial % 3]
        number = entries if trial < 6 else chance.randint(1, entries)
        with closing(sqlite3.connect(trail)) as database:
            tamper(database, kind, number, entries)
            database.commit()
            verdict = audit.verify()
            assert verdict.broken, (kind, number)
            found += 1
            with closing(sqlite3.connect(untouched)) as copy:
                copy.backup(database)
    assert found == 100
    assert audit.verify().broken == ""


def test_a_trail_that_is_cut_off_or_emptied_is_found(fleet: Fleet, trail: Path) -> None:
    with closing(sqlite3.connect(trail)) as database:
        database.execute("DELETE FROM audit")
        database.commit()
    assert "had 400 entries, and 0 are there" in fleet.world.store.audit.verify().broken
    ran = fleet.lectl("audit", "--verify")
    assert ran.code == 12
    assert "had 400 entries" in ran.err


def test_command_line_and_panel_write_one_trail(fleet: Fleet, panel: Panel) -> None:
    lectl: Cli = fleet.lectl
    assert lectl.deploy().code == 0
    browser = panel.browser(Role.OWNER)
    browser.post("/clients/acme/settings", {"hold": "under repair"})
    browser.post("/team", {"email": "ben@panel.test", "role": "viewer"})
    entries = fleet.world.store.audit.recent(100)
    seen = {(each.origin, each.action, each.subject, each.outcome) for each in entries}
    assert ("cli", "deploy", "acme", "done") in seen
    assert ("panel", "config", "acme", "done") in seen
    assert ("panel", "person.add", "ben@panel.test", "done") in seen
    by = {each.actor for each in entries if each.origin == "panel"}
    assert by == {"owner@panel.test"}
    assert lectl("audit", "--verify").code == 0
    assert "person.add" in lectl("audit").out
    assert [each["action"] for each in lectl("audit", "--json").json[0]["entries"]]
    assert "All " in browser.get("/audit?verify=true").text


def test_keys_rotate_and_retire_while_a_panel_runs(fleet: Fleet, panel: Panel) -> None:
    """The panel that was open before reads and seals with the new key, without a restart."""
    lectl = fleet.lectl
    person = panel.person(Role.OWNER)
    key_file = lectl.folder / "key"
    old = key_file.read_text()
    assert lectl("keys", "rotate").code == 0
    assert len(key_file.read_text().split()) == 2
    assert panel.desk.world.store.people.get(person.id).totp == person.totp
    assert panel.desk.world.store.audit.verify().broken == ""
    assert lectl("keys", "retire").code == 0
    assert old.strip() not in key_file.read_text()
    assert panel.desk.world.store.people.get(person.id).totp == person.totp
    assert panel.desk.world.store.audit.verify().broken == ""


def test_a_key_that_is_still_needed_is_not_retired(fleet: Fleet, panel: Panel) -> None:
    lectl = fleet.lectl
    panel.person(Role.OWNER)
    old = (lectl.folder / "key").read_text()
    assert lectl("keys", "rotate").code == 0
    both = (lectl.folder / "key").read_text()
    (lectl.folder / "key").write_text(old)
    panel.person(Role.ADMIN)
    (lectl.folder / "key").write_text(both)
    ran = lectl("keys", "retire")
    assert ran.code == 12
    assert "still need a former key" in ran.err


def test_what_happened_on_a_host_stands_in_the_same_trail_under_the_same_name(
    fleet: Fleet, panel: Panel
) -> None:
    fleet.add("acme", "beta")
    audit = fleet.world.store.audit
    assert panel.browser(Role.OPERATOR).post("/clients/acme/rollback").status_code == 303
    reporting = Reporting(fleet.world.store)
    person = "operator@panel.test"
    reporting.event("host-acme", "acme", 1, ("audit", "rollback", "done", ""), person)
    reporting.event("host-acme", "acme", 2, ("health", "restarted", "done", "it had died"), "")
    reporting.event("host-acme", "beta", 3, ("audit", "decommission", "done", ""), person)
    own = audit.recent(10, actor=person, subject="acme")
    assert [(each.origin, each.action, each.outcome) for each in own] == [
        ("agent", "rollback", "done"),
        ("panel", "rollback", "asked"),
    ]
    (healed,) = audit.recent(10, action="restarted")
    assert healed.actor == "agent of host-acme"
    assert healed.detail == "on host-acme: it had died"
    assert not audit.recent(10, subject="beta"), "a host speaks for its own clients alone"
    entries = audit.count()
    reporting.event("host-acme", "acme", 2, ("health", "restarted", "done", "it had died"), "")
    assert audit.count() == entries, "what comes twice happened once"
    assert audit.verify().broken == ""
    assert "agent of host-acme" in panel.browser(Role.ADMIN).get("/audit").text
