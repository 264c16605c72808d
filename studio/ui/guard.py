"""What stands before every answer of the server: a policy that keeps the page at home, and an
anonymous identity that survives a reload."""

from __future__ import annotations

import secrets
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "tutti_owner"
# strict, a link from elsewhere would arrive as a stranger
_LASTING = f"Path=/; Max-Age={365 * 24 * 3600}; HttpOnly; SameSite=Lax"
_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's own scripts need inline and eval; no other host may serve one
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",  # our own socket is 'self'; others would let data out
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
_FRAMED = "/component/"  # where Streamlit serves the documents that our own pages frame


class Guard:
    """ASGI middleware: the Content-Security-Policy on each answer, and an owner cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = owner_of(Headers(scope=scope)) is not None

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                framed = str(scope["path"]).startswith(_FRAMED)
                ancestors = "'self'" if framed else "'none'"
                headers["content-security-policy"] = f"{_POLICY}; frame-ancestors {ancestors}"
                headers["cross-origin-resource-policy"] = "same-origin"
                headers["referrer-policy"] = "same-origin"
                headers["x-content-type-options"] = "nosniff"
                if not known:
                    headers.append("set-cookie", f"{COOKIE}={secrets.token_hex(16)}; {_LASTING}")
            await send(message)

        await self._app(scope, receive, answer)


def owner_of(headers: Headers) -> str | None:
    """The anonymous owner that a request's cookie names."""
    morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    return morsel.value if morsel is not None and morsel.value.isalnum() else None
