"""The network a visitor comes from, under a name that changes each month; the address is kept nowhere."""

import hashlib
import hmac
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address


def parsed(address: str) -> IpAddress | None:
    """An address as the connection has it; None when it is none, as in tests without a network."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def network_of(secret: str, address: IpAddress, day: date) -> str:
    """A name for the /24 or /48 around an address: companies share it, nobody can turn it back."""
    bits = 24 if address.version == 4 else 48
    network = str(ip_network(f"{address}/{bits}", strict=False))
    key = hmac.new(secret.encode(), f"network:{day:%Y-%m}".encode(), hashlib.sha256).digest()
    return hmac.new(key, network.encode(), hashlib.sha256).hexdigest()[:20]
