"""A plot's place on the page: a frame, and in it a row with its title and controls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# Every panel has one row above its plot, so that plots side by side line up.
ROW = 32


def two_columns(key: str) -> Any:
    """A grid for panels, one below the other where the window is narrow."""
    return st.container(key=key).grid(2, min_column_width=390, gap="xsmall")


def panel(grid: Any) -> DeltaGenerator:
    """A frame in the next place of a grid."""
    frame: DeltaGenerator = grid.container(border=True, gap="xsmall")
    return frame


def choice(label: str, options: Sequence[Any], key: str, **more: Any) -> Any:
    """One of a few options side by side, the first unless chosen otherwise; ``more`` goes to
    ``st.segmented_control``."""
    return st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        label_visibility="collapsed",
        **{"default": options[0], **more},
    )


def title_row(title: str) -> DeltaGenerator:
    """The title of a plot, and beside it its controls."""
    row = st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", height=ROW, border=False
    )
    with row:
        st.markdown(f"**{title}**", width="content")
        st.space("stretch")
    return row
