"""The launcher: ``streamlit run app.py`` or ``python app.py``."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from dec_core.errors import SettingsError  # noqa: E402
from pages.ui.allowed_hosts import AllowedHosts, named_hosts  # noqa: E402
from pages.ui.assets import plotly_route  # noqa: E402
from pages.ui.libraries import begin_loading  # noqa: E402
from pages.ui.state import run_manager  # noqa: E402


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    """Load libraries with the server; end runs and the UMAP process with it."""
    begin_loading()
    yield
    run_manager().close()


try:
    hosts = named_hosts()
except SettingsError as error:
    sys.exit(f"error: {error}")

app = st.App(
    ROOT / "pages" / "router.py",
    routes=[plotly_route()],
    middleware=[Middleware(AllowedHosts, named=hosts)],
    lifespan=_lifespan,
)

if __name__ == "__main__":
    app.run()
