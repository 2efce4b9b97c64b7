"""A client's website is read: as it allows, as far as it changed, and never what lies inside."""

from collections.abc import Iterator

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.crawled_site import HOST, PORT, Site, crawled_site, page
from tests.lab.runtime.library import FORGET, all_taken_in
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.waiting import until

START = f"http://{HOST}:{PORT}/"
NAMES = {"inside.test": "127.0.0.1", "meta.test": "169.254.169.254", "private.test": "192.168.7.7"}
TITLES = "SELECT string_agg(title, ',' ORDER BY title) FROM documents"


@pytest.fixture(scope="module")
def site(stack: RuntimeStack) -> Iterator[Site]:
    with crawled_site(stack.run.gateway) as site:
        yield site


@pytest.fixture(scope="module")
def crawler(stack: RuntimeStack, site: Site) -> Iterator[Container]:
    """A worker that may read the lab's network, as an intranet's owner would allow it."""
    stack.sql(FORGET)
    names = {HOST: stack.run.gateway, "other.test": stack.run.gateway, **NAMES}
    hosts = [f"--add-host={name}:{address}" for name, address in names.items()]
    using = {**stack.settings, "CRAWL_NETWORKS": f"{stack.run.address(0)}/24"}
    env = [f"--env={name}={value}" for name, value in using.items()]
    worker = stack.run.start(
        "crawling-worker", "leadengine/worker:dev", options=(*HARDENED, *hosts, *env)
    )
    yield worker
    worker.remove()


@pytest.fixture
def desk(stack: RuntimeStack, crawler: Container, client: httpx.Client) -> httpx.Client:
    sign_in(client)
    return client


def read(stack: RuntimeStack, desk: httpx.Client, *urls: str, pages: int = 50) -> None:
    """Have sites read, and wait until they were."""
    form = form_of(desk, "/knowledge")
    for url in urls:
        sent = {"url": url, "pages": str(pages), "form": form}
        answer = desk.post("/knowledge/site", data=sent)
        assert answer.status_code == 303, answer.text

    def were_read() -> None:
        assert stack.sql("SELECT count(*) FROM sites WHERE next_at <= now()") == "0"

    until(were_read, f"the reading of {urls}", 180)
    all_taken_in(stack)


def has_titles(stack: RuntimeStack, titles: str) -> None:
    assert stack.sql(TITLES) == titles


def test_site_is_read_as_it_allows(stack: RuntimeStack, desk: httpx.Client, site: Site) -> None:
    read(stack, desk, START)
    assert stack.sql(TITLES) == "Opening,Pets,Welcome"
    assert site.paths[:2] == ["/robots.txt", "/map.xml"]
    assert "/private/x" not in site.paths
    assert "canary" not in stack.sql("SELECT string_agg(text, ' ') FROM passages")
    shown = desk.get("/knowledge").text
    assert "1 × robots.txt forbids it" in shown
    assert "it is larger than 2 MB" in shown
    assert "it leads to another site, other.test" in shown
    assert (
        stack.sql("SELECT count(*) FROM documents WHERE url LIKE 'http://site.test:8080/%'") == "3"
    )


def test_second_reading_takes_what_changed(
    stack: RuntimeStack, desk: httpx.Client, site: Site
) -> None:
    """An unchanged page is not sent again, a changed one is replaced, and one that is gone goes."""
    site.pages["/listed"] = page("Opening", "The office opens at ten in the morning.")
    site.pages["/"] = page("Welcome", "We let flats in the harbour.", "/twin", "/same", "/hidden")
    linked = site.pages.pop("/linked")
    site.asked.clear()
    read(stack, desk, START)
    tags = dict(site.asked)
    assert tags["/listed"]
    until(lambda: has_titles(stack, "Opening,Pets,Welcome"), "the twin of what is gone", 60)
    assert "opens at ten" in stack.sql("SELECT text FROM passages WHERE heading = 'Opening'")
    assert stack.sql("SELECT source FROM documents WHERE title = 'Pets'").endswith("/twin")
    assert stack.sql("SELECT count(*) FROM passages WHERE text LIKE '%canary%'") == "0"
    assert stack.sql("SELECT count(*) FROM documents WHERE url LIKE '%/same'") == "0"
    site.pages["/linked"] = linked
    site.asked.clear()
    # As if nothing of it was known: the same text at two addresses, with other links beside it.
    stack.sql("DELETE FROM site_pages")
    site.pages["/"] = page("Welcome", "We let flats in the harbour.", "/twin", "/linked")
    read(stack, desk, START)
    assert "it says the same as" in desk.get("/knowledge").text


def test_limit_of_pages_is_kept(stack: RuntimeStack, desk: httpx.Client, site: Site) -> None:
    stack.sql(FORGET)
    read(stack, desk, START, pages=1)
    assert stack.sql("SELECT count(*) FROM documents") == "1"


INSIDE = {
    f"http://inside.test:{PORT}/": "is not on the internet",
    "http://meta.test/latest/": "is not on the internet",
    "http://private.test/": "is not on the internet",
    "http://127.0.0.1:8080/": "is not on the internet",
    f"http://{HOST}:6379/": "is not one a website is read at",
    "http://nowhere.test/": "no connection",
}


def test_nothing_inside_is_read(stack: RuntimeStack, desk: httpx.Client, site: Site) -> None:
    """N = 6 names and addresses that lead inside, or nowhere."""
    stack.sql(FORGET)
    site.asked.clear()
    read(stack, desk, *INSIDE)
    problems = dict(
        line.split("|", 1) for line in stack.sql("SELECT url, problem FROM sites").splitlines()
    )
    for url, reason in INSIDE.items():
        assert reason in problems[url], problems
    assert stack.sql("SELECT count(*) FROM documents") == "0"
    assert site.asked == []


def test_redirection_leads_nowhere_else(
    stack: RuntimeStack, desk: httpx.Client, site: Site
) -> None:
    """N = 4: to this machine, to a cloud's metadata, to another site, in a circle."""
    stack.sql(FORGET)
    site.asked.clear()
    read(stack, desk, *(START.rstrip("/") + path for path in site.moved), pages=1)
    assert "/canary" not in site.paths
    assert not [path for path in site.paths if "meta-data" in path]


def test_what_is_no_website_is_refused(stack: RuntimeStack, desk: httpx.Client) -> None:
    form = form_of(desk, "/knowledge")
    for url in ("", "file:///etc/passwd", "ftp://site.test", "http://user@x.test/", "x y", "[::1]"):
        answer = desk.post("/knowledge/site", data={"url": url, "pages": "5", "form": form})
        assert answer.status_code == 422, url
        assert "is no address of a website" in answer.text
