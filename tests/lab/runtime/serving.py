"""A web server of the test's own, in a thread."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Serving:
    """Listens from the beginning, and answers between `start` and `stop`.

    Attributes:
        url: where, without a slash at the end.
    """

    def __init__(self, address: str, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer((address, 0), handler)
        self.url = f"http://{address}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
