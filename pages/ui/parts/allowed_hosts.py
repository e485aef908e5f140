"""Which hosts' names the server answers to, so that no other site's page can command it.

The page of another site can make its own name point at this machine. Its requests then reach the
server, but they carry that name in ``Host`` and ``Origin``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dec_core.errors import SettingsError
from dec_core.store.printable import printable

VARIABLE = "DEC_ALLOWED_HOSTS"

_ALWAYS = {"localhost", "127.0.0.1", "[::1]"}
# A name or an address, and a port that does not matter.
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?")
_NO_FRAMES = [
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
]


def named_hosts() -> frozenset[str]:
    """The hosts in ``DEC_ALLOWED_HOSTS``.

    Raises
    ------
    SettingsError
        If it names what is no host.
    """
    texts = filter(None, map(str.strip, os.environ.get(VARIABLE, "").split(",")))
    return frozenset(map(_named_host, texts))


class AllowedHosts:
    """Middleware that refuses requests to other hosts' names, and all frames around its pages.

    Served are requests to ``localhost``, ``127.0.0.1``, ``[::1]``, the address that the server is
    bound to and the hosts that are ``named``. Where a page makes the request, the page must come
    from one of these hosts as well. All others get the status 403 and a sentence.
    """

    def __init__(self, app: ASGIApp, named: Collection[str]) -> None:
        self._app = app
        self._named = named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_without_frames(message: Message) -> None:
            if message["type"].endswith("response.start"):
                message["headers"] = [*message.get("headers", ()), *_NO_FRAMES]
            await send(message)

        problem = self._problem(Headers(scope=scope))
        answer = PlainTextResponse(problem, status_code=403) if problem else self._app
        await answer(scope, receive, send_without_frames)

    def _problem(self, headers: Headers) -> str:
        """Why a request is refused; empty where it is served."""
        # Streamlit knows the address only once its settings are read.
        allowed = {*_ALWAYS, *self._named, _host(_bracketed(st.get_option("server.address") or ""))}
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _host(hosts[0]) not in allowed - {None}:
            return _refusal(f"was sent to {hosts[0] if hosts else 'no host'}")
        for origin in headers.getlist("origin"):
            if _host(re.sub("^https?://", "", origin)) not in allowed - {None}:
                return _refusal(f"came from a page of {origin}")
        return ""


def _host(text: str) -> str | None:
    """The name or address without its port, as it is compared; None where it is none."""
    found = _HOST.fullmatch(text.lower())
    return found[1].removesuffix(".") if found else None


def _bracketed(address: str) -> str:
    """As an address of version 6 stands beside a port."""
    return f"[{address}]" if address.count(":") > 1 and "[" not in address else address


def _named_host(text: str) -> str:
    name = _host(_bracketed(text))
    if name is None:
        raise SettingsError(
            f"{VARIABLE} must hold names or addresses of hosts, separated by commas. Received "
            f"{text!r}. Write for example {VARIABLE}=lab.example.org,192.168.1.5."
        )
    return name


def _refusal(what: str) -> str:
    return (
        "DEC Lab serves requests to localhost, to the address that it was started on and to the "
        f"hosts that {VARIABLE} names. This one {printable(what)[:200]}. Open the app on "
        f"localhost, or add the host to {VARIABLE} and start the server again.\n"
    )
