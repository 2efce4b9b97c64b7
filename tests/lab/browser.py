"""Chromium without a head, that resolves lab names and trusts a lab's authorities for real."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright

SCREENSHOTS = Path("build/screenshots")
CHROMIUM = Path("/usr/bin/chromium")


def trust(home: Path, authorities: tuple[str, ...]) -> None:
    """Put authorities (PEM) into the certificate store that Chromium reads in this home."""
    store = home / ".pki/nssdb"
    store.mkdir(parents=True)
    base = ("certutil", "-d", f"sql:{store}")
    subprocess.run((*base, "-N", "--empty-password"), check=True, capture_output=True)
    for number, pem in enumerate(authorities):
        words = ("-A", "-t", "C,,", "-n", f"lab {number}", "-a")
        subprocess.run((*base, *words), input=pem, text=True, check=True, capture_output=True)


def press_until(page: Page, name: str, most: int = 60) -> None:
    """Go on with the tabulator until something of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(document.activeElement.textContent || document.activeElement.name || '').trim()"
        )
        label = page.evaluate("document.activeElement.id")
        if name in {found, label}:
            return
    raise AssertionError(name)


class Browser:
    """Opens pages in a fresh profile each time."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright

    @contextmanager
    def open(
        self, names: dict[str, str], authorities: tuple[str, ...] = (), width: int = 1280
    ) -> Iterator[Page]:
        """Open an empty page; certificate errors are errors.

        Args:
            names: where the browser finds hosts: name (or `*.name`) -> address.
            authorities: PEM roots to trust besides the built-in ones.
        """
        rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
        with tempfile.TemporaryDirectory(prefix="lab-browser-") as home:
            trust(Path(home), authorities)
            browser = self._playwright.chromium.launch(
                executable_path=CHROMIUM if CHROMIUM.exists() else None,
                env={**os.environ, "HOME": home},
                args=[
                    "--no-sandbox",
                    "--disable-background-networking",
                    f"--host-resolver-rules={rules}",
                ],
            )
            try:
                yield browser.new_page(viewport={"width": width, "height": 800})
            finally:
                browser.close()

    def screenshot(self, page: Page, name: str) -> Path:
        """Keep a picture of the whole page as build/screenshots/<name>.png."""
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path
