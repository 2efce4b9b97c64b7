"""Make docs/pictures from the real thing: the demo's terminal, its page and the dashboard's pages.

    .venv/bin/python -m tools.screenshots

Needs the images of `make images`, the browser of `make lab-packages`, and no demo yet: the picture
shows a first deploy. Leaves the demo live; `make demo-down` removes it.
"""

import os
import pty
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.text import Text

from tests.lab.browser import Browser
from tools.demo import DATA, DOMAIN, PORT, ROOT
from tools.embedded_picture import draw_embedded

PICTURES = Path("docs/pictures")
COLUMNS = 100
CONTROL = re.compile(r"(\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r)")
SETTINGS = {"install": "/install", "privacy": "/settings/privacy", "insights": "/insights"}
SITE_NAME = "www.acme.test"
VISITS = ("/", "/?utm_source=newsletter", "/#trees", "/?utm_source=search")
QUESTION = "Do you deliver trees in winter?"
ORCHARD = """# Acme Orchards
## Delivery
Young trees are delivered from November to March, while they sleep. Delivery within 30 miles costs 12 pounds.
## Planting
Our gardeners plant a tree for 45 pounds, stake and compost included.
"""
FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def run_in_terminal(*argv: str) -> str:
    """Run a program in a terminal, as a person does; returns all that the terminal was sent."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    with subprocess.Popen(argv, stdout=theirs, stderr=theirs, env=environment) as program:
        os.close(theirs)
        sent = b""
        while chunk := read_some(ours):
            sent += chunk
    if program.returncode:
        sys.exit(sent.decode())
    return sent.decode()


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux says so when the last program has closed its end.
        return b""


def settle(sent: str) -> str:
    """What stands on the screen in the end: progress that was wiped is gone, colours stay."""
    lines, at = [""], 0
    for row in sent.split("\n"):
        for piece in CONTROL.split(row):
            if piece == "\x1b[1A":
                at -= 1
            elif piece == "\x1b[2K":
                lines[at] = ""
            elif not CONTROL.fullmatch(piece):
                lines[at] += piece
        at += 1
        lines.append("")
    return "\n".join(lines).rstrip()


def draw_terminal(page: Page, title: str, screen: str, name: str = "terminal") -> None:
    """Keep a picture in docs/pictures of what a terminal shows, long lines broken as there."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), color_system="truecolor")
    for line in screen.splitlines():
        text = Text.from_ansi(line)
        for start in range(0, len(text) or 1, COLUMNS):
            console.print(text[start : start + COLUMNS], overflow="crop", no_wrap=True)
    svg = FONTS.sub("", console.export_svg(title=title))
    page.set_content(f"<body style='margin:0'>{svg}</body>")
    page.locator("svg").first.screenshot(path=PICTURES / f"{name}.png", omit_background=True)


def visit_site(page: Page) -> None:
    """Be a few visitors: the server tells browsers apart by what they say they are."""
    for number, path in enumerate(VISITS):
        page.set_extra_http_headers({"User-Agent": f"Mozilla/5.0 (visitor {number})"})
        page.goto("about:blank")
        with page.expect_response("**/v1/events"):
            page.goto(f"http://{SITE_NAME}:{PORT}{path}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.screenshot(path=PICTURES / "site.png")


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto(f"https://{DOMAIN}/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.screenshot(path=PICTURES / "sign-in.png")
    page.get_by_role("button", name="Sign in").click()


def draw_dashboard(page: Page, email: str, password: str) -> None:
    sign_in(page, email, password)
    page.get_by_text("Acme Orchards").nth(len(VISITS) - 1).wait_for()
    page.screenshot(path=PICTURES / "visits.png")
    for name, path in SETTINGS.items():
        page.goto(f"https://{DOMAIN}{path}")
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def draw_knowledge(page: Page) -> None:
    """Hand over a file, and test a question."""
    page.get_by_role("link", name="Knowledge").click()
    page.get_by_label("File, 5 MB at most").set_input_files(
        {"name": "orchard.md", "mimeType": "text/markdown", "buffer": ORCHARD.encode()}
    )
    page.get_by_role("button", name="Add").click()
    for _ in range(60):
        if page.get_by_text("live", exact=True).count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    page.screenshot(path=PICTURES / "knowledge.png", full_page=True)


def draw_widget(page: Page) -> None:
    """Ask on the client's website; its shadow root is closed, so the keyboard has to do."""
    # The visits were before there was anything to answer from, and browsers keep that for five minutes.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.goto(f"http://{SITE_NAME}:{PORT}/")
    page.wait_for_timeout(2000)
    page.evaluate("le('chat', 'open')")
    page.wait_for_timeout(2000)
    page.keyboard.type(QUESTION)
    with page.expect_response("**/v1/chat"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(3000)  # The answer comes in pieces, of which a browser tells no end.
    page.screenshot(path=PICTURES / "widget.png")
    page.goto(f"https://{DOMAIN}/conversations")
    page.screenshot(path=PICTURES / "conversations.png")


def main() -> None:
    """Put the demo live and draw what it shows."""
    screen = settle(run_in_terminal(sys.executable, "tools/demo.py", "up"))
    admin = re.search(r"Admin: (\S+) / (\S+)", screen)
    if admin is None:
        sys.exit("The demo was live already and shows no password: run 'make demo-down' first.")
    root = (DATA / "roots/local.pem").read_text()
    names = {DOMAIN: "127.0.0.1", SITE_NAME: "127.0.0.1"}
    with sync_playwright() as playwright, Browser(playwright).open(names, (root,)) as page:
        # Where the repository lies is this machine's own affair.
        draw_terminal(page, "make demo", screen.replace(f"{ROOT}/", ""))
        visit_site(page)
        draw_dashboard(page, admin[1], admin[2])
        draw_knowledge(page)
        draw_embedded(page, SITE_NAME, root)
        draw_widget(page)


if __name__ == "__main__":
    main()
