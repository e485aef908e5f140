"""The launcher: ``streamlit run app.py`` or ``python app.py``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from dec_core.signals import end_on_signals, run_command  # noqa: E402
from pages.ui.parts.server_end import (  # noqa: E402
    ignore_signals_at_last,
    say_nothing_of_closed_connections,
    take_signals,
)

# Before the libraries, which take a second to load.
if __name__ == "__main__":
    end_on_signals()
take_signals()

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from dec_core.errors import SettingsError  # noqa: E402
from pages.ui.parts.allowed_hosts import AllowedHosts, named_hosts  # noqa: E402
from pages.ui.parts.assets import plotly_route  # noqa: E402
from pages.ui.parts.libraries import load_shared_libraries  # noqa: E402
from pages.ui.parts.sample_route import sample_route  # noqa: E402
from pages.ui.parts.state import run_manager  # noqa: E402

_tasks: list[asyncio.Task[None]] = []


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    """Load libraries with the server; end runs and the UMAP process with it."""
    take_signals()
    say_nothing_of_closed_connections()
    _tasks.append(asyncio.create_task(ignore_signals_at_last()))
    # A browser takes longer to load its page.
    _tasks.append(asyncio.create_task(asyncio.to_thread(load_shared_libraries)))
    try:
        yield
    finally:
        with suppress(SettingsError):
            run_manager().close()


try:
    hosts = named_hosts()
except SettingsError as error:
    sys.exit(f"error: {error}")

app = st.App(
    ROOT / "pages" / "router.py",
    routes=[plotly_route(), sample_route()],
    middleware=[Middleware(AllowedHosts, named=hosts)],
    lifespan=_lifespan,
)

if __name__ == "__main__":
    sys.exit(run_command(app.run))
