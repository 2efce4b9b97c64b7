"""Security headers on every answer."""

from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Middleware that adds the headers a browser needs to protect our pages."""

    def __init__(self, app: ASGIApp, *, logo_origin: Callable[[Scope], str]) -> None:
        self._app = app
        self._logo_origin = logo_origin
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
                policy = policy_of(self._logo_origin(scope))
                MutableHeaders(scope=message).setdefault("Content-Security-Policy", policy)
            await send(message)

        await self._app(scope, receive, with_headers)


def policy_of(logo_origin: str, ancestors: Sequence[str] = ()) -> str:
    """The content security policy of a page.

    Args:
        ancestors: origins whose pages may show this one in a frame; by default nobody's.
    """
    framed_by = " ".join(ancestors) or "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' {logo_origin}; form-action 'self'; "
        f"frame-ancestors {framed_by}; base-uri 'none'"
    )
    return policy.replace(" ;", ";")
