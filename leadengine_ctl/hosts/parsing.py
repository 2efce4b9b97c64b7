"""Read what small programs print. All of it comes from a host and is data."""

import ipaddress
import json
import re
import shlex
from typing import Any

from leadengine_ctl.hosts.text import plain


def parse_os_release(text: str) -> dict[str, str]:
    """os-release(5): `NAME=value` lines, values quoted as a shell does."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: plain(_unquote(value), 100) for name, _, value in pairs}


def _unquote(value: str) -> str:
    try:
        return "".join(shlex.split(value))
    except ValueError:
        return ""


def parse_memory(text: str) -> int:
    """Bytes of memory from /proc/meminfo, which counts in KiB."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def parse_number(text: str) -> float:
    """A plain decimal number; 0 when it is anything else."""
    return float(text) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", text) else 0.0


def parse_disk(text: str) -> tuple[int, int]:
    """Total and available bytes from `df -P -B1`."""
    words = text.splitlines()[-1].split() if text.strip() else []
    if len(words) < 4:
        return 0, 0
    return int(parse_number(words[1])), int(parse_number(words[3]))


def parse_addresses(text: str) -> tuple[str, ...]:
    """Addresses others can use, from `ip -json address`; not those of Docker's own bridges."""
    try:
        links: list[dict[str, Any]] = json.loads(text or "[]")
        found = [
            ipaddress.ip_address(entry["local"])
            for link in links
            if not re.match(r"docker|br-|veth", link["ifname"])
            for entry in link["addr_info"]
            if "local" in entry
        ]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(str(each) for each in found if not (each.is_loopback or each.is_link_local))


def parse_listeners(text: str) -> tuple[tuple[int, str], ...]:
    """Ports and the programs that listen on them, from `ss -ltnpH`."""
    found = []
    for line in text.splitlines():
        words = line.split(maxsplit=5)
        if len(words) >= 4 and (port := re.search(r":(\d{1,5})$", words[3])):
            program = re.search(r'\("([^"]+)"', words[5]) if len(words) > 5 else None
            found.append((int(port[1]), plain(program[1], 40) if program else "another program"))
    return tuple(found)
