"""A client leaves, arrives or is summed up: for `leadengine-admin travel` in the api's own container."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from leadengine.controlling.letting_go import Places
from leadengine.controlling.proof import is_proof
from leadengine.controlling.routes import Inside
from leadengine.services import Services, ServicesOf
from leadengine.tenants import hosting
from leadengine.tenants.hosting import Client
from leadengine.travelling.arriving import arrive
from leadengine.travelling.leaving import leaving, still
from leadengine.travelling.manifest import manifest_of
from leadengine.travelling.reading import Lines, TravelError
from leadengine.travelling.settling import settled

router = APIRouter(dependencies=[Inside])


class Named(BaseModel):
    """Who is meant: a client of a shared stack; empty: the stack's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = ""


@router.post("/internal/travel/{doing}")
async def travel(request: Request, services: ServicesOf, doing: str) -> Response:
    """`export` answers a stream, `import` takes one, `manifest` says what a client comes to."""
    secret = services.settings.session_secret.get_secret_value()
    if not is_proof(secret, request.headers.get("authorization", "")):
        raise HTTPException(404)
    try:
        match doing:
            case "export":
                client = await _client(services, await request.body())
                places = Places(services.settings, services.database, services.redis)
                await settled(places, client)
                sent = leaving(services.database, services.settings, client)
                return StreamingResponse(sent, media_type="application/gzip")
            case "import":
                stream = Lines(request.stream())
                return await _import(services, stream)
            case "manifest":
                client = await _client(services, await request.body())
                async with still(services.database, client.id) as connection:
                    found = await manifest_of(connection)
                return JSONResponse(found.model_dump())
    except TravelError as error:
        return PlainTextResponse(str(error), 409)
    raise HTTPException(404)


async def _import(services: Services, stream: Lines) -> Response:
    arrived = await arrive(services.database, services.settings, stream)
    return JSONResponse(
        {
            "client_id": arrived.client_id,
            "slug": arrived.slug,
            "changed": arrived.changed,
            "rows": arrived.manifest.rows,
            "tables": arrived.manifest.model_dump()["tables"],
        }
    )


async def _client(services: Services, text: bytes) -> Client:
    try:
        slug = Named.model_validate_json(text or b"{}").slug
    except ValidationError:
        raise TravelError("what was asked is not understood; name a client") from None
    found = await hosting.find(services.database, slug or services.settings.client_id)
    if found is None or (slug and found.slug != slug):
        raise TravelError(f"there is no client called '{slug}' here")
    return found
