"""What each page's address said when a person left it, so that the way back leads to the same.

Streamlit drops an address's parameters on the way from page to page, and where the way is the
browser's Back or Forward, it gives a page those of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

_PAGE = "page_shown"


@contextmanager
def remembered_address(page: str) -> Iterator[None]:
    """Around a page: bring back its parameters if the person comes from another one."""
    key = f"address:{page}"
    before = st.session_state.get(_PAGE, page)
    left_behind = st.session_state.get(f"address:{before}")
    if before != page and st.query_params.to_dict() in ({}, left_behind):
        st.query_params.from_dict(st.session_state.get(key, {}))
    st.session_state[_PAGE] = page
    try:
        yield
    finally:
        st.session_state[key] = st.query_params.to_dict()
