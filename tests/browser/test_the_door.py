"""The studio's server, asked by requests that no page of its own would send."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from servers import Server
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from studio.ui.server import ROUTES

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dHV0dGkgcGxheXMgaXQgYQ==",
}  # fmt: skip
FOREIGN = "evil.example:8501"
TRAVERSALS = ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\x")


class _Anything:
    """Stands for what Streamlit's routes are made of: only their addresses are read."""

    def __getattr__(self, _name: str) -> _Anything:
        return self

    def __call__(self, *_args: object, **_more: object) -> _Anything:
        return self


def _addresses() -> Iterator[str]:
    routes: list[BaseRoute] = [*ROUTES, *create_streamlit_routes(_Anything())]  # type: ignore[arg-type]
    for route in routes:
        if isinstance(route, Route | WebSocketRoute):
            filled = re.sub(r"\{\w+:int\}", "1", route.path)
            yield re.sub(r"\{[^}]+\}", "x", filled)
        elif isinstance(route, Mount):
            yield f"{route.path}/x"
    yield from ("/", "/train", "/models", "/library", "/train/_stcore/health", "/nothing-there")


ADDRESSES = sorted(set(_addresses()))


def ask(server: Server, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    if answer.status != 101:
        answer.read()
    connection.close()
    return answer


def test_the_walk_knows_every_address() -> None:
    assert {"/_stcore/health", "/_stcore/stream", "/sprites/1.ogg", "/stems/x.ogg"} <= {*ADDRESSES}
    assert len(ADDRESSES) > 20


def test_a_foreign_name_or_page_gets_nothing_of_any_address(server: Server) -> None:
    own = urlsplit(server.url).netloc
    for path in ADDRESSES:
        for headers in (
            {"Host": FOREIGN},
            {"Host": FOREIGN, "Origin": f"http://{FOREIGN}"},
            {"Host": own, "Origin": "http://evil.example"},
            {"Host": own, "Origin": "null"},
            {},
        ):
            answer = ask(server, path, headers)
            assert answer.status in (400, 403), (path, headers)
            assert own not in str(answer.headers)


def test_every_answer_forbids_to_be_framed(server: Server) -> None:
    own = urlsplit(server.url).netloc
    for path in ADDRESSES:
        for headers in ({"Host": own}, {"Host": FOREIGN}):
            policy = ask(server, path, headers).headers["content-security-policy"]
            framed = "'self'" if path.startswith("/component/") else "'none'"
            assert policy.endswith(f"frame-ancestors {framed}"), path


@pytest.mark.parametrize("origin", [FOREIGN, "evil.example", "null", "localhost:1"])
def test_the_socket_opens_for_its_own_pages_alone(server: Server, origin: str) -> None:
    own = urlsplit(server.url).netloc

    def opened(host: str, page: str | None) -> int:
        origins = {} if page is None else {"Origin": page if page == "null" else f"http://{page}"}
        return ask(server, "/_stcore/stream", {"Host": host, **UPGRADE, **origins}).status

    assert opened(own, own) == 101
    assert opened(own, None) == 101
    assert opened(own, origin) == 403
    assert opened(FOREIGN, origin) == 403
    assert opened(FOREIGN, None) == 403


@pytest.mark.parametrize("traversal", TRAVERSALS)
def test_no_address_leads_out_of_its_folder(server: Server, traversal: str) -> None:
    own = urlsplit(server.url).netloc
    for path in ADDRESSES:
        answer = ask(server, f"{path.rsplit('/', 1)[0]}/{traversal}", {"Host": own})
        assert answer.status in (200, 202, 400, 403, 404)
        if answer.status == 200:  # Streamlit's own page, for what is no file
            assert "text/html" in answer.headers["content-type"], path


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    """The server was told no address: what it listens at is the project's own setting."""
    port = urlsplit(server.url).port
    assert port is not None
    with (
        pytest.raises((ConnectionError, TimeoutError)),
        socket.create_connection(("127.0.0.2", port), timeout=2),
    ):
        pass  # all of 127.0.0.0/8 is this machine, and 0.0.0.0 would answer there
