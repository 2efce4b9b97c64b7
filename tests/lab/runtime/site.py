"""A client's website: pages served by the test process itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>{snippet}</head>
<body><h1>{title}</h1></body></html>"""


@contextmanager
def website(snippets: dict[str, str]) -> Iterator[str]:
    """Serve one page per path, each with its snippet in the head; yields `address:port`."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            snippet = snippets.get(self.path.partition("?")[0])
            status = HTTPStatus.NOT_FOUND if snippet is None else HTTPStatus.OK
            text = PAGE.format(title=f"Shop {self.path}", snippet=snippet or "").encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test asks the database."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
