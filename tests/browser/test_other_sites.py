"""The pages of other sites reach this server under a name of their own, and get nothing from it.

A raw client writes the requests byte by byte, as a browser would not send most of them.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
SERVED = ("{server}", "127.0.0.1", "localhost:1", "LOCALHOST.", "[::1]:{port}")
# As the server's DEC_ALLOWED_HOSTS names them.
NAMED = ("lab.example", "lab.example:8443", "[fd00::5]:{port}")
OTHERS = (
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example",
    "evil.example:80@localhost",
    "localhost@evil.example",
    "localhost evil.example",
    "localhost/evil.example",
    "xlab.example",
    "fd00::5",
    "",
)
PATHS = ("/", "/compare", "/_stcore/health", "/dec-lab/plotly.min.js", "/media/nothing.zip")


class Client:
    """Speaks to one server."""

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)

    def get(self, path: str, host: str, *headers: str) -> str:
        """The first bytes of the answer, at least its head."""
        request = (f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers)
        text = "\r\n".join((*request, "", "")).format(
            server=self._place.netloc, port=self._place.port
        )
        with socket.create_connection(("127.0.0.1", self._place.port or 0), timeout=60) as link:
            link.sendall(text.encode())
            answer = b""
            while b"\r\n\r\n" not in answer and (part := link.recv(65536)):
                answer += part
            if b" 403 " in answer[:16]:
                while part := link.recv(65536):
                    answer += part
        return answer.decode()

    def connect(self, host: str, *headers: str) -> str:
        """Ask for a session as a page does."""
        return self.get("/_stcore/stream", host, *HANDSHAKE, *headers)


@pytest.fixture(scope="module")
def client(server: str) -> Client:
    return Client(server)


def assert_refused(answer: str, named: str) -> None:
    head, _, sentence = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 403 "), head
    assert "text/plain" in head
    assert named in sentence
    assert "DEC_ALLOWED_HOSTS" in sentence


@pytest.mark.parametrize("host", [*SERVED, *NAMED])
def test_its_own_names_are_served(client: Client, host: str) -> None:
    for path in PATHS[:-1]:
        assert client.get(path, host).startswith("HTTP/1.1 200 "), path
    assert client.connect(host, f"Origin: http://{host}").startswith("HTTP/1.1 101 ")
    assert client.connect(host).startswith("HTTP/1.1 101 ")


@pytest.mark.parametrize("host", OTHERS)
def test_other_names_are_refused(client: Client, host: str) -> None:
    named = f"was sent to {host.partition(':')[0]}"
    for path in PATHS:
        assert_refused(client.get(path, host), named)
    assert_refused(client.connect(host, f"Origin: http://{host}"), named)
    assert_refused(client.connect(host), named)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://evil.example/localhost", "file://localhost"]
)
def test_a_page_of_another_site_gets_no_session(client: Client, origin: str) -> None:
    answer = client.connect("{server}", f"Origin: {origin}")
    assert_refused(answer, f"came from a page of {origin}")
    answer = client.get("/_stcore/health", "{server}", f"Origin: {origin}")
    assert_refused(answer, f"came from a page of {origin}")


def test_no_answer_may_stand_in_a_frame(client: Client) -> None:
    for path, host in ((path, host) for path in PATHS for host in ("localhost", "evil.example")):
        head = client.get(path, host).lower()
        assert "x-frame-options: deny\r\n" in head, path
        assert "content-security-policy: frame-ancestors 'none'\r\n" in head, path
