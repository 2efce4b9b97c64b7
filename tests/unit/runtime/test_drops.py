"""Who is left out, and in which words a person is told."""

import pytest

from leadengine.dashboard.pages import reasons
from leadengine.tracking.drops import Reason, says_to_be_a_robot

ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    "facebookexternalhit/1.1",
    "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Chrome-Lighthouse",
)
PEOPLE = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 Chrome/130.0 Mobile",
    "Mozilla/5.0 (Linux; Android 13; CUBOT) AppleWebKit/537.36",
    "",
)


@pytest.mark.parametrize("agent", ROBOTS)
def test_robot_that_says_so_is_left_out(agent: str) -> None:
    assert says_to_be_a_robot(agent)


@pytest.mark.parametrize("agent", PEOPLE)
def test_person_is_kept(agent: str) -> None:
    assert not says_to_be_a_robot(agent)


def test_reasons_have_words() -> None:
    told = reasons({reason.value: 1200 for reason in Reason})
    assert told.startswith("1,200 from robots, 1,200 from visitors who object")
    assert not any(reason.value in told for reason in Reason if "-" in reason.value)
