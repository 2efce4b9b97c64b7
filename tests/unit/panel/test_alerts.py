"""What does not happen in time is noticed, told once, muted, and over again."""

import json
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadengine_ctl.fleet.alert_records import ChannelRecord, MuteRecord
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.alerting import prove_channels, settle
from leadengine_ctl.panel.watch import Watch
from leadengine_ctl.planning.alerts import (
    Finding,
    Limits,
    Watched,
    look_at_channels,
    look_at_clients,
    look_at_clocks,
    look_at_disks,
    look_at_workers,
)
from leadengine_ctl.planning.health import Health
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack
from tests.unit.panel.visitors import Panel

DAY = 86_400.0
RED = Finding("client", "acme", "critical", "acme is red: a service is not healthy.")


def a_client(**changes: object) -> Watched:
    values = {
        "client": "acme", "health": Health.GREEN, "why": "", "age": 9 * DAY, "certificate_days": 60.0,
        "point_age": 3600.0, **changes,
    }  # fmt: skip
    return Watched(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"health": Health.RED, "why": "x"}, ["client"]),
        ({"health": Health.UNKNOWN, "why": "x"}, ["silence"]),
        ({"certificate_days": 13.0}, ["certificate"]),
        ({"certificate_days": -1.0}, ["certificate"]),
        ({"certificate_days": None}, []),
        ({"wildcard_advice": "*.acme.com ends"}, ["certificate"]),
        ({"wildcard_advice": "*.acme.com ends", "certificate_days": 3.0}, ["certificate"]),
        ({"point_age": 27 * 3600.0}, ["backup"]),
        ({"point_age": None}, ["backup"]),
        ({"point_age": None, "age": 3600.0}, []),
    ],
)
def test_what_is_missed_is_found(changes: dict[str, object], kinds: list[str]) -> None:
    found = look_at_clients([a_client(**changes)], Limits())
    assert [each.kind for each in found] == kinds


def test_disks_workers_and_the_alerts_own_way_are_watched() -> None:
    assert [each.subject for each in look_at_disks({"one": 3.0, "two": 30.0}, Limits())] == ["one"]
    clocks = {"one": "", "two": "0:05:00 behind ours"}
    assert [each.subject for each in look_at_clocks(clocks)] == ["two"]
    assert list(look_at_workers(None)) == list(look_at_workers(5.0)) == []
    assert [each.kind for each in look_at_workers(600.0)] == ["workers"]
    assert [each.kind for each in look_at_channels({"mail": "refused"})] == ["channel"]
    assert list(look_at_clients([a_client(point_age=None)], Limits(backup_hours=0))) == []


def told(fleet: Fleet) -> list[dict[str, str]]:
    path = fleet.lectl.folder / "memory" / "oncall.notices.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def add_channel(fleet: Fleet, kind: str = "memory", target: str = "oncall") -> None:
    (fleet.lectl.folder / "memory").mkdir(exist_ok=True)
    channel = {"id": target[:8], "kind": kind, "name": target, "target": SecretStr(target)}
    fleet.world.store.alerts.add_channel(ChannelRecord.model_validate(channel))


def test_an_incident_is_told_when_it_begins_and_when_it_is_over_and_not_in_between(
    fleet: Fleet,
) -> None:
    add_channel(fleet)
    for findings in ([RED], [RED], [], [], [RED]):
        settle(fleet.world, findings)
    assert [each["state"] for each in told(fleet)] == ["opened", "closed", "opened"]
    assert len({each["id"] for each in told(fleet)}) == 3
    assert len(fleet.world.store.alerts.open_incidents()) == 1


def test_a_whole_fleet_that_falls_silent_is_one_message_and_so_is_its_return(fleet: Fleet) -> None:
    add_channel(fleet)
    silent = [
        Finding("silence", f"client-{n}", "critical", f"Nothing is known of client-{n}.")
        for n in range(1000)
    ]
    for findings in (silent, silent, [RED, *silent], []):
        settle(fleet.world, findings)
    opened, red, closed = told(fleet)
    assert opened["subject"] == "Critical: 1000 alerts at once (silence: 1000)"
    assert opened["text"].endswith("And 995 more.")
    assert red["about"] == "acme"
    assert closed["subject"] == "Over: 1001 alerts at once (silence: 1000, client: 1)"
    assert fleet.world.store.alerts.open_incidents() == ()


def test_in_quiet_hours_nobody_is_told_and_afterwards_of_what_still_is(fleet: Fleet) -> None:
    add_channel(fleet)
    now, alerts = time.time(), fleet.world.store.alerts
    mute = {"id": "1", "subject": "acme", "reason": "moving", "begins": now, "ends": now + 60}
    alerts.add_mute(MuteRecord.model_validate({**mute, "actor": "ann"}))
    settle(fleet.world, [RED])
    assert told(fleet) == []
    alerts.end_mute("1", now - 1)
    settle(fleet.world, [RED])
    assert [each["state"] for each in told(fleet)] == ["opened"]


def test_a_channel_that_does_not_work_hinders_no_other_and_is_an_incident(fleet: Fleet) -> None:
    add_channel(fleet, "webhook", "https://127.0.0.1/hook")
    add_channel(fleet)
    settle(fleet.world, [RED])
    assert len(told(fleet)) == 1
    (broken, _) = fleet.world.store.alerts.channels()
    assert "not public" in broken.failure


