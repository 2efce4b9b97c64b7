"""The script websites load, with this stack's client ID written into it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).parent / "static" / "pixel.js"
PLACEHOLDER = "__LEADENGINE_CLIENT_ID__"


@dataclass(frozen=True)
class Pixel:
    """The script and its validator for caches."""

    script: bytes
    etag: str


def build(client_id: str) -> Pixel:
    """The pixel of one client.

    Raises:
        FileNotFoundError: the script was not built (`npm run build` in runtime/web).
    """
    script = BUILT.read_text(encoding="utf-8").replace(PLACEHOLDER, client_id).encode()
    return Pixel(script, f'"{hashlib.sha256(script).hexdigest()[:16]}"')
