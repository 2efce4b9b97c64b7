"""Serve the panel, and have what is asked for there done."""

import gc
import signal
import threading
from dataclasses import replace
from types import FrameType

import uvicorn

from leadengine_ctl.operations.base import World
from leadengine_ctl.panel.app import create_app
from leadengine_ctl.panel.billing.clerk import Clerk
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.duty import Duty
from leadengine_ctl.panel.fleet.index import Index
from leadengine_ctl.panel.signup.registrar import Registrar
from leadengine_ctl.panel.watch import Watch
from leadengine_ctl.panel.worker import Worker
from leadengine_ctl.secrets import KeyRing

_KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than agents pause, or each report would open one."""


def build_desk(world: World, url: str = "") -> Desk:
    """What every page works with, for a panel on this store.

    Args:
        url: where people find it; else where the settings say.
    """
    settings = world.settings
    return Desk(
        world=world,
        keys=KeyRing(settings.keys),
        url=url or settings.panel_place,
        index=Index(world.store.overview),
    )


def serve(world: World, host: str, port: int, *, workers: int, proxies: str) -> None:
    """Serve until SIGTERM or Ctrl-C; operations under way go on in their own processes.

    Args:
        workers: how many operations run at once; 0: this process only shows.
        proxies: addresses and networks whose word on a visitor's address is taken, with commas.
    """
    desk = build_desk(world)
    app = create_app(desk)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=_KEEP_ALIVE,
        backlog=2048,
    )
    over = threading.Event()
    threading.Thread(target=desk.index.keep_fresh, args=(over,), daemon=True).start()
    at_work = _at_work(world, desk, workers) if workers else ()
    for each in at_work:
        threading.Thread(target=each.run, daemon=True).start()
    # What was loaded stays: looking through it for garbage again and again would stop everybody each time.
    gc.collect()
    gc.freeze()
    try:
        _Server(config).run()
    finally:
        over.set()
        for each in at_work:
            each.stop()


def _at_work(world: World, desk: Desk, workers: int) -> tuple[Duty | Worker, ...]:
    return (
        Worker(world, workers),
        Watch(world, desk.index),
        Clerk(replace(world, actor="billing", origin="panel")),
        Registrar(replace(world, actor="sign-up", origin="panel")),
    )


class _Server(uvicorn.Server):
    """Streams that are open must not keep a server from ending."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGINT:
            self.force_exit = True
        super().handle_exit(sig, frame)
