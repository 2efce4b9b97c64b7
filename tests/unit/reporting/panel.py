"""A panel that receives agents, as small as it can be: the real routes, a real server, a real store."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from leadengine_ctl.fleet.store import Store, open_store
from leadengine_ctl.panel.agents.quotas import Quota
from leadengine_ctl.panel.agents.reception import Reception
from leadengine_ctl.panel.agents.routes import agent_router
from leadengine_ctl.secrets import KeyRing

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than agents pause, or each report costs a handshake."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def generous(reception: Reception) -> Reception:
    """Without quotas: what a test counts must not depend on how fast the machine is."""
    reception.requests = Quota(1e9, 1e9)
    reception.events = Quota(1e9, 1e9)
    reception.enrolments = Quota(1e9, 1e9)
    return reception


@dataclass
class PanelServer:
    """Starts and stops at the same address, with the same store.

    Attributes:
        certificate: chain and key files; None: without encryption, on this machine alone.
        spoil: wraps the app, to have it err.
        public: the URL that agents know it by; empty: its own.
    """

    folder: Path
    url_of_store: str = ""
    address: str = "127.0.0.1"
    certificate: tuple[Path, Path] | None = None
    port: int = field(default_factory=free_port)
    interval: float = 30.0
    spoil: Callable[[FastAPI], None] | None = None
    public: str = ""
    tune: Callable[[Reception], Reception] = generous
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        scheme = "https" if self.certificate else "http"
        return self.public or f"{scheme}://{self.address}:{self.port}"

    @property
    def _encryption(self) -> dict[str, Any]:
        if self.certificate is None:
            return {}
        chain, key = self.certificate
        return {"ssl_certfile": str(chain), "ssl_keyfile": str(key)}

    def open_store(self) -> Store:
        url = self.url_of_store or f"sqlite:///{self.folder / 'control.sqlite'}"
        return open_store(url, self.folder, KeyRing(self.folder / "key"))

    def app(self, reception: Reception) -> FastAPI:
        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            async with reception.open():
                yield

        app = FastAPI(lifespan=lifespan)
        app.include_router(agent_router(reception))
        if self.spoil:
            self.spoil(app)
        return app

    def start(self) -> None:
        app = self.app(self.tune(Reception(self.open_store(), self.url, self.interval)))
        config = uvicorn.Config(
            app, self.address, self.port, log_level="error", backlog=2048,
            timeout_graceful_shutdown=1, timeout_keep_alive=KEEP_ALIVE, **self._encryption,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the panel did not start"
            time.sleep(0.01)
        self._server, self._thread = server, thread

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(30)
            self._server = None


@contextmanager
def a_panel(folder: Path, **words: object) -> Iterator[PanelServer]:
    folder.mkdir(parents=True, exist_ok=True)
    server = PanelServer(folder, **words)  # type: ignore[arg-type]
    server.start()
    yield server
    server.stop()
