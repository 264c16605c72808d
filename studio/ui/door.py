"""Who may come in: a request that was addressed to this studio, from one of its own pages.

A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding) and then read whatever the
studio answers; the name it asked for stands in the `Host` header, where no page can change it.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.ui import house

OWN = frozenset({"127.0.0.1", "localhost", "::1"})
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_SENTENCE = (
    "This studio answers at its own address alone: open the one that it printed when it started, "
    "or name this host in TUTTI_HOSTS.\n"
)


class Door:
    """ASGI middleware: a request or a socket with a foreign Host or Origin gets no further."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_let_in(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(_SENTENCE, status_code=403)(scope, receive, send)
        else:  # closed before it opens: the browser is answered 403
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})


def _is_let_in(headers: Headers) -> bool:
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) > 1:
        return False
    return is_own(hosts[0], origins[0] if origins else None, house.settings().hosts)


def is_own(host: str, origin: str | None, named: Collection[str] = ()) -> bool:
    """Whether a `Host` header is one of this studio's names, or one of those `named` beside them,
    and an `Origin`, where there is one, the same place or a page of a host that is `named`: a
    proxy may give the studio another name than the page has. Programs that are no browsers send
    no origin."""
    asked = _place(f"//{host}")
    if asked is None or _name(asked) not in OWN.union(named):
        return False
    if origin is None:
        return True
    page = _place(origin)
    if page is None or page.scheme not in ("http", "https"):
        return False
    return page.netloc.lower() == asked.netloc.lower() or _name(page) in named


def _place(url: str) -> SplitResult | None:
    """The parts of an address that is a host and perhaps a port, nothing else."""
    try:
        place = urlsplit(url)
        _ = place.port  # raises where it is no number
    except ValueError:
        return None
    whole = f"{place.scheme}://{place.netloc}" if place.scheme else f"//{place.netloc}"
    return place if url == whole and "@" not in place.netloc and place.hostname else None


def _name(place: SplitResult) -> str:
    return (place.hostname or "").rstrip(".")
