"""Whether a person sits at the machine of the server, so that a path of it may be opened."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from dec_core.config import DataSettings, FileData
from dec_core.data.upload_places import is_upload
from dec_core.errors import SettingsError

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# What a server in between adds; the browser may then be anywhere.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")


def may_open_paths() -> bool:
    """Whether server and browser are bound to this machine, with nothing in between."""
    address = str(st.get_option("server.address") or "").strip("[]")
    browser = st.context.ip_address
    return (
        address in _LOOPBACK
        and (browser is None or browser in _LOOPBACK)
        and urlsplit(st.context.url or "").hostname in _LOOPBACK
        and not any(st.context.headers.get(name) for name in _FORWARDED)
    )


def check_path(settings: DataSettings) -> None:
    """Raise SettingsError where the settings name a path that this browser may not open."""
    if not isinstance(settings, FileData) or not settings.file or is_upload(settings.file):
        return
    if not may_open_paths():
        raise SettingsError(
            "A path of the server's machine can be opened on that machine only. Upload the file "
            "on the Data page instead."
        )
