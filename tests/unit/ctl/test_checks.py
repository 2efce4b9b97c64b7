"""What a look at a host means."""

from dataclasses import replace

import pytest

from leadengine_ctl.hosts.base import HostFacts, PortOwner
from leadengine_ctl.operations.checks import Check, DomainLookup, Level, check_host

GOOD = HostFacts(
    os_id="debian",
    os_version="13",
    os_name="Debian 13",
    arch="x86_64",
    cores=2,
    memory=4_000_000_000,
    disk_total=50_000_000_000,
    disk_free=40_000_000_000,
    engine="26.1",
    privileged=True,
    systemd=True,
    ports=(),
    clock_skew=0.2,
    addresses=("203.0.113.7", "2001:db8::7"),
    agent="0.1.0",
)


def find(facts: HostFacts, name: str, *lookups: DomainLookup) -> Check:
    return next(each for each in check_host(facts, lookups) if each.name == name)


def test_a_good_host_is_all_green() -> None:
    lookup = DomainLookup("leads.acme.com", ("203.0.113.7",))
    checks = check_host(GOOD, (lookup,))
    assert {check.level for check in checks} == {Level.OK}
    assert [check.hint for check in checks if check.hint] == []


@pytest.mark.parametrize(
    ("change", "name", "level", "detail", "hint"),
    [
        ({"memory": 3_000_000_000}, "memory", "warn", "3.0 GB of the 4 GB", "more memory"),
        ({"memory": 1_000_000_000}, "memory", "fail", "1.0 GB of the 4 GB", "refuses this host"),
        ({"disk_total": 20_000_000_000}, "disk", "fail", "20.0 GB of the 50 GB", "more disk"),
        ({"cores": 1}, "cores", "warn", "1 of the 2", "more cores"),
        ({"privileged": False}, "rights", "fail", "neither root nor sudo", "run sudo"),
        ({"engine": None}, "docker", "warn", "no engine answers", "A deploy installs"),
        ({"agent": None}, "agent", "warn", "does not run", "A deploy starts it."),
        ({"clock_skew": -90.0}, "clock", "warn", "-90.0 s", "time synchronisation"),
        (
            {"ports": (PortOwner(443, "apache2"),)},
            "port 443",
            "fail",
            "taken by apache2",
            "Stop apache2 there.",
        ),
        ({"ports": (PortOwner(80, "nginx of acme", ours=True),)}, "port 80", "ok", "acme", ""),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    change: dict[str, object], name: str, level: str, detail: str, hint: str
) -> None:
    check = find(replace(GOOD, **change), name)  # type: ignore[arg-type]
    assert check.level == level
    assert detail in check.detail
    assert hint in check.hint


@pytest.mark.parametrize(
    ("addresses", "level", "detail"),
    [
        ((), "warn", "does not resolve"),
        (("198.51.100.1",), "warn", "points to 198.51.100.1, not to this host"),
        (("203.0.113.7", "198.51.100.1"), "warn", "points to 198.51.100.1, not to this host"),
        (("2001:db8::7",), "ok", "points to 2001:db8::7"),
    ],
)
def test_a_domain_is_held_against_the_hosts_addresses(
    addresses: tuple[str, ...], level: str, detail: str
) -> None:
    check = find(GOOD, "dns leads.acme.com", DomainLookup("leads.acme.com", addresses))
    assert (check.level, check.detail) == (level, detail)
    if level != "ok":
        assert check.hint == "Point leads.acme.com to 203.0.113.7 or 2001:db8::7."
