"""The WordPress plugin on Debian's WordPress: set up by clicks, seen by a visitor, gone without a trace."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.container import Container
from tests.lab.run import Run
from tests.lab.runtime.blog import PLUGINS, URL, Blog, start_blog
from tests.lab.runtime.browsing import go, go_with_script
from tests.lab.runtime.stack import CLIENT_ID, DOMAIN, RuntimeStack
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

OURS = (
    "SELECT option_name FROM wp_options"
    " WHERE option_name LIKE '%leadengine%' OR option_value LIKE '%leadengine%'"
)
OF_WORDPRESS = ("recently_activated", "_site_transient_", "_transient_")
"""What WordPress itself notes of any plugin, for a while."""


@pytest.fixture(scope="module")
def blog(run: Run, engine: None) -> Iterator[Blog]:
    blog = start_blog(run)
    yield blog
    blog.box.remove()


@pytest.fixture
def names(blog: Blog, stack: RuntimeStack) -> dict[str, str]:
    return {DOMAIN: f"{stack.address}:8443", "blog.test": f"{blog.box.address}:80"}


@pytest.fixture
def admin(
    blog: Blog, browser: Browser, names: dict[str, str], authority: Authority
) -> Iterator[Page]:
    """The blog's administrator, signed in."""
    with browser.open(names, (authority.root_pem,)) as page:
        blog.sign_in(page)
        yield page


@pytest.fixture
def visitor(browser: Browser, names: dict[str, str], authority: Authority) -> Iterator[Page]:
    with browser.open(names, (authority.root_pem,)) as page:
        yield page


def snippets(page: Page) -> int:
    """How many of our scripts a page carries."""
    return page.locator("script[src*='pixel.js']").count()


def counted(stack: RuntimeStack) -> list[str]:
    urls = stack.sql("SELECT url FROM events ORDER BY occurred_at").split()
    return [url for url in urls if url.startswith(URL)]


def test_every_file_is_php_without_an_error(blog: Blog) -> None:
    files = blog.box.run("find", f"{PLUGINS}/leadengine", "-name", "*.php").stdout.split()
    assert len(files) >= 5
    for file in files:
        assert "No syntax errors" in blog.box.run("php", "-l", file).stdout


def test_nothing_is_shown_before_it_is_set_up(blog: Blog, admin: Page, visitor: Page) -> None:
    blog.activate(admin)
    go(visitor, f"{URL}/")
    assert snippets(visitor) == 0


def test_wrong_values_are_refused_with_a_sentence_and_the_old_ones_stay(
    blog: Blog, admin: Page, browser: Browser
) -> None:
    blog.save(admin, DOMAIN, CLIENT_ID)
    blog.save(admin, 'evil.test/"><script>', "not one")
    assert admin.get_by_text("The address is not a domain name.").is_visible()
    assert admin.get_by_text("The client ID is not one.").is_visible()
    assert admin.get_by_label("Address").input_value() == DOMAIN
    assert admin.get_by_label("Client ID").input_value() == CLIENT_ID
    browser.screenshot(admin, "wordpress")


def test_a_visitor_is_counted_once_after_agreeing(
    blog: Blog, stack: RuntimeStack, steady_worker: Container, visitor: Page
) -> None:
    go_with_script(visitor, f"{URL}/")
    assert snippets(visitor) == 1
    visitor.wait_for_timeout(1500)
    assert counted(stack) == []
    visitor.evaluate("wp_set_consent('statistics', 'allow')")
    until(lambda: is_counted(stack, 1), "the visit after consent")
    go_with_script(visitor, f"{URL}/?p=1")
    until(lambda: is_counted(stack, 2), "the second page, whose consent was kept")
    visitor.evaluate("wp_set_consent('statistics', 'deny')")
    visitor.evaluate("le('page', 'Too late')")
    visitor.wait_for_timeout(1500)
    is_counted(stack, 2)


def is_counted(stack: RuntimeStack, times: int) -> None:
    assert len(counted(stack)) == times


def test_administrators_are_not_counted_unless_they_want_to_be(blog: Blog, admin: Page) -> None:
    go(admin, f"{URL}/")
    assert snippets(admin) == 0
    blog.save(admin, f"https://{DOMAIN}/pixel.js", CLIENT_ID.upper(), excludes_admins=False)
    go(admin, f"{URL}/")
    assert snippets(admin) == 1


def test_what_somebody_wrote_into_the_database_is_never_markup(blog: Blog, visitor: Page) -> None:
    kept = blog.sql("SELECT option_value FROM wp_options WHERE option_name = 'leadengine'")
    evil = 'x"></script><script>evil()</script>'
    hostile = f'a:2:{{s:4:"host";s:{len(evil)}:"{evil}";s:6:"client";s:{len(evil)}:"{evil}";}}'
    write(blog, hostile)
    go(visitor, f"{URL}/")
    assert snippets(visitor) == 0
    assert "evil()" not in visitor.content()
    write(blog, kept)
    go(visitor, f"{URL}/")
    assert snippets(visitor) == 1


def write(blog: Blog, value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    blog.sql(f"UPDATE wp_options SET option_value = '{quoted}' WHERE option_name = 'leadengine'")  # noqa: S608


TOOLS = """
$_SERVER["HTTP_HOST"] = "blog.test";
require "/usr/share/wordpress/wp-load.php";
$out = array();
foreach (array("exporters", "erasers") as $kind) {
  $found = apply_filters("wp_privacy_personal_data_" . $kind, array());
  $out[$kind] = call_user_func($found["leadengine"]["callback"], "ann@shop.test", 1);
}
echo json_encode($out);
"""
"""As WordPress' own tools call whoever keeps something of a person."""


def test_the_tools_of_privacy_say_where_the_rest_of_a_person_is(blog: Blog, admin: Page) -> None:
    """WordPress itself keeps nothing of ours to hand out or erase, and nobody is told that all is gone."""
    blog.save(admin, DOMAIN, CLIENT_ID)
    told = json.loads(blog.box.run("php", "-r", TOOLS).stdout)
    place = f"https://{DOMAIN}/settings/requests"
    (item,) = told["exporters"]["data"]
    assert place in item["data"][0]["value"]
    erased = told["erasers"]
    assert (erased["items_removed"], erased["items_retained"]) == (False, True)
    assert place in erased["messages"][0]
    assert told["exporters"]["done"] is erased["done"] is True


def test_deleted_it_leaves_nothing(blog: Blog, admin: Page, visitor: Page) -> None:
    assert "leadengine" in blog.sql(OURS).split()
    blog.delete_plugin(admin)
    assert [name for name in blog.sql(OURS).split() if not name.startswith(OF_WORDPRESS)] == []
    assert blog.box.run("ls", PLUGINS).stdout.split().count("leadengine") == 0
    go(visitor, f"{URL}/")
    assert snippets(visitor) == 0
