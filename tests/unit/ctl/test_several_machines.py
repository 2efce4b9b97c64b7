"""One hosted stack on several machines, in memory: joined, lost, forgotten."""

import shutil
from pathlib import Path

import pytest

from leadengine_ctl.hosts.memory_faults import MemoryFaults, faults_file
from leadengine_ctl.operations.naming import Naming
from tests.unit.ctl.cli import Cli, Ran
from tests.unit.ctl.fleet import QUICK, Fleet
from tests.unit.ctl.hostile import a_world
from tests.unit.ctl.ready import make_ready

ELSEWHERE = {
    "LECTL_CLOUD_DATABASE_URL": "postgresql://doadmin:canary-1@db.test/le",
    "LECTL_CLOUD_REDIS_URL": "rediss://default:canary-2@redis.test:25061/0",
    "LECTL_CLOUD_VECTORS_URL": "http://vectors.test:8000",
}


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with `cloud` on the host `one`, `cloud-2` on `two`, `cloud-3` on `three`."""
    home = tmp_path_factory.mktemp("machines")
    folder = home / "data"
    make_ready(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**Cli.environment(folder, home), **ELSEWHERE}.items():
            patch.setenv(name, value)
        lectl = Cli(folder, {})
        done(lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one"))
        done(lectl("cloud", "join", "cloud-2", "--host", "memory://two"))
        done(lectl("cloud", "join", "cloud-3", "--host", "memory://three"))
    return folder


@pytest.fixture
def folder(joined: Path, tmp_path: Path) -> Path:
    """A copy of it for each test, and of the stick with the publisher's keys."""
    shutil.copytree(joined.parent / "stick", tmp_path / "stick")
    return shutil.copytree(joined, tmp_path / "data")


@pytest.fixture
def machines(lectl: Cli) -> Cli:
    """Who works with it."""
    return lectl


def done(ran: Ran) -> Ran:
    assert ran.code == 0, ran.err
    return ran


def silence(lectl: Cli, host: str, *, silent: bool = True) -> None:
    """Let a host answer nobody."""
    file = faults_file(lectl.folder / "memory" / f"{host}.json")
    file.write_text(MemoryFaults(unreachable=silent).model_dump_json())


def test_a_lost_machine_is_forgotten_and_the_others_go_on(machines: Cli) -> None:
    silence(machines, "three")
    stuck = machines("destroy", "cloud-3", "--confirm", "cloud-3")
    assert stuck.code == 1
    ran = done(machines("destroy", "cloud-3", "--lost", "--confirm", "cloud-3"))
    assert "does not answer" in ran.err
    assert "not touched: cloud, cloud-2 serve them" in ran.err
    store = a_world().store
    assert store.clients.find("cloud-3") is None
    assert store.hosts.find("three") is None
    done(machines("tenant", "create", "acme", "www.acme.test", "ann@acme.test"))
    done(machines("cloud", "join", "cloud-4", "--host", "memory://four"))


def test_a_machine_that_answers_is_not_lost(machines: Cli) -> None:
    ran = machines("destroy", "cloud-3", "--lost", "--confirm", "cloud-3")
    assert (ran.code, "is not lost: it answers" in ran.err) == (12, True)
    silence(machines, "three")
    refused = machines("destroy", "cloud-3", "--lost", "--confirm", "cloud")
    assert refused.code == 12
    assert a_world().store.clients.find("cloud-3")


def test_a_forgotten_machine_that_comes_back_may_join_again(machines: Cli) -> None:
    silence(machines, "three")
    done(machines("destroy", "cloud-3", "--lost", "--confirm", "cloud-3"))
    silence(machines, "three", silent=False)
    done(machines("cloud", "join", "cloud-3", "--host", "memory://three"))
    done(machines("destroy", "cloud-3", "--confirm", "cloud-3"))


def test_a_host_is_not_forgotten_while_others_live_there(machines: Cli) -> None:
    done(machines("deploy", "acme", "leads.acme.test", "--host", "memory://three"))
    silence(machines, "three")
    done(machines("destroy", "cloud-3", "--lost", "--confirm", "cloud-3"))
    assert a_world().store.hosts.find("three")


def test_what_was_on_a_lost_machine_alone_is_given_up_by_a_second_word(lectl: Cli) -> None:
    done(lectl.deploy())
    silence(lectl, "one")
    refused = lectl("destroy", "acme", "--lost", "--confirm", "acme")
    assert (refused.code, "no other machine serves it" in refused.err) == (12, True)
    words = ("destroy", "acme", "--lost", "--without-backup", "--confirm", "acme")
    assert "All data of acme on one is given up" in done(lectl(*words)).err
    assert a_world().store.clients.find("acme") is None


def test_the_first_machine_stays_while_others_serve_beside_it(machines: Cli) -> None:
    refused = machines("destroy", "cloud", "--confirm", "cloud")
    assert (refused.code, "cloud-2, cloud-3 serve beside it" in refused.err) == (12, True)


def test_another_machine_takes_the_place_of_the_first_that_is_lost(machines: Cli) -> None:
    answers = machines("cloud", "replace", "cloud", "--host", "memory://four")
    assert (answers.code, "is not lost" in answers.err) == (12, True)
    silence(machines, "one")
    same = machines("cloud", "replace", "cloud", "--host", "memory://one")
    assert (same.code, "is on one already" in same.err) == (12, True)
    planned = done(machines("cloud", "replace", "cloud", "--host", "memory://four", "--dry-run"))
    assert "Forget one, which is lost" in planned.out
    before = a_world().store.clients.get("cloud")
    done(machines("cloud", "replace", "cloud", "--host", "memory://four"))
    after = a_world().store.clients.get("cloud")
    assert (after.host, after.spec, after.secrets) == ("four", before.spec, before.secrets)
    assert a_world().store.hosts.find("one") is None
    done(machines("tenant", "create", "acme", "www.acme.test", "ann@acme.test"))
    done(machines("cloud", "join", "cloud-5", "--host", "memory://five"))


