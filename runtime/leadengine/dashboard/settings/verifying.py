"""Is the tag on the website? The page is loaded as anybody would load it, and what is found is said."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from leadengine.database import Connection
from leadengine.outbound import OutboundError, fetch, resolve
from leadengine.settings import Settings

_MOST_REDIRECTS = 4
_HEADERS = {"User-Agent": "LeadEngine-Verify/1", "Accept": "text/html"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `good`, `bad` or `odd`, and a sentence."""

    verdict: str
    words: str


class _Scripts(HTMLParser):
    """Collects what a page loads and says in scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.text: list[str] = []
        self.policies: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script":
            self._in_script = True
            self.sources += [given["src"]] if given.get("src") else []
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.text.append(data)


async def look_at(url: str, settings: Settings, *, private: bool) -> list[Check]:
    """Load a page and look for this stack's tag; never raises for what the page is."""
    try:
        page, text = await _load(url if "://" in url else f"https://{url}", private=private)
    except OutboundError as error:
        return [Check("bad", f"The page was not loaded: {error}.")]
    return [Check("good", f"{urlsplit(page).hostname} answers."), *found_in(text, page, settings)]


def found_in(text: str, page: str, settings: Settings) -> list[Check]:
    """What a page's text says of the tag."""
    scripts = _Scripts()
    scripts.feed(text)
    ours = f"{settings.script_origin}/pixel.js"
    tags = [source for source in scripts.sources if urljoin(page, source).partition("?")[0] == ours]
    code = "\n".join(scripts.text)
    loaders = code.count(f"{settings.loader_origin}/pixel.js")
    number = len(tags) + loaders
    checks = [_of_tags(number, text)]
    named = set(re.findall(r"le\(\s*['\"]init['\"]\s*,\s*['\"]([0-9a-f]{24})['\"]", code))
    if named - {settings.client_id}:
        checks.append(Check("bad", "The loader names another client ID; copy it again from below."))
    if number and any(_forbids(policy, settings.loader_origin) for policy in scripts.policies):
        checks.append(
            Check(
                "bad",
                f"The page's content security policy does not allow {settings.loader_origin}.",
            )
        )
    return checks


def _of_tags(number: int, text: str) -> Check:
    if number == 1:
        return Check("good", "The tag is on the page, once.")
    if number > 1:
        return Check(
            "odd", f"The tag is on the page {number} times. The first one works; remove the others."
        )
    if "googletagmanager.com" in text:
        return Check(
            "odd",
            "The tag is not in the page itself, but a tag manager is: it may add the tag later.",
        )
    return Check(
        "bad",
        "The tag is not on the page. Was it published, and is a cache still serving the old page?",
    )


def _forbids(policy: str, origin: str) -> bool:
    """Whether a policy names its scripts' sources, and we are not among them."""
    directives = dict(
        part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip()
    )
    sources = directives.get("script-src", directives.get("default-src"))
    if sources is None:
        return False
    host = urlsplit(origin).hostname or ""
    return not any(word in (origin, host, "*", "https:") for word in sources.split())


async def _load(url: str, *, private: bool) -> tuple[str, str]:
    for _ in range(_MOST_REDIRECTS + 1):
        # Each address on the way is looked up anew: none may lead inside.
        target = await resolve(url, private=private)
        answer = await fetch("GET", target, headers=_HEADERS)
        if answer.status in (301, 302, 303, 307, 308) and answer.location:
            url = urljoin(url, answer.location)
        elif answer.status == 200:
            return url, answer.text
        else:
            raise OutboundError(f"it answered {answer.status}")
    raise OutboundError("it leads from one address to the next, without an end")


async def last_event(connection: Connection) -> datetime | None:
    """When something was last received from a browser."""
    cursor = await connection.execute("SELECT max(last_seen_at) FROM visits")
    row = await cursor.fetchone()
    return row[0] if row else None


async def last_pages(connection: Connection) -> list[str]:
    """Where the latest visits began."""
    cursor = await connection.execute(
        "SELECT landing_url FROM visits ORDER BY started_at DESC LIMIT 5"
    )
    return [url for (url,) in await cursor.fetchall()]


def of_events(last: datetime | None, now: datetime) -> Check:
    """What the events say, which is what counts in the end."""
    if last is None:
        return Check(
            "odd", "No event was received yet. Open the page in a browser, and agree if it asks."
        )
    age = now - last
    if age < timedelta(minutes=5):
        return Check("good", "Events are being received.")
    hours = age / timedelta(hours=1)
    ago = f"{age / timedelta(minutes=1):.0f} minutes" if hours < 2 else f"{hours:,.0f} hours"
    return Check(
        "odd",
        f"The last event was received {ago} ago. Open the page in a browser, then verify again.",
    )
