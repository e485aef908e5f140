"""Where the samples are: a map of the embedding, coloured by cluster or by true label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.events.view import View
from dec_core.plots.figure import Figure
from dec_core.plots.palette import GREY, cluster_colors, true_label_colors
from dec_core.plots.style import BARE_AXIS, Plot, new_figure, plain, say_instead

Points = NDArray[np.float32]

_MARGIN = 0.05
# Points whose second axis fills less than this part of the first lie on one line.
_FLAT = 1e-5
_HEIGHT = 0.5
# A map this much narrower or wider than that of the k-means start says so.
NARROWER, WIDER = 0.2, 3.0
# A map that is wider than this by the same measure is not told apart from wider ones.
_MUCH_WIDER = 1e3
# With fewer effective clusters than this, one holds nearly all samples; and an embedding that has
# kept less than this part of the start's spread has lost what the start found. What a map then
# draws large is noise.
ONE_CLUSTER = 1.2
NOISE_SPREAD = 0.02


def draw_embedding(
    points: Points,
    labels: NDArray[np.integer],
    *,
    method: str,
    iteration: int,
    class_names: Sequence[str] | None = None,
    is_true_label: bool = False,
    start: Points | None = None,
    sample_ids: NDArray[np.integer] | None = None,
    clusters: NDArray[np.integer] | None = None,
    update: int | None = None,
    doubt: str = "",
) -> Plot:
    """Where are the samples? Both axes have the same unit.

    Samples on one line, as those of an embedding of one unit are, get random heights.

    Parameters
    ----------
    points : (n_sampled, 2)
    labels : (n_sampled,), clusters or true labels
    method : "PCA" or "UMAP"
    class_names : names of true labels
    start : (n_sampled, 2), the map of the k-means start in the same units; the axes then show at
        least what it fills, so that samples that shrink together are drawn together
    sample_ids : (n_sampled,), the samples' numbers, for the pointer
    clusters : (n_sampled,), for the pointer, where ``labels`` are true ones
    update : the number of the update, for the pointer
    doubt : why the shapes in the map mean nothing; empty if they do
    """
    what = "true label" if is_true_label else "cluster"
    shown = points if start is None else np.concatenate([points, start])
    is_strip = _is_strip(shown)
    figure = new_figure(
        "Where are the samples?",
        f"{method} of the embedding at iteration {iteration:,}, {len(points):,} samples by {what}"
        + "; all lie on one line, heights are random" * is_strip,
        {"x": "x"} if is_strip else {"x": "x", "y": "y"},
    )
    known = None
    if sample_ids is not None:
        known = np.column_stack([sample_ids, labels if clusters is None else clusters])
    names = class_names if is_true_label else None
    places = _with_random_heights(points) if is_strip else points
    count = _add_points(figure, places, labels, names=names, what=what, known=known, update=update)
    note = fit_axes(figure, points, start)
    _add_notes(figure, [words for words in (doubt, note) if words], above=is_strip)
    figure.update_layout(showlegend=count <= 20)
    if not is_true_label:
        # On a page the colours of clusters are explained once, beside their sizes.
        figure.layout.meta = {**figure.layout.meta, "legend_elsewhere": True}
    sentences = [
        f"{method} map of {len(points):,} samples at iteration {iteration:,}, coloured by {what}.",
        *(f"{words}." for words in (doubt, note) if words),
    ]
    return Plot("embedding", figure, " ".join(sentences))


def doubt_about(view: View, update: int) -> str:
    """Why shapes in the map of an update mean nothing; empty if they may mean something."""
    now, first = view.updates[update], view.updates[0]
    if now.measures["effective_clusters"] < ONE_CLUSTER:
        return "One cluster holds nearly all samples: the shapes are noise"
    if now.value("embedding_spread") < NOISE_SPREAD * first.value("embedding_spread"):
        return "The samples lie together almost in one point: the shapes are noise"
    return ""


def draw_waiting(method: str, reason: str) -> Plot:
    """The map's place while there is none, with the reason."""
    figure = new_figure("Where are the samples?", f"{method} of the embedding", {"x": "x"})
    say_instead(figure, reason)
    return Plot("embedding", figure, f"{method} map: {reason}")


