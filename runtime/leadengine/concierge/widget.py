"""The widget's script, and what it has to know of the client."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from leadengine.knowledge import store
from leadengine.services import ServicesOf
from leadengine.tracking.pixel import CORS, serve

router = APIRouter()

_CACHED = {**CORS, "Cache-Control": "public, max-age=300"}


@router.get("/chat.js")
async def script(request: Request, services: ServicesOf) -> Response:
    """The panel, loaded when a visitor wants it."""
    return serve(request, services.scripts.chat())


@router.get("/chat.json")
async def config(services: ServicesOf) -> Response:
    """Name, colours and greeting; `on` is False while there is nothing to answer from."""
    tenant = await services.database.tenant_of(services.settings.client_id)
    known = False
    if tenant is not None:
        async with services.database.tenant(tenant) as connection:
            known = await store.knows_anything(connection)
    brand = services.brand
    told = {
        "on": known,
        "name": brand.name,
        "colour": brand.primary,
        "onColour": brand.on_primary,
        "greeting": brand.greeting or f"Hello! Ask me anything about {brand.name}.",
    }
    return JSONResponse(told, headers=_CACHED)
