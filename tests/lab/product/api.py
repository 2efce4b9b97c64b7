"""The api's process: the real application and server, with the lab's own paths below /lab/."""

import os

from fastapi import FastAPI

from leadengine import api, logs
from leadengine.services import build
from leadengine.settings import Settings, load
from tests.lab.product import routes
from tests.lab.product.faults import at_start, plant


class LabSettings(Settings):
    """With a secret that no host of today has."""

    payment_key: str


def main() -> None:
    """Serve until SIGTERM, as the real one does."""
    logs.configure()
    fault = os.environ.get("LAB_FAULT", "")
    at_start(fault)
    settings = load(LabSettings if fault == "missing-secret" else Settings, os.environ)
    services = build(settings)
    app: FastAPI = api.create_app(services)
    app.include_router(routes.router)
    plant(app, fault)
    api.serve(app, services)


if __name__ == "__main__":
    main()
