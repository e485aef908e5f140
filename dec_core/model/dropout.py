"""Dropout whose masks follow from a seed and the number of the gradient step alone."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

# Keras takes a seed modulo this number.
_SEEDS = 2**31 - 2


def dropout_layers(*models: keras.Model) -> list[keras.layers.Dropout]:
    """The layers of some models that drop values, in their order."""
    layers = [layer for model in models for layer in model.layers]
    return [layer for layer in layers if isinstance(layer, keras.layers.Dropout)]


def set_dropout_step(
    layers: Sequence[keras.layers.Dropout], seed: tuple[int, ...], step: int
) -> None:
    """Let the next gradient step drop what step number ``step`` drops, and so on from there.

    Keras draws a mask from two numbers, the layer's seed and how many masks it has drawn, and a
    gradient step draws one in each layer. So a run that goes on at a step, or in several calls,
    has the masks of one that was never interrupted, and they are those of Keras' own training
    step.

    Parameters
    ----------
    seed : whole numbers from 0; each layer makes a seed of its own from them and its place
    step : from 0
    """
    for place, layer in enumerate(layers):
        (number,) = np.random.SeedSequence((*seed, place)).generate_state(1)
        layer.seed_generator.state.assign([int(number) % _SEEDS, step])
