"""One hosted stack on three machines, with its data on none: updated, and one of them lost, under load."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.authority import Authority
from tests.lab.bad_releases import lonely_worker
from tests.lab.conftest import MakeVps
from tests.lab.load.running import Load, load_on
from tests.lab.load.summary import Summary
from tests.lab.machines import APP, DOMAIN, Machine, Machines
from tests.lab.operator import Operator, fingerprint
from tests.lab.releases import publish
from tests.lab.run import Run
from tests.lab.runtime import proven
from tests.lab.runtime.library import start_chroma
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

NAMES = ("cloud", "cloud-2", "cloud-3")
RATE = 30.0
"""Requests a second, on each of the machines."""
BASELINE = 10.0
BACK_SECONDS = 30.0
QUICK = ("--bake", "5s", "--soak", "0s", "--yes")


@pytest.fixture(scope="module")
def data(run: Run, authority: Authority, product_images: None) -> RuntimeStack:
    """A database whose owner is no superuser, a Redis, both with TLS, and a Chroma."""
    db = proven.start_proven_database(run, authority, "machines-db", last=242)
    redis = proven.start_proven_redis(run, authority, "machines-redis", last=243)
    data = RuntimeStack(run, db, redis, {})
    data.settings["CHROMA_URL"] = f"http://{start_chroma(run, 'machines-chroma').address}:8000"
    return data


@pytest.fixture(scope="module")
def machines(
    lab_operator: Operator,
    make_stocked_vps: MakeVps,
    data: RuntimeStack,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machines]:
    hosts = [make_stocked_vps() for _ in NAMES]
    operator = lab_operator.with_settings(
        LECTL_CLOUD_DATABASE_URL=proven.database_url(data.db),
        LECTL_CLOUD_REDIS_URL=proven.redis_url(data.redis),
        LECTL_CLOUD_AUTHORITIES=str(authority.root_file),
        LECTL_CLOUD_VECTORS_URL=data.settings["CHROMA_URL"],
    )
    both = zip(hosts, NAMES, strict=True)
    every = tuple(Machine(vps, name, APP, data.db) for vps, name in both)
    stranger = Authority.create(tmp_path_factory.mktemp("stranger")).root_file
    wrong, first = operator.with_settings(LECTL_CLOUD_AUTHORITIES=str(stranger)), hosts[0]
    there = ("--host", first.url, "--host-key", fingerprint(first))
    made = Machines(operator, every, wrong.lectl("cloud", "create", DOMAIN, *there))
    for machine in made.all:
        vps = machine.vps
        what = ("create", DOMAIN) if machine is made.first else ("join", machine.client)
        place = ("--host", vps.url, "--host-key", fingerprint(vps), "--dns", "memory")
        began = time.monotonic()
        made.lectl("cloud", *what, *place, "--json")
        tell(f"lectl cloud {what[0]}: {time.monotonic() - began:.1f} s")
        vps.weigh_as_rented()
    yield made
    for vps in hosts:
        vps.remove()


def tell(sentence: str) -> None:
    """A figure, read with `-s`."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)  # noqa: T201 - the figure is the point


def test_a_database_that_does_not_prove_its_name_is_refused(machines: Machines) -> None:
    ended = machines.refused
    assert ended.code == 12, ended.text
    assert "The data of this stack is elsewhere, and was not reached" in ended.err
    assert f"the database at {machines.first.db.address}:5432 was not reached" in ended.err
    assert "certificate verify failed" in ended.err
    assert "canary" not in ended.text
    # With the right one, the same command went through.
    sql = (
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE usename = 'leadengine_app'"
    )
    assert int(machines.first.query(f"{sql} AND ssl")) > 0
    assert machines.first.query(f"{sql} AND NOT ssl") == "0"


def test_none_has_data_and_each_serves_every_client(machines: Machines) -> None:
    for machine in machines.all:
        running = {name for name, each in machine.containers().items() if each["State"]["Running"]}
        assert running == {"api-blue", "worker", "nginx"}
    for name in ("acme", "brief"):
        machines.lectl("tenant", "create", name, f"www.{name}.test", f"ann@{name}.test")
    for machine in machines.all:
        assert machine.get("/acme/sign-in").status_code == 200
    assert "cloud-2" in machines.lectl("status")
    # Joining made no account: whoever may sign in was there before.
    assert machines.first.query("SELECT count(*) FROM users") == "3"
    words = ("cloud", "join", machines.last.client, "--host", machines.last.vps.url, "--json")
    assert machines.operator.lectl(*words).result["changed"] is False


def test_a_rolling_update_fails_no_request(machines: Machines, tmp_path: Path) -> None:
    """One release on all machines, one after the other, watched by the gates of every update."""
    publish(machines.operator, "1.1.0", {})
    with ExitStack() as stack:
        loads = [stack.enter_context(_load(each, tmp_path)) for each in machines.all]
        loads[-1].has_run(BASELINE)
        began = time.monotonic()
        told = machines.lectl(
            *("update", *NAMES, "--release", "1.1.0"),
            *("--bake", "5s", "--soak", "2s", "--yes", "--json"),
        )
        tell(f"lectl update of three machines: {time.monotonic() - began:.1f} s")
        time.sleep(3)
    assert "1.1.0" in told
    _unharmed(loads)


