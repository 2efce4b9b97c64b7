"""Scripts that websites load: the pixel with this stack's client ID and rules, the panel, the question."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

from leadengine.tenants.choices import Privacy

BUILT = Path(__file__).parent / "static"
PLACEHOLDER = "__LEADENGINE_CLIENT_ID__"
RULES = "__LEADENGINE_RULES__"
BANNER = "__LEADENGINE_BANNER__"

# No cookie and no credential takes part, so any website may ask: the client ID is public anyway.
CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_CACHED = {**CORS, "Cache-Control": "public, max-age=300, stale-while-revalidate=86400"}


@dataclass(frozen=True)
class Script:
    """A script and its validator for caches."""

    text: bytes
    etag: str


class Scripts:
    """The scripts of one client; made anew when what is written into them changes."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id

    def pixel(self, privacy: Privacy) -> Script:
        """The pixel, which knows whom to ask before anything is sent."""
        flags = {"banner": privacy.banner, "dnt": privacy.do_not_track}
        rules = " ".join([privacy.mode, *(name for name, on in flags.items() if on)])
        return _build("pixel.js", ((PLACEHOLDER, self._client_id), (RULES, rules)))

    def front(self) -> Script:
        """What a shared stack serves to every website: it loads the pixel of the client that is named."""
        return _build("front.js", ())

    def chat(self) -> Script:
        """The panel of the widget."""
        return _build("chat.js", ())

    def embed(self) -> Script:
        """The element that shows the dashboard in another application's pages."""
        return _build("embed.js", ())

    def frame(self) -> Script:
        """What works inside of it."""
        return _build("frame.js", ())

    def banner(self, **settings: str) -> Script:
        """The question for consent, with the client's name, colours and privacy notice."""
        # JSON in a JavaScript string: what makes one safe makes the other safe, too.
        text = json.dumps(json.dumps(settings))[1:-1].replace("</", "<\\/")
        return _build("banner.js", ((BANNER, text),))


@lru_cache(maxsize=1024)
def _build(name: str, values: tuple[tuple[str, str], ...]) -> Script:
    """A script as one client's websites get it.

    Raises:
        FileNotFoundError: it was not built (`npm run build` in runtime/web).
    """
    text = (BUILT / name).read_text(encoding="utf-8")
    for placeholder, value in values:
        text = text.replace(placeholder, value)
    content = text.encode()
    return Script(content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def serve(request: Request, script: Script) -> Response:
    """The script, unless the browser has it."""
    headers = {**_CACHED, "ETag": script.etag}
    if request.headers.get("If-None-Match") == script.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(script.text, media_type="application/javascript", headers=headers)
