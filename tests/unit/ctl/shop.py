"""Renting from the provider in memory: the words, what it has then, and what goes wrong there."""

import json
from typing import Any

from tests.unit.ctl.cli import Cli

CREATE = ("host", "create", "web1", "--on", "memory:m2", "--yes")
DEPLOY = ("deploy", "acme", "leads.acme.test", "--on", "memory:m2", "--dns", "memory", "--yes")


def provider(shop: Cli) -> dict[str, Any]:
    """What the provider in memory has."""
    path = shop.folder / "memory" / "provider.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"servers": []}
    return found


def fault(shop: Cli, name: str) -> None:
    path = shop.folder / "memory" / "provider.fault"
    path.parent.mkdir(exist_ok=True)
    path.write_text(name)


def mend(shop: Cli) -> None:
    (shop.folder / "memory" / "provider.fault").unlink(missing_ok=True)


def names(shop: Cli) -> list[list[str]]:
    path = shop.folder / "memory" / "dns.json"
    found: list[list[str]] = json.loads(path.read_text()) if path.exists() else []
    return found


def hosts(shop: Cli) -> dict[str, Any]:
    found: dict[str, Any] = shop("host", "list", "--json").json[0]
    return found
