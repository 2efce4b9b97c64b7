"""Where a visit came from: source, medium and campaign, by the address it landed on and the referrer."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

_LONGEST = 120
# An identifier of one click: that there was one is kept, which one is not.
_CLICKS = {
    "gclid": "Google Ads",
    "gbraid": "Google Ads",
    "wbraid": "Google Ads",
    "msclkid": "Microsoft Ads",
    "fbclid": "Facebook",
    "li_fat_id": "LinkedIn",
    "ttclid": "TikTok",
    "twclid": "X",
}
_ADVERTISED = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "li_fat_id", "ttclid", "twclid"})
_SEARCH = {
    "google": "Google",
    "bing": "Bing",
    "duckduckgo": "DuckDuckGo",
    "yahoo": "Yahoo",
    "ecosia": "Ecosia",
    "qwant": "Qwant",
    "startpage": "Startpage",
    "yandex": "Yandex",
    "baidu": "Baidu",
    "brave": "Brave",
}
_SOCIAL = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "lnkd": "LinkedIn",
    "twitter": "X",
    "t.co": "X",
    "x.com": "X",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "pinterest": "Pinterest",
    "tiktok": "TikTok",
    "threads": "Threads",
    "mastodon": "Mastodon",
}
_ASSISTANTS = {
    "chatgpt": "ChatGPT",
    "openai": "ChatGPT",
    "perplexity": "Perplexity",
    "claude": "Claude",
    "gemini": "Gemini",
    "copilot": "Copilot",
}
_PAID = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid-search", "paid_social", "display"})


@dataclass(frozen=True)
class Origin:
    """Where a visit came from; what is not known is empty, and `Direct` means that nothing is."""

    source: str
    channel: str
    medium: str
    campaign: str
    click: str


@lru_cache(maxsize=4096)
def origin_of(url: str, referrer: str) -> Origin:
    """Read the first address of a visit and what led there."""
    query = {name.lower(): value[:_LONGEST].strip() for name, value in _pairs(url)}
    click = next((name for name in _CLICKS if query.get(name)), "")
    medium = query.get("utm_medium", "")
    known, kind = _site(url, referrer)
    source = query.get("utm_source") or (_CLICKS[click] if click else known)
    channel = _channel(medium.lower(), click, kind, tagged=bool(query.get("utm_source")))
    return Origin(source, channel, medium, query.get("utm_campaign", ""), click)


def path_of(url: str) -> str:
    """A page without its site and its query."""
    return (urlsplit(url).path or "/")[:500]


def _pairs(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return []


def _site(url: str, referrer: str) -> tuple[str, str]:
    """The name of the site that led here, and what kind of site it is."""
    host = (urlsplit(referrer).hostname or "") if referrer else ""
    if not host or host == urlsplit(url).hostname:
        return "Direct", "direct"
    for kind, table in (("ai", _ASSISTANTS), ("search", _SEARCH), ("social", _SOCIAL)):
        for word, name in table.items():
            if host == word or word in host.split("."):
                return name, kind
    return host.removeprefix("www."), "referral"


def _channel(medium: str, click: str, kind: str, *, tagged: bool) -> str:
    paid = medium in _PAID or click in _ADVERTISED
    if paid:
        return "Paid social" if "social" in medium or kind == "social" else "Paid search"
    if medium in ("email", "e-mail", "newsletter"):
        return "Email"
    if "social" in medium or kind == "social" or click == "fbclid":
        return "Social"
    names = {"search": "Search", "ai": "AI assistants", "referral": "Referral"}
    return names.get(kind, "Campaign" if tagged else "Direct")
