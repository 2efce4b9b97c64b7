"""A panel that is asked over HTTP, by programs on this machine."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from leadengine_ctl.panel.app import create_app
from leadengine_ctl.panel.serving import build_desk
from leadengine_ctl.panel.worker import Worker
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import UNHURRIED


@contextmanager
def served(fleet: Fleet) -> Iterator[str]:
    """A panel with a worker, on a port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    desk = replace(build_desk(fleet.world, url), **UNHURRIED)  # type: ignore[arg-type]
    config = uvicorn.Config(create_app(desk), port=port, log_level="error")
    server, worker = uvicorn.Server(config), Worker(fleet.world, 2, dict(os.environ))
    threads = [threading.Thread(target=run, daemon=True) for run in (server.run, worker.run)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.02)
    yield url
    server.should_exit = True
    worker.stop()
    worker.wait(60)
    threads[0].join(60)
