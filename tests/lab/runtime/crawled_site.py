"""A client's website for the crawler: pages, rules, traps, and a record of who came."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8080
HOST = "site.test"


def page(title: str, text: str, *links: str, head: str = "") -> bytes:
    anchors = "".join(f'<li><a href="{link}">more</a></li>' for link in links)
    return (
        f"<!doctype html><html><head><title>{title} | Site</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a></nav><main><h1>{title}</h1><p>{text}</p></main>"
        f"<ul>{anchors}</ul><footer>Imprint</footer></body></html>"
    ).encode()


class Site:
    """What the server says.

    Attributes:
        pages: content by path.
        moved: where a path leads to.
        asked: paths in the order they were asked for, with the ETag the crawler had.
    """

    def __init__(self) -> None:
        base = f"http://{HOST}:{PORT}"
        self.robots = f"User-agent: *\nDisallow: /private/\nSitemap: {base}/map.xml\n"
        listed = "".join(f"<url><loc>{base}{path}</loc></url>" for path in ("/", "/listed"))
        self.sitemap = f'<?xml version="1.0"?><urlset>{listed}</urlset>'.encode()
        self.pages: dict[str, bytes] = {
            "/": page("Welcome", "We let flats in the harbour.", "/linked", "/private/x", "/bomb"),
            "/listed": page("Opening", "The office opens at nine in the morning."),
            "/linked": page("Pets", "Cats are welcome in every flat.", "/out", "/inside", "/meta"),
            "/private/x": page("Private", "The canary is yellow."),
            "/twin": page("Pets", "Cats are welcome in every flat."),
            "/same": page("Opening", "x", head=f'<link rel="canonical" href="{base}/listed">'),
            "/hidden": page(
                "Hidden", "The canary is green.", head='<meta name="robots" content="noindex">'
            ),
        }
        self.moved = {
            "/out": "http://other.test:8080/",
            "/inside": "http://127.0.0.1:8080/canary",
            "/meta": "http://169.254.169.254/latest/meta-data/",
            "/circle": "/circle",
        }
        self.asked: list[tuple[str, str]] = []

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, path: str, has: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a path, to somebody who has the version `has`."""
        self.asked.append((path, has))
        fixed = {"/robots.txt": self.robots.encode(), "/map.xml": self.sitemap}
        if path in self.moved:
            return 302, b"", {"Location": self.moved[path]}
        if path in fixed:
            return 200, fixed[path], {}
        if path == "/bomb":
            return 200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"}
        content = self.pages.get(path)
        if content is None:
            return 404, b"", {}
        tag = f'"{hash(content)}"'
        return (304, b"", {"ETag": tag}) if has == tag else (200, content, {"ETag": tag})


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            has = self.headers.get("If-None-Match", "")
            status, body, headers = site.answer(self.path, has)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test asks `asked`."""

    return Handler


@contextmanager
def crawled_site(address: str) -> Iterator[Site]:
    """Serve a site on port 8080 of an address."""
    site = Site()
    server = ThreadingHTTPServer((address, PORT), _handler(site))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
