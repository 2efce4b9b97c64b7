"""A company's blog: Debian's WordPress with our plugin's files, and a person who clicks in it."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.lab.container import Container
from tests.lab.engine import docker
from tests.lab.run import Run
from tests.lab.runtime.browsing import go
from tests.lab.waiting import until

URL = "http://blog.test"
PLUGINS = "/usr/share/wordpress/wp-content/plugins"
BANNER = """<?php
/* Plugin Name: A consent banner that speaks the WP Consent API */
add_action( 'wp_head', function () { ?>
<script>
  window.wp_has_consent = function (category) {
    return document.cookie.indexOf('consent_' + category + '=allow') >= 0;
  };
  window.wp_set_consent = function (category, value) {
    document.cookie = 'consent_' + category + '=' + value + '; path=/';
    var detail = {};
    detail[category] = value;
    document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail: detail }));
  };
</script>
<?php } );
"""
"""What the WP Consent API promises to plugins, in the least that a banner has to do."""


@dataclass(frozen=True)
class Blog:
    """A running WordPress whose administrator is signed in to `page`."""

    box: Container

    def sql(self, statement: str) -> str:
        return self.box.run("mariadb", "-N", "-B", "blog", stdin=statement).stdout.strip()

    def sign_in(self, page: Page) -> None:
        go(page, f"{URL}/wp-login.php")
        page.get_by_label("Username or Email Address").fill("admin")
        page.get_by_label("Password", exact=True).fill("canary-blog-admin")
        page.get_by_role("button", name="Log In").click()
        page.get_by_role("heading", name="Dashboard", exact=True).wait_for()

    def activate(self, page: Page) -> None:
        go(page, f"{URL}/wp-admin/plugins.php")
        page.locator("#activate-leadengine").click()
        page.get_by_text("Plugin activated.").wait_for()

    def save(self, page: Page, host: str, client: str, *, excludes_admins: bool = True) -> None:
        """Fill in Settings > LeadEngine and send the form."""
        go(page, f"{URL}/wp-admin/options-general.php?page=leadengine")
        page.get_by_label("Address").fill(host)
        page.get_by_label("Client ID").fill(client)
        page.get_by_label("Administrator").set_checked(excludes_admins)
        page.get_by_role("button", name="Save Changes").click()
        page.locator(".notice").first.wait_for()

    def delete_plugin(self, page: Page) -> None:
        """Deactivate it and delete it, as its administrator does."""
        go(page, f"{URL}/wp-admin/plugins.php")
        page.locator("#deactivate-leadengine").click()
        page.get_by_text("Plugin deactivated.").wait_for()
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator("#delete-leadengine").click()
        page.get_by_text("was successfully deleted").wait_for()


def start_blog(run: Run) -> Blog:
    """WordPress with the plugin's folder in place, not yet activated."""
    box = run.start(
        "blog", "leadengine/lab-wordpress:dev", options=("--add-host=blog.test:127.0.0.1",)
    )
    docker("cp", str(Path("plugins/wordpress/leadengine")), f"{box.name}:{PLUGINS}/")
    box.write(f"{PLUGINS}/../mu-plugins/banner.php", BANNER)
    box.run("chmod", "-R", "a+rX", f"{PLUGINS}/..")
    until(lambda: box.run("curl", "-fsS", "-o", "/dev/null", f"{URL}/"), "the blog", 120)
    return Blog(box)
