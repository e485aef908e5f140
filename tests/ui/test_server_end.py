"""What the log says at the end of the server."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from pages.ui.parts.server_end import SENDING, say_nothing_of_closed_connections


async def send_with(*, is_closed: bool) -> None:
    """Let Streamlit send a message to a connection that was closed, or that breaks just then."""

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            raise ValueError("broken")

    connection = WebSocket({"type": "websocket", "headers": []}, receive, send)
    await connection.accept()
    if is_closed:
        await connection.close()
    client = StarletteSessionClient(connection)
    client.write_forward_msg(ForwardMsg())
    await asyncio.sleep(0.1)
    await client.aclose()


def test_a_message_for_a_closed_connection_is_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger(SENDING)
    logger.addHandler(caplog.handler)
    filters = logger.filters.copy()
    try:
        asyncio.run(send_with(is_closed=True))
        assert "close message" in caplog.text
        caplog.clear()
        say_nothing_of_closed_connections()
        asyncio.run(send_with(is_closed=True))
        assert not caplog.records
        asyncio.run(send_with(is_closed=False))
        assert "broken" in caplog.text
    finally:
        logger.filters[:] = filters
        logger.removeHandler(caplog.handler)
