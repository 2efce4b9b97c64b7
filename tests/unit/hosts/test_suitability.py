"""Which machines may become hosts."""

from dataclasses import replace

import pytest

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import FLOOR, HostAddress, HostFacts, PortOwner, Progress
from leadengine_ctl.hosts.facts import SPECIFICATION
from leadengine_ctl.hosts.suitability import check_ports, check_suitable, shortfalls

ADDRESS = HostAddress.parse("ssh://root@203.0.113.7")
FACTS = HostFacts(
    os_id="debian",
    os_version="13",
    os_name="Debian 13",
    arch="x86_64",
    cores=2,
    memory=4_100_000_000,
    disk_total=52_000_000_000,
    disk_free=40_000_000_000,
    engine=None,
    privileged=True,
    systemd=True,
    ports=(),
    clock_skew=0.0,
    addresses=(),
    agent=None,
)


def test_machine_sold_as_the_minimum_is_large_enough() -> None:
    assert shortfalls(FACTS, SPECIFICATION) == ()
    assert shortfalls(replace(FACTS, memory=3_900_000_000), SPECIFICATION) == ()


def test_everything_that_is_short_is_told() -> None:
    small = replace(FACTS, memory=1_000_000_000, disk_total=10_000_000_000, cores=1)
    assert shortfalls(small, SPECIFICATION) == (
        "memory 1.0 GB of 4 GB",
        "disk 10.0 GB of 50 GB",
        "cores 1 of 2",
    )


def test_host_between_floor_and_specification_is_taken_with_a_warning() -> None:
    told: list[Progress] = []
    check_suitable(replace(FACTS, memory=2_100_000_000), ADDRESS, FLOOR, told.append)
    assert told == [
        Progress(
            "check",
            StepState.DONE,
            "Debian 13, x86_64; below the specification's minimum: memory 2.1 GB of 4 GB",
        )
    ]


def test_host_below_the_floor_is_refused() -> None:
    with pytest.raises(NotAllowedError) as caught:
        check_suitable(replace(FACTS, memory=1_000_000_000), ADDRESS, FLOOR, lambda _: None)
    assert caught.value.what == "ssh://root@203.0.113.7 is too small for a stack"
    assert caught.value.why == "It has memory 1.0 GB of 2 GB."


def test_port_of_our_own_nginx_is_fine_and_of_anybody_else_not() -> None:
    ours = PortOwner(443, "the container leadengine-acme-nginx-1", ours=True)
    check_ports(replace(FACTS, ports=(ours,)), ADDRESS)
    with pytest.raises(NotAllowedError) as caught:
        check_ports(replace(FACTS, ports=(ours, PortOwner(80, "apache2"))), ADDRESS)
    assert caught.value.what == "Port 80 of ssh://root@203.0.113.7 is taken"
    assert caught.value.why == "apache2 listens on it."
    assert "stop apache2" in caught.value.hint
