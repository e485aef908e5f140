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

from pages.ui.assets import plotly_route  # noqa: E402
from pages.ui.state import run_manager  # noqa: E402


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    """End runs and the UMAP process with the server."""
    yield
    run_manager().close()


app = st.App(ROOT / "pages" / "router.py", routes=[plotly_route()], lifespan=_lifespan)

if __name__ == "__main__":
    app.run()
