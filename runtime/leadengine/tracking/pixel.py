"""Scripts that websites load: the pixel, with this stack's client ID written into it, and the panel."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

BUILT = Path(__file__).parent / "static"
PLACEHOLDER = "__LEADENGINE_CLIENT_ID__"

# No cookie and no credential takes part, so any website may ask: the client ID is public anyway.
CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_CACHED = {**CORS, "Cache-Control": "public, max-age=300, stale-while-revalidate=86400"}


@dataclass(frozen=True)
class Script:
    """A script and its validator for caches."""

    text: bytes
    etag: str


def build(name: str, client_id: str) -> Script:
    """A script as one client's websites get it.

    Raises:
        FileNotFoundError: it was not built (`npm run build` in runtime/web).
    """
    text = (BUILT / name).read_text(encoding="utf-8").replace(PLACEHOLDER, client_id).encode()
    return Script(text, f'"{hashlib.sha256(text).hexdigest()[:16]}"')


def serve(request: Request, script: Script) -> Response:
    """The script, unless the browser has it."""
    headers = {**_CACHED, "ETag": script.etag}
    if request.headers.get("If-None-Match") == script.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(script.text, media_type="application/javascript", headers=headers)
