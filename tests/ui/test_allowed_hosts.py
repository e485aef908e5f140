"""The hosts that settings name; what the server does with them is tested on a real one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse

from dec_core.errors import SettingsError
from pages.ui.parts.allowed_hosts import AllowedHosts, named_hosts


def status(host: str | None) -> int:
    """What a request to that host is answered."""
    headers = [] if host is None else [(b"host", host.encode())]
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    served = AllowedHosts(PlainTextResponse("served"), named_hosts())
    asyncio.run(served({"type": "http", "headers": headers}, receive, send))
    return int(answers[0]["status"])


@pytest.mark.parametrize(
    ("address", "host"), [("192.168.1.5", "192.168.1.5:8501"), ("::", "[::]:8501"), (None, None)]
)
def test_the_address_to_which_the_server_is_bound_is_served(
    monkeypatch: pytest.MonkeyPatch, address: str | None, host: str | None
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": address}.get)
    assert status(host) == (200 if host else 403)
    assert status("192.168.1.6") == 403


@pytest.mark.parametrize("text", ["http://lab.example", "lab.example/app", "*", "a b", "büro"])
def test_a_setting_that_names_no_host_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("DEC_ALLOWED_HOSTS", f"localhost,{text}")
    with pytest.raises(SettingsError, match="DEC_ALLOWED_HOSTS must hold names or addresses"):
        named_hosts()
