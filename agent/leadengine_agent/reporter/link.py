"""Which panel this host reports to: what was written when the host was connected to it."""

import json
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Link(NamedTuple):
    """Where the panel is and what this host is called there.

    Attributes:
        authority: PEM certificates to trust when talking to it; empty: the public ones.
    """

    url: str
    host: str
    authority: str = ""

    @property
    def address(self) -> tuple[str, int, bool]:
        """Name, port, and whether the connection is encrypted.

        Raises:
            ValueError: it is not, and the panel is on another machine.
        """
        parts = urlsplit(self.url)
        name, encrypted = parts.hostname or "", parts.scheme == "https"
        if not encrypted and name not in _LOOPBACK:
            message = f"the panel {self.url} is not https"
            raise ValueError(message)
        return name, parts.port or (443 if encrypted else 80), encrypted

    @property
    def prefix(self) -> str:
        return urlsplit(self.url).path.rstrip("/")


def read_link(folder: Path) -> Link | None:
    """The link of this host; None: it was never connected to a panel."""
    path = folder / "panel.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    return Link(found["url"], found["host"], found.get("authority", ""))


def read_token(folder: Path) -> str:
    """The enrolment token that waits to be used; empty: none."""
    path = folder / "token"
    return path.read_text().strip() if path.exists() else ""


def forget_token(folder: Path) -> None:
    (folder / "token").unlink(missing_ok=True)
