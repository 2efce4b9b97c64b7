"""Where a visit came from, and what its browser is."""

import pytest

from leadengine.tracking.agents import Agent, agent_of
from leadengine.tracking.origins import origin_of, path_of

SHOP = "https://shop.test/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1"
GALAXY_TAB = (
    "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.mark.parametrize(
    ("query", "referrer", "source", "channel"),
    [
        ("", "", "Direct", "Direct"),
        ("", "https://shop.test/other", "Direct", "Direct"),
        ("", "https://www.google.co.uk/", "Google", "Search"),
        ("", "https://www.linkedin.com/feed", "LinkedIn", "Social"),
        ("", "https://chatgpt.com/", "ChatGPT", "AI assistants"),
        ("", "https://www.partner.example/blog", "partner.example", "Referral"),
        ("?gclid=abc", "https://www.google.com/", "Google Ads", "Paid search"),
        ("?li_fat_id=1", "https://www.linkedin.com/", "LinkedIn", "Paid social"),
        ("?utm_source=news&utm_medium=email", "", "news", "Email"),
        ("?utm_source=poster", "", "poster", "Campaign"),
        ("?utm_source=x&utm_medium=cpc", "", "x", "Paid search"),
        ("?" + "&".join(f"a{n}=1" for n in range(200)), "", "Direct", "Direct"),
    ],
)
def test_source_and_channel(query: str, referrer: str, source: str, channel: str) -> None:
    found = origin_of(SHOP + query, referrer)
    assert (found.source, found.channel) == (source, channel)


def test_which_click_it_was_is_not_kept() -> None:
    found = origin_of(f"{SHOP}?gclid=canary&utm_campaign=Spring%20sale", "")
    assert "canary" not in str(found)
    assert (found.click, found.campaign) == ("gclid", "Spring sale")


def test_page_is_its_path() -> None:
    assert [path_of(url) for url in (SHOP, "https://shop.test", "https://shop.test/a/b?c#d")] == [
        "/",
        "/",
        "/a/b",
    ]


@pytest.mark.parametrize(
    ("header", "agent"),
    [
        (IPHONE, Agent("phone", "Safari", "iOS")),
        (GALAXY_TAB, Agent("tablet", "Chrome", "Android")),
        (PIXEL, Agent("phone", "Chrome", "Android")),
        (EDGE, Agent("desktop", "Edge", "Windows")),
        ("", Agent("", "", "")),
    ],
)
def test_browser_in_three_words(header: str, agent: Agent) -> None:
    assert agent_of(header) == agent
