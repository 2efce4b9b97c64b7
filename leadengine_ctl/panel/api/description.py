"""The API's own description (OpenAPI), with how to sign in to it."""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

router = APIRouter()


@router.get("/openapi.json", include_in_schema=False)
def show(request: Request) -> JSONResponse:
    """OpenAPI 3.1."""
    return JSONResponse(describe(request.app))


@lru_cache(maxsize=4)
def describe(app: FastAPI) -> dict[str, Any]:
    """The whole of it."""
    document = get_openapi(
        title="LeadEngine Control",
        version="1",
        description="Everything the panel's pages show and do. Send a token of the page 'Account': "
        "`Authorization: Bearer lectl_…`.",
        routes=app.routes,
    )
    document["paths"] = {
        path: told for path, told in document["paths"].items() if path.startswith("/api/")
    }
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document
