"""What a browser is sent while an answer is made, as server-sent events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

HEARTBEAT = b": still here\n\n"


@dataclass(frozen=True)
class Event:
    """One event: `meta`, `delta`, `cite`, `suggest`, `action`, `done` or `error`."""

    kind: str
    data: Mapping[str, object] = field(default_factory=dict)

    def encoded(self, number: int) -> bytes:
        """As it goes over the wire; its number lets a browser ask for the rest."""
        text = json.dumps(dict(self.data), ensure_ascii=False)
        return f"id: {number}\nevent: {self.kind}\ndata: {text}\n\n".encode()
