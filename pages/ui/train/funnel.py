"""The encoder as a picture: one bar for each layer, from the features to the embedding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from dec_core.config import Config, ConvNetwork
from dec_core.errors import DECLabError
from pages.ui.train.data_block import known_size


def encoder_funnel(config: Config) -> None:
    """Draw the encoder's layers, from the features on where their number is known."""
    size, network = None, config.autoencoder
    with suppress(DECLabError):
        size = known_size(config.data)
    if isinstance(network, ConvNetwork):
        if size is not None and network.misfit(size.n_features, size.image_shape) is None:
            draw_maps(network.maps(size.n_features), network.dimensions)
    elif config.has("autoencoder.units"):
        draw_funnel(([size.n_features] if size else []) + list(config.get("autoencoder.units")))


def draw_funnel(widths: Sequence[int]) -> None:
    """Draw the layers' numbers of units, the features first."""
    names = [f"{width:,}" for width in widths]
    st.html(funnel(widths, names, " to ".join(names) + " units"))


def draw_maps(maps: Sequence[tuple[int, int, int]], n_dimensions: int) -> None:
    """Draw the image and the feature maps, (height, width, filters) each, and the embedding."""
    times = "\N{MULTIPLICATION SIGN}"
    names = [f"{height}{times}{width}<br>{times}{filters}" for height, width, filters in maps]
    said = " to ".join(" by ".join(map(str, shape)) for shape in maps)
    widths = [*(math.prod(shape) for shape in maps), n_dimensions]
    st.html(funnel(widths, [*names, f"{n_dimensions:,}"], f"{said} to {n_dimensions:,} values"))


def funnel(widths: Sequence[int], names: Sequence[str], said: str) -> str:
    """HTML of bars whose heights grow with the logarithm of the layers' values.

    Parameters
    ----------
    widths : how many values each layer has
    names : what stands below each bar, in HTML
    said : the layers in words
    """
    largest = math.log(max(widths) + 1)
    bars = (
        f'<span><i style="height: {100 * math.log(width + 1) / largest:.0f}%"></i></span>'
        f"<small>{name}</small>"
        for width, name in zip(widths, names, strict=True)
    )
    columns = "".join(f"<div>{bar}</div>" for bar in bars)
    return f'<div class="dec-lab-funnel" role="img" aria-label="Encoder: {said}">{columns}</div>'
