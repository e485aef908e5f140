"""The encoder as a picture: one bar for each layer, from the features to the embedding."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st


def draw_funnel(widths: Sequence[int]) -> None:
    """Draw the layers' numbers of units, the features first."""
    st.html(funnel(widths))


def funnel(widths: Sequence[int]) -> str:
    """HTML of bars whose heights grow with the logarithm of the units."""
    largest = math.log(max(widths) + 1)
    bars = (
        f'<span><i style="height: {100 * math.log(width + 1) / largest:.0f}%"></i></span>'
        f"<small>{width:,}</small>"
        for width in widths
    )
    name = "Encoder: " + " to ".join(f"{width:,}" for width in widths) + " units"
    columns = "".join(f"<div>{bar}</div>" for bar in bars)
    return f'<div class="dec-lab-funnel" role="img" aria-label="{name}">{columns}</div>'
