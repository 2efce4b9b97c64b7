"""What a browser says it is, in three words; nothing finer is kept, so that nobody can be told by it."""

import re
from dataclasses import dataclass
from functools import lru_cache

_BROWSERS = (
    (re.compile(r"Edg(e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrome/|CriOS/|Chromium/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"iPhone|iPad|iPod"), "iOS"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Mac OS X|Macintosh"), "macOS"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Linux|X11"), "Linux"),
)
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)")
_PHONE = re.compile(r"Mobi|iPhone|iPod")


@dataclass(frozen=True)
class Agent:
    """A browser: `phone`, `tablet` or `desktop`, its name, and its system; unknown is empty."""

    device: str
    browser: str
    system: str


@lru_cache(maxsize=2048)
def agent_of(header: str) -> Agent:
    """Read a User-Agent header."""
    if not header:
        return Agent("", "", "")
    device = "tablet" if _TABLET.search(header) else "phone" if _PHONE.search(header) else "desktop"
    return Agent(device, _first(_BROWSERS, header), _first(_SYSTEMS, header))


def _first(table: tuple[tuple[re.Pattern[str], str], ...], header: str) -> str:
    return next((name for pattern, name in table if pattern.search(header)), "")