def test_a_quiet_channel_gets_a_sign_of_life_once_a_day_and_not_in_quiet_hours(
    fleet: Fleet,
) -> None:
    add_channel(fleet)
    alerts, now, tried = fleet.world.store.alerts, time.time(), dict[str, float]()
    mute = {"id": "1", "subject": "*", "reason": "night", "begins": now, "ends": now + 60}
    alerts.add_mute(MuteRecord.model_validate({**mute, "actor": "ann"}))
    prove_channels(fleet.world, tried)
    assert told(fleet) == []
    alerts.end_mute("1", now - 1)
    for _ in range(3):
        prove_channels(fleet.world, tried)
    assert [each["state"] for each in told(fleet)] == ["alive"]
    alerts.note_sent("oncall", "", now - DAY)
    # Another panel took the watch over: it knows of no attempts.
    prove_channels(fleet.world, {})
    assert [each["state"] for each in told(fleet)] == ["alive", "alive"]
    settle(fleet.world, [RED])
    prove_channels(fleet.world, {})
    assert [each["state"] for each in told(fleet)][2:] == ["opened"], "it was not quiet"


def test_a_way_that_broke_is_an_incident_until_something_arrives_again(
    fleet: Fleet, panel: Panel
) -> None:
    add_channel(fleet)
    add_channel(fleet, target="second")
    watch, place = Watch(panel.desk.world, panel.desk.index), fleet.lectl.folder / "memory"
    blocked = place / "second.notices.jsonl"
    blocked.mkdir()
    for _ in range(2):
        watch.work()
    (incident,) = fleet.world.store.alerts.open_incidents()
    assert (incident.kind, incident.subject) == ("channel", "second")
    assert [each["state"] for each in told(fleet)] == ["alive", "opened"]
    blocked.rmdir()
    watch.work()
    assert fleet.world.store.alerts.open_incidents(), "it is not tried at each look"
    watch._tried["second"] -= 900
    for _ in range(2):
        watch.work()
    assert fleet.world.store.alerts.open_incidents() == ()
    assert [each["state"] for each in told(fleet)] == ["alive", "opened", "closed"]


def test_the_watch_sees_a_fleet_and_one_panel_of_two_has_it(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme", "beta")
    Reporting(fleet.world.store).report("host-acme", a_beat(a_stack("acme", healthy=False, days=2)))
    watch = Watch(panel.desk.world, panel.desk.index)
    watch._began -= 1000
    kinds = {(each.kind, each.subject) for each in watch.findings()}
    assert kinds == {("client", "acme"), ("certificate", "acme"), ("silence", "beta")}
    assert watch.work()
    assert not Watch(panel.desk.world, panel.desk.index).work()
    page = panel.browser(Role.ADMIN).get("/alerts").text
    assert "acme is red" in page
    assert "Nothing is known of beta" in page


def test_of_a_fleet_each_disk_that_fills_up_is_found_within_some_looks(
    fleet: Fleet, panel: Panel
) -> None:
    names = tuple(f"c{number:02d}" for number in range(60))
    fleet.add(*names)
    Reporting(fleet.world.store).past("host-c41", 3, fills=12)
    Reporting(fleet.world.store).past("host-c05", 3)
    watch = Watch(panel.desk.world, panel.desk.index)
    looks = [{each.subject for each in watch.findings() if each.kind == "disk"} for _ in range(30)]
    assert looks[0] == set(), "they are gone through a few at a time"
    assert looks[-1] == {"host-c41"}


def test_without_a_watch_the_page_does_not_say_that_nothing_is_wrong(panel: Panel) -> None:
    browser = panel.browser(Role.VIEWER)
    assert "Nothing is wrong" not in browser.get("/alerts").text
    assert "Nobody looks right now" in browser.get("/alerts").text
    assert Watch(panel.desk.world, panel.desk.index).work()
    assert "Nothing is wrong" in browser.get("/alerts").text


def test_alerts_are_seen_muted_and_led_to_people_from_the_page(
    fleet: Fleet, panel: Panel, tmp_path: Path
) -> None:
    settle(fleet.world, [RED])
    browser, store = panel.browser(Role.ADMIN), fleet.world.store.alerts
    (incident,) = store.open_incidents()
    assert browser.post(f"/alerts/{incident.id}/see").status_code == 303
    assert "admin@panel.test" in browser.get("/alerts").text
    quiet = {"subject": "acme", "hours": "2", "reason": "moving"}
    assert browser.post("/alerts/mutes", quiet).status_code == 303
    assert browser.post("/alerts/mutes", {**quiet, "hours": "-1"}).status_code == 422
    (mute,) = store.mutes(time.time())
    assert browser.post(f"/alerts/mutes/{mute.id}/end").status_code == 303
    for moment in ("2031-05-01T22:00", "soon"):
        browser.post("/alerts/mutes", {**quiet, "begins": moment})
    (planned,) = store.mutes(time.time())
    assert time.strftime("%F %R", time.gmtime(planned.begins)) == "2031-05-01 22:00"
    assert "from <time" in browser.get("/alerts").text
    assert browser.post(f"/alerts/mutes/{planned.id}/end").status_code == 303
    hook = {"kind": "slack", "name": "team", "target": "https://hooks.test/canary-hook-77"}
    assert browser.post("/alerts/channels", hook).status_code == 303
    assert browser.post("/alerts/channels", {**hook, "target": "http://x.test"}).status_code == 422
    page = browser.get("/alerts").text
    assert "team" in page
    assert "canary-hook-77" not in page, "it opens a door, and is never shown again"
    raw = (fleet.lectl.folder / "control.sqlite").read_bytes()
    assert b"canary-hook-77" not in raw
    (channel,) = store.channels()
    assert browser.post(f"/alerts/channels/{channel.id}/test").status_code == 409
    assert browser.post(f"/alerts/channels/{channel.id}/remove").status_code == 303
    assert store.channels() == ()