def _add_points(
    figure: Figure,
    points: Points,
    labels: NDArray[np.integer],
    *,
    names: Sequence[str] | None,
    what: str,
    known: NDArray[np.integer] | None,
    update: int | None,
) -> int:
    """A trace per label; how many."""
    count = int(labels.max()) + 1 if len(labels) else 0
    colors = true_label_colors(count) if what == "true label" else cluster_colors(count)
    for label, color in enumerate(colors):
        chosen = labels == label
        name = plain(names[label]) if names else str(label)
        said = f"{what} {name}"
        if known is not None:
            said = "sample %{customdata[0]:,}, cluster %{customdata[1]}"
            said += f", true label {name}" * (what == "true label")
        figure.add_scattergl(
            x=points[chosen, 0],
            y=points[chosen, 1],
            customdata=None if known is None else known[chosen].astype(np.int32),
            meta=None if update is None else {"update": update},
            name=name,
            mode="markers",
            marker={"size": 4, "color": color, "opacity": 0.8},
            hovertemplate=f"{said}<extra></extra>",
        )
    return count


def fit_axes(figure: Figure, points: Points, start: Points | None) -> str:
    """Show all points and what the start fills, in equal units; what to say of the scale."""
    shown = points if start is None else np.concatenate([points, start])
    is_strip = _is_strip(shown)
    _show_all(figure, shown, is_strip=is_strip)
    return "" if start is None else _scale(figure, points, start, is_strip=is_strip)


def _is_strip(points: Points) -> bool:
    width, height = np.ptp(points, axis=0)
    return bool(height <= _FLAT * width and width > 0)


def _with_random_heights(points: Points) -> Points:
    """On one line many points would hide each other; each keeps its height from map to map."""
    heights = np.random.default_rng(0).uniform(-_HEIGHT, _HEIGHT, len(points))
    return np.column_stack([points[:, 0], heights]).astype(np.float32)


def _show_all(figure: Figure, shown: Points, *, is_strip: bool) -> None:
    across, along = _range(shown[:, 0]), _range(shown[:, 1])
    if is_strip:
        figure.update_xaxes(range=across, title="first principal component", zeroline=False)
        figure.update_yaxes(range=[-1, 1], **BARE_AXIS)
        return
    figure.update_xaxes(range=across, **BARE_AXIS)
    figure.update_yaxes(range=along, scaleanchor="x", scaleratio=1, **BARE_AXIS)


def _scale(figure: Figure, points: Points, start: Points, *, is_strip: bool) -> str:
    """What to say of the width of the map beside that of the start, which may get a frame."""
    width = _extent(start)
    ratio = _extent(points) / width if width else 1.0
    if ratio > WIDER:
        low, high = start.min(axis=0), start.max(axis=0)
        if is_strip:
            low[1], high[1] = -_HEIGHT, _HEIGHT
        line = {"width": 1, "dash": "dash", "color": GREY}
        figure.add_shape(type="rect", x0=low[0], x1=high[0], y0=low[1], y1=high[1], line=line)
        times = "more than 1,000" if ratio > _MUCH_WIDER else f"{ratio:,.0f}"
        return f"{times} times as wide as the k-means start (dashed)"
    if ratio < NARROWER:
        part = "less than a thousandth" if ratio < 1e-3 else f"1/{1 / ratio:,.0f}"
        return f"Drawn at the scale of the k-means start: {part} as wide"
    return ""


def _add_notes(figure: Figure, notes: Sequence[str], *, above: bool) -> None:
    """Below the points, or above them where numbers stand below."""
    if notes:
        figure.add_annotation(
            text="<br>".join(notes),
            showarrow=False,
            xref="paper",
            yref="paper",
            x=0,
            y=1 if above else 0,
            xanchor="left",
            yanchor="top" if above else "bottom",
            align="left",
            font={"size": 12, "weight": 600},
        )


def _extent(points: Points) -> float:
    """The longer side of what the points fill."""
    return float(np.ptp(points, axis=0).max())


def _range(values: Points) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = max((high - low) * _MARGIN, 1e-3)
    return [low - margin, high + margin]
