"""A run's film as a web page with play, pause and a slider; it needs no server."""

from __future__ import annotations

import base64
import html
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dec_core.events.view import View
from dec_core.export.film import Film
from dec_core.export.paper import on_white
from dec_core.export.web_page import CONFIG, in_script, page, plotly_script
from dec_core.plots.palette import cluster_colors, discrete_scale
from dec_core.plots.sizes import draw_sizes

_SCRIPT = Path(__file__).with_name("player.js")
_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem; color: #1f2426; background: #fff }
h1 { font-size: 1.2rem; margin: 0 }
p { margin: .3rem 0; color: #4b5457 }
.plots { display: flex; flex-wrap: wrap }
.plots > div { flex: 1 1 24rem; height: 62vh; min-height: 20rem }
.bar { display: flex; gap: 1rem; align-items: center }
.bar input { flex: 1 }
.bar output { min-width: 9rem; font-variant-numeric: tabular-nums }
#notes { min-height: 2.8em; font-weight: 600 }
button { font: inherit; padding: .3rem 1rem; min-width: 6rem }
"""
_BODY = """
<h1>{title}</h1>
<p>PCA of the embedding, {n_sampled:,} samples by cluster, beside the share of the samples in each
cluster. {sentence}</p>
<div class="plots"><div id="map"></div><div id="sizes"></div></div>
<p id="notes"></p>
<div class="bar">
<button id="play" type="button">Play</button>
<input id="slider" type="range" min="0" max="{last}" value="0" aria-label="Update">
<output id="where" for="slider"></output>
</div>
{plotly}
<script>const film = {film};
{script}</script>
"""


def player_page(title: str, view: View, film: Film) -> str:
    """The whole page; ``title`` is plain text."""
    numbers = {
        "iterations": film.iterations.tolist(),
        "points": _packed(_within_axes(film), np.uint16),
        "scales": [scale._asdict() for scale in film.scales],
        "labels": _packed(film.labels, np.uint8),
        "count": film.points.shape[1],
        "colors": discrete_scale(cluster_colors(film.n_clusters)),
        "clusters": film.n_clusters,
        "sizes": on_white(draw_sizes(view)),
        "config": CONFIG,
    }
    body = _BODY.format(
        title=html.escape(title),
        n_sampled=film.points.shape[1],
        sentence=html.escape(film.sentence),
        last=len(film.iterations) - 1,
        plotly=plotly_script(),
        film=in_script(numbers),
        script=_SCRIPT.read_text(encoding="utf-8"),
    )
    return page(title, body, style=_STYLE)


def _within_axes(film: Film) -> NDArray[np.float64]:
    """(n_frames, n_sampled, 2), from 0 to 65,535 between the ends of each picture's axes."""
    low, high = np.array([scale[:2] for scale in film.scales]).transpose(2, 0, 1)[:, :, None]
    return np.asarray((film.points - low) / (high - low) * 65_535).round()


def _packed(values: NDArray[np.generic], kind: type[np.unsignedinteger]) -> str:
    """Little-endian bytes as text; at most 200 clusters fit into a byte."""
    little = np.dtype(kind).newbyteorder("<")
    return base64.b64encode(values.astype(little).tobytes()).decode()
