"""plotly.js from the installed wheel, so that the screens work without a network."""

from __future__ import annotations

from pathlib import Path

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

_PATH = "/dec-lab/plotly.min.js"
_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def plotly_route() -> Route:
    """The route of ``st.App`` that serves plotly.js."""

    async def serve(_: Request) -> FileResponse:
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(_FILE, media_type="text/javascript", headers=headers)

    return Route(_PATH, serve)


def plotly_url() -> str:
    """Where a browser finds plotly.js; the version keeps its cache honest."""
    return f"{served_at(_PATH)}?v={plotly.__version__}"


def served_at(path: str) -> str:
    """Where a browser finds what the server serves at a path, below the server's base path."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}{path}"