def test_no_machine_takes_the_place_of_one_with_data_of_its_own(lectl: Cli) -> None:
    done(lectl.deploy())
    silence(lectl, "one")
    refused = lectl("cloud", "replace", "acme", "--host", "memory://two")
    assert (refused.code, "Its data is on its own machine" in refused.err) == (12, True)


def test_each_machine_has_its_own_address_of_the_names(machines: Cli) -> None:
    world = a_world()
    for name, address in (("cloud", "192.0.2.1"), ("cloud-3", "192.0.2.3")):
        Naming(world, name, "app.le.test").point("memory", (address,), replace=False)
    # Said again, either leaves the other's alone.
    Naming(world, "cloud", "app.le.test").point("memory", ("192.0.2.1",), replace=False)
    dns = world.clouds.dns("memory")
    assert dns.values("app.le.test", "A") == ("192.0.2.1", "192.0.2.3")
    silence(machines, "three")
    told = done(machines("destroy", "cloud-3", "--lost", "--confirm", "cloud-3")).err
    assert "made for cloud-3: A app.le.test" in told
    assert dns.values("app.le.test", "A") == ("192.0.2.1",)


def test_a_machine_that_joins_is_set_as_the_first_one(machines: Cli) -> None:
    words = ("config", "set", "mail.host=smtp.le.test", "cloud", "--yes", "--soak", "0s")
    done(machines(*words, "--bake", "0s"))
    done(machines("cloud", "join", "cloud-4", "--host", "memory://four"))
    found = a_world().store.clients.get("cloud-4")
    assert (found.spec.mail.host, found.config["mail.host"]) == ("smtp.le.test", "smtp.le.test")


def test_machines_of_one_stack_are_changed_one_after_the_other(machines: Cli, fleet: Fleet) -> None:
    done(machines("deploy", "acme", "leads.acme.test", "--host", "memory://four"))
    fleet.publish("1.1.0")
    planned = done(machines("update", "--all", "--waves", "100%", "--plan", "--json")).json[-1]
    waves = {each["client"]: each["wave"] for each in planned["targets"]}
    assert waves == {"acme": 1, "cloud": 1, "cloud-2": 2, "cloud-3": 3}


def test_a_release_that_fails_on_the_second_machine_stops_there(
    machines: Cli, fleet: Fleet
) -> None:
    fleet.publish("1.1.0")
    file = faults_file(machines.folder / "memory" / "two.json")
    file.write_text(MemoryFaults(gate=("1.1.0",)).model_dump_json())
    names = ("cloud", "cloud-2", "cloud-3")
    ran = fleet.update(*names)
    assert ran.code == 3
    assert "Now: cloud on 1.1.0; cloud-2, cloud-3 on 1.0.0." in ran.err
    assert fleet.states() == {"cloud": "updated", "cloud-2": "rolled-back", "cloud-3": "skipped"}
    file.unlink()
    fleet.publish("1.2.0")
    done(fleet.update(*names))
    assert set(fleet.states().values()) == {"updated"}


def test_what_is_set_is_set_on_each_machine(machines: Cli) -> None:
    done(machines("cloud", "show"))
    silence(machines, "three")
    words = ("config", "set", "mail.host=smtp.le.test", "cloud", *QUICK, "--json")
    ran = machines(*words)
    assert ran.code == 3
    states = {each["client"]: each["state"] for each in ran.json[-1]["targets"]}
    assert states == {"cloud": "updated", "cloud-2": "updated", "cloud-3": "unreachable"}
    shown = machines("cloud", "show")
    assert (shown.code, "cloud-3 is not as cloud: mail.host." in shown.err) == (20, True)
    silence(machines, "three", silent=False)
    assert "cloud-3 is not as cloud: mail.host." in machines("status").err
    done(machines("config", "set", "mail.host=smtp.le.test", "cloud-2", *QUICK))
    assert "is not as" not in done(machines("cloud", "show", "--json")).err
    found = {each.slug: each.spec.mail.host for each in a_world().store.clients.all()}
    assert set(found.values()) == {"smtp.le.test"}


def test_one_machine_alone_is_held(machines: Cli) -> None:
    done(machines("config", "set", "hold=its disk is changed", "cloud-2", *QUICK))
    held = {each.slug: bool(each.hold) for each in a_world().store.clients.all()}
    assert held == {"cloud": False, "cloud-2": True, "cloud-3": False}
    ran = done(machines("config", "set", "mail.host=smtp.le.test", "cloud", *QUICK, "--json"))
    assert [each["state"] for each in ran.json[-1]["targets"]] == ["updated", "updated", "skipped"]


def test_clients_are_made_and_let_go_while_the_first_machine_is_away(machines: Cli) -> None:
    silence(machines, "one")
    done(machines("tenant", "create", "acme", "www.acme.test", "ann@acme.test"))
    (known,) = a_world().store.hosted.called("acme")
    assert known.stack == "cloud"
    done(machines("tenant", "suspend", "acme"))
    done(machines("tenant", "show", "acme"))
    done(machines("tenant", "delete", "acme", "--confirm", "acme"))
    assert a_world().store.hosted.called("acme") == ()
    for host in ("two", "three"):
        silence(machines, host)
    assert machines("tenant", "list").code == 1
