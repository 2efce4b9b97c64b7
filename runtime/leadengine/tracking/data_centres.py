"""Addresses that belong to machines in data centres, looked up without asking anybody."""

from bisect import bisect_right
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path

from leadengine.tracking.networks import IpAddress

_LIST = Path(__file__).with_name("data_centres.txt")


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """First and last address of each network, in order; the list holds IPv4 alone."""
    lines = (line.partition("#")[0].strip() for line in _LIST.read_text().splitlines())
    networks = sorted(IPv4Network(line) for line in lines if line)
    return [int(one[0]) for one in networks], [int(one[-1]) for one in networks]


def in_data_centre(address: IpAddress) -> bool:
    """Whether an address is in a network of the list."""
    if address.version != 4:
        return False
    first, last = _ranges()
    at = bisect_right(first, int(address)) - 1
    return at >= 0 and int(address) <= last[at]
