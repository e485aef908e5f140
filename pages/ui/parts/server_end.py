"""The end of the server: in order at SIGTERM and at Ctrl-C, however often they come.

uvicorn sends itself the signal again once it has ended, so that the process dies of it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from functools import partial
from types import FrameType

from uvicorn import Server

# Streamlit's own, for what it sends to browsers.
SENDING = "streamlit.web.server.starlette.starlette_websocket"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Then browsers that do not take their answers are left.
_PATIENCE = 5


def take_signals() -> None:
    """Let signals end the server that handles them now, which then ends as by itself."""
    for number in _SIGNALS:
        server = getattr(signal.getsignal(number), "__self__", None)
        if isinstance(server, Server):
            signal.signal(number, partial(_end, server))


def say_nothing_of_closed_connections() -> None:
    """Keep a traceback out of the log at the end of the server.

    A page that ticks then has one more message for a browser whose connection was just closed.
    """
    logging.getLogger(SENDING).addFilter(_is_worth_saying)


async def ignore_signals_at_last() -> None:
    """Wait for the end of the event loop; nothing is left then that a signal could end."""
    try:
        await asyncio.Event().wait()
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return "once a close message has been sent" not in str(error)


def _end(server: Server, _: int, __: FrameType | None) -> None:
    server.config.timeout_graceful_shutdown = _PATIENCE
    server.should_exit = True
