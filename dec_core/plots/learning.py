"""Losses, label changes and the spread of the embedding: is it still learning?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Config, PretrainingStage
from dec_core.events.view import View
from dec_core.plots.curves import BAND_AID, add_curve, is_long
from dec_core.plots.figure import Figure
from dec_core.plots.palette import DELTA_LABEL, LAYER, LOSS, PRETRAINING, SPREAD
from dec_core.plots.style import Plot, name_axes, new_figure, say_instead

Floats = NDArray[np.float32]

# About the pixels of a curve beside three others, and of one alone.
_NARROW, _WIDE = 200, 500
# Over fewer powers of ten a logarithmic axis has ticks between them.
_FEW_POWERS = 2.5
# Up to here each epoch has a tick.
_FEW_EPOCHS = 6


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """Losses per epoch and per update, label changes, the embedding's spread, the tolerance.

    ``layers`` has for each epoch the layer of the encoder that was trained by itself, 0 where all
    were. ``reconstruction_loss`` is empty where clustering does not train the decoder.
    """

    epochs: NDArray[np.int32]
    layers: NDArray[np.int32]
    pretraining_loss: Floats
    iterations: NDArray[np.int32]
    loss: Floats
    reconstruction_loss: Floats
    delta_label: Floats
    spread: Floats
    tol: float


def learning_curves(view: View) -> LearningCurves:
    """The first update has no loss and no changed labels yet, so it is left out."""
    updates = view.updates[1:]
    has_decoder = any("reconstruction_loss" in update.measures for update in updates)
    reconstruction = [update.value("reconstruction_loss") for update in updates if has_decoder]
    return LearningCurves(
        epochs=np.array([epoch.epoch for epoch in view.pretraining], np.int32),
        layers=np.array([epoch.layer or 0 for epoch in view.pretraining], np.int32),
        pretraining_loss=np.array([epoch.loss for epoch in view.pretraining], np.float32),
        iterations=np.array([update.iteration for update in updates], np.int32),
        loss=np.array([update.value("loss") for update in updates], np.float32),
        reconstruction_loss=np.array(reconstruction, np.float32),
        delta_label=np.array([update.value("delta_label") for update in updates], np.float32),
        spread=np.array([update.value("embedding_spread") for update in updates], np.float32),
        tol=view.config.clustering.tol,
    )


def draw_learning(view: View) -> Plot:
    """Losses, label changes and spread side by side; the reconstruction error of clustering, where
    there is one, beside that of pretraining."""
    numbers = learning_curves(view)
    figure = new_figure(
        "Is it still learning?",
        "Label changes below the dashed tolerance end a run; a spread that falls to 0, or grows "
        "many times over, comes with a collapse"
        + f"; {BAND_AID}"
        * is_long(len(numbers.iterations), _NARROW),
        {"x": "epoch_or_iteration", "y": "value"},
    )
    _add_losses(figure, numbers, _NARROW)
    _count_epochs(figure, view.config)
    name_axes(figure, "", "pretraining loss")
    _add_curve(figure, "2", "clustering loss", (numbers.iterations, numbers.loss), LOSS)
    # A logarithmic axis has no place for 0, which gets a line of its own: below what one sample
    # changes and below the tolerance.
    one_sample = 1 / view.started.n_samples if view.started else 1.0
    zero = 0.4 * min(one_sample, max(numbers.tol, 1e-5))
    changed = np.maximum(numbers.delta_label, np.float32(zero))
    _add_curve(figure, "3", "label changes", (numbers.iterations, changed), DELTA_LABEL)
    _add_curve(figure, "4", "embedding spread", (numbers.iterations, numbers.spread), SPREAD)
    has_decoder = len(numbers.reconstruction_loss) > 0
    if has_decoder:
        errors = numbers.iterations, numbers.reconstruction_loss
        _add_curve(figure, "5", "reconstruction error", errors, PRETRAINING)
    if numbers.tol > 0:
        line = {"color": DELTA_LABEL, "width": 1.2, "dash": "dash"}
        figure.add_hline(max(numbers.tol, zero), axes="3", line=line)
    _arrange(figure, view, zero, _WITH_DECODER if has_decoder else _PLACES)
    return Plot("learning", figure, _alternative(numbers))


def draw_pretraining(view: View) -> Plot:
    """How well does the autoencoder reproduce the samples?"""
    numbers, config = learning_curves(view), view.config
    stages = config.pretraining_stages
    has_layers = any(stage.layer is not None for stage in stages)
    aid = "Mean squared error of the reconstruction after each epoch; it should fall and flatten"
    if has_layers:
        # What a layer takes is of another size than the samples.
        aid = "Mean squared error after each epoch, to be compared within one layer; it should fall"
    figure = new_figure("Does the autoencoder learn?", aid, {"x": "epoch", "y": "loss"})
    if not len(numbers.epochs):
        words = "Waits for the first epoch" if stages else "Nothing is trained before k-means"
        if view.is_over and stages:
            words = "The run ended before its first epoch"
        say_instead(figure, words)
        return Plot("pretraining", figure, _alternative(numbers))
    _add_losses(figure, numbers, _WIDE)
    figure.update_xaxes(title="epoch", range=[0, max(config.pretraining_epochs, 1) + 0.5])
    _count_epochs(figure, config)
    figure.update_yaxes(
        **(_logarithmic(numbers.pretraining_loss) if has_layers else {"rangemode": "tozero"})
    )
    if has_layers:
        _name_stages(figure, stages)
    figure.update_layout(showlegend=False)
    return Plot("pretraining", figure, _alternative(numbers))


def _count_epochs(figure: Figure, config: Config) -> None:
    """Along the first axis; plotly would show parts of an epoch where there are few."""
    if config.pretraining_epochs < _FEW_EPOCHS:
        figure.update_layout(xaxis={"dtick": 1})


def _add_losses(figure: Figure, numbers: LearningCurves, n_bins: int) -> None:
    """One curve for each layer that is trained by itself, and one for all."""
    for layer in np.unique(numbers.layers):
        of_layer = numbers.layers == layer
        losses = numbers.epochs[of_layer], numbers.pretraining_loss[of_layer]
        name = f"loss of layer {layer}" if layer else "pretraining loss"
        color = LAYER if layer else PRETRAINING
        add_curve(figure, name, losses, color, n_bins=n_bins, where="after epoch")


def _logarithmic(losses: Floats) -> dict[str, object]:
    """An axis with powers of ten, and 2 and 5 times these where few powers are shown, all written
    in full; plotly would write a bare 2 or 5 between them."""
    positive = losses[np.isfinite(losses) & (losses > 0)]
    if not len(positive):
        return {"type": "log"}
    lowest, highest = np.log10(positive.min()), np.log10(positive.max())
    powers = range(int(np.floor(lowest)), int(np.ceil(highest)) + 1)
    steps = (1, 2, 5) if highest - lowest < _FEW_POWERS else (1,)
    ticks = [float(f"{step}e{power}") for power in powers for step in steps]
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def _name_stages(figure: Figure, stages: Sequence[PretrainingStage]) -> None:
    """Where each begins, and what it trains."""
    begin = 0
    for stage in stages:
        if begin:
            ends = {"x0": begin + 0.5, "x1": begin + 0.5, "y0": 0, "y1": 1, "yref": "paper"}
            figure.add_shape(type="line", line={"color": LAYER, "width": 1, "dash": "dot"}, **ends)
        figure.add_annotation(
            x=begin + 0.5 + stage.epochs / 2,
            y=1,
            yref="paper",
            yanchor="top",
            showarrow=False,
            text="all layers" if stage.layer is None else f"layer {stage.layer}",
        )
        begin += stage.epochs


def _add_curve(
    figure: Figure,
    axes: str,
    name: str,
    points: tuple[NDArray[np.int32], Floats],
    color: str,
) -> None:
    add_curve(figure, name, points, color, n_bins=_NARROW, axes=axes)
    name_axes(figure, axes, name)


# From left to right; the last one, where it is there, is beside the first.
_PLACES = ([0, 0.2], [0.265, 0.465], [0.535, 0.735], [0.8, 1])
_WITH_DECODER = ([0, 0.15], [0.425, 0.575], [0.64, 0.79], [0.85, 1], [0.2125, 0.3625])


def _arrange(figure: Figure, view: View, zero: float, places: Sequence[Sequence[float]]) -> None:
    epochs = view.config.pretraining_epochs
    figure.update_layout(
        showlegend=False,
        margin={"t": 70},
        xaxis={"domain": places[0], "title": "epoch", "range": [0, max(epochs, 1) + 0.5]},
        yaxis={"rangemode": "tozero"},
        yaxis2={"anchor": "x2"},
        yaxis3={
            "anchor": "x3",
            "type": "log",
            "range": [np.log10(zero * 0.8), 0],
            "tickvals": [zero, *(tick for tick in _SHARES if tick > 2 * zero)],
            "ticktext": ["0", *(f"{100 * tick:g}%" for tick in _SHARES if tick > 2 * zero)],
        },
        yaxis4={"anchor": "x4", "rangemode": "tozero"},
    )
    for number, place in enumerate(places[1:], start=2):
        axis = {"domain": place, "title": "iteration", "anchor": f"y{number}"}
        figure.update_layout({f"xaxis{number}": axis})
    if len(places) > len(_PLACES):
        figure.update_layout(yaxis5={"anchor": "x5", "rangemode": "tozero"})


_SHARES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)


def _alternative(numbers: LearningCurves) -> str:
    parts = []
    if len(numbers.pretraining_loss):
        layer = f" of layer {numbers.layers[-1]}" if numbers.layers[-1] else ""
        parts.append(f"Pretraining loss{layer} {numbers.pretraining_loss[-1]:.4g}")
    if len(numbers.loss):
        along = "".join(f", reconstruction error {n:.4g}" for n in numbers.reconstruction_loss[-1:])
        parts.append(
            f"clustering loss {numbers.loss[-1]:.4g}{along}, label changes "
            f"{numbers.delta_label[-1]:.2%} (tolerance {numbers.tol:.2%}), embedding spread "
            f"{numbers.spread[-1]:.4g} at iteration {numbers.iterations[-1]:,}"
        )
    return "; ".join(parts) + "." if parts else "Losses: none yet."