def test_a_release_that_fails_on_the_second_machine_stops_there(
    machines: Machines, tmp_path: Path
) -> None:
    """Its worker bears no second one; that shows in service, when the first machine has it already."""
    good = (
        Library(Repository(machines.operator.data / "releases")).newest().release.images["worker"]
    )
    publish(machines.operator, "1.2.0", {"worker": lonely_worker()})
    words = ("--bake", "10s", "--soak", "0s", "--yes", "--json")
    with ExitStack() as stack:
        loads = [stack.enter_context(_load(each, tmp_path)) for each in machines.all]
        loads[-1].has_run(BASELINE)
        ended = machines.operator.lectl("update", *NAMES, *words)
        time.sleep(3)
    assert ended.code == 3, ended.text
    told = ended.result["rollout"]
    assert (told["state"], told["wave"]) == ("stopped", 2)
    assert told["reason"].endswith("Now: cloud on 1.2.0; cloud-2, cloud-3 on 1.1.0.")
    states = {each["client"]: each["state"] for each in ended.result["targets"]}
    assert states == {"cloud": "updated", "cloud-2": "rolled-back", "cloud-3": "skipped"}
    tell(told["reason"])
    _unharmed(loads)
    publish(machines.operator, "1.3.0", {"worker": good})
    began = time.monotonic()
    machines.lectl("update", *NAMES, *words)
    tell(f"the next good release on all three: {time.monotonic() - began:.1f} s")
    assert machines.runs() == dict.fromkeys(NAMES, "1.3.0")


def test_a_lost_machine_costs_no_acknowledged_event(machines: Machines, tmp_path: Path) -> None:
    """The last one loses its power; who meets it goes to another, as browsers do with several addresses."""
    with ExitStack() as stack:
        loads = [stack.enter_context(_load(each, tmp_path)) for each in machines.all]
        loads[-1].has_run(BASELINE)
        machines.last.vps.box.kill()
        killed = time.monotonic()
        until(machines.answer, "the service", 60)
        back = time.monotonic() - killed
        time.sleep(25)
    tell(f"a client's page is answered {back:.1f} s after the power was cut")
    *left, lost = loads
    for load in left:
        summary = _judged(load)
        assert not summary.failures, summary.lines()
    assert lost.summary().failures, "the machine was lost, and nobody noticed: nothing was tested"
    began = time.monotonic()
    for load in loads:
        load.assert_settled()
    tell(f"all that was acknowledged is stored {time.monotonic() - began:.1f} s after the load")
    assert back <= BACK_SECONDS
    # What happens to clients meanwhile is found by the machine that was away.
    machines.lectl("tenant", "create", "later", "www.later.test", "ann@later.test")
    machines.lectl("tenant", "delete", "brief", "--confirm", "brief")
    machines.last.vps.boot()
    until(lambda: machines.last.get("/acme/sign-in").raise_for_status(), "the lost machine", 180)
    assert machines.last.get("/later/sign-in").status_code == 200
    assert machines.last.get("/brief/sign-in").status_code == 404


def _load(machine: Machine, folder: Path):  # type: ignore[no-untyped-def]
    return load_on(machine, folder / machine.client, RATE, mix="gentle")


def _judged(load: Load) -> Summary:
    summary = load.summary()
    summary.demand_validity()
    for line in summary.lines():
        tell(f"{load.stack.client}: {line}")
    return summary


def test_a_machine_lost_for_good_is_forgotten_and_may_join_again(machines: Machines) -> None:
    lost = machines.last
    assert lost.vps.address in machines.addresses()
    lost.vps.box.kill()
    stuck = machines.operator.lectl("destroy", lost.client, "--confirm", lost.client)
    assert stuck.code == 1, stuck.text
    began = time.monotonic()
    told = machines.lectl("destroy", lost.client, "--lost", "--confirm", lost.client)
    tell(f"lectl destroy --lost: {time.monotonic() - began:.1f} s")
    assert "not touched: cloud, cloud-2 serve them" in told
    assert machines.addresses() == {each.vps.address for each in machines.all[:-1]}
    assert set(machines.runs()) == set(NAMES[:-1])
    machines.answer()
    lost.vps.boot()
    words = ("--host", lost.vps.url, "--host-key", fingerprint(lost.vps), "--dns", "memory")
    machines.lectl("cloud", "join", lost.client, *words)
    assert set(machines.runs()) == set(NAMES)


def test_another_machine_takes_the_place_of_the_first(machines: Machines) -> None:
    """The third gives up its own place, and becomes the first."""
    first, spare = machines.first, machines.last
    machines.lectl("destroy", spare.client, "--confirm", spare.client)
    first.vps.box.kill()
    machines.lectl("tenant", "create", "orphan", "www.orphan.test", "ann@orphan.test")
    began = time.monotonic()
    words = ("--host", spare.vps.url, "--dns", "memory", "--json")
    machines.lectl("cloud", "replace", first.client, *words)
    tell(f"lectl cloud replace: {time.monotonic() - began:.1f} s")
    again = replace(first, vps=spare.vps)
    assert again.get("/acme/sign-in").status_code == 200
    assert machines.runs().keys() == {"cloud", "cloud-2"}
    assert machines.addresses() == {each.vps.address for each in machines.all[1:]}
    assert again.get("/orphan/sign-in").status_code == 200
    machines.lectl("config", "set", "brand.primary=#102030", "cloud", *QUICK)
    machines.lectl("cloud", "show")
    for machine in (again, machines.all[1]):
        assert "#102030" in machine.get("/orphan/brand.css").text


def _unharmed(loads: list[Load]) -> None:
    for load in loads:
        summary = _judged(load)
        assert not summary.failures, summary.lines()
        load.assert_settled()
