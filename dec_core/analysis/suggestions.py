"""Settings to begin with on data of one's own, from their size and their values.

The numbers were measured with five seeds each on wine, breast cancer, digits as a table and blobs:
see ``tests/benchmarks/suggestions.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dec_core.analysis.rows import Rows
from dec_core.analysis.table_figures import (
    fitting_batch_size,
    fitting_scaling,
    heavy_tailed,
    looked_at,
)
from dec_core.config import Scaling
from dec_core.words import counted

# Few features need a wide network all the same: a narrow one loses what k-means would find.
_WIDE, _LARGE = (256, 128), (500, 500, 2000)
_LARGE_FROM = 10_000
_DIMENSIONS = 10
# Gradient steps of pretraining, within bounds of its epochs. With more of them on small data the
# embedding fits single samples, and k-means finds less in it.
_FEW_SAMPLES, _FEW_STEPS, _STEPS = 1_000, 600, 2_400
_FEWEST_EPOCHS, _MOST_EPOCHS = 20, 300
# Most of the true classes that one would look for without labels.
_MOST_GUESSED = 10


@dataclass(frozen=True)
class Suggestion:
    """A setting, the value to begin with, and why in one sentence."""

    path: str
    value: Any
    reason: str


@dataclass(frozen=True)
class ValueFacts:
    """What the values are like; see ``value_facts``.

    Attributes
    ----------
    low, high : the smallest and the largest value
    scaling : the one that fits
    n_heavy : features with a heavy tail
    """

    low: float
    high: float
    scaling: Scaling
    n_heavy: int


def value_facts(x: Rows, *, is_images: bool) -> ValueFacts:
    """What the values of ``x``, (n_samples, n_features), are like before any scaling."""
    rows = x[looked_at(x)]
    n_heavy = 0 if is_images else len(heavy_tailed(rows))
    low, high = float(rows.min()), float(rows.max())
    return ValueFacts(low, high, fitting_scaling(rows, is_images=is_images), n_heavy)


def suggested_settings(
    n_samples: int,
    n_features: int,
    n_classes: int | None,
    values: ValueFacts,
) -> tuple[Suggestion, ...]:
    """Settings that train to a sound result on data of this size, each with its reason.

    Parameters
    ----------
    n_classes : of the true labels; None without them
    """
    batch = fitting_batch_size(n_samples)
    about_batch = f"A power of two, at most 256 and about a quarter of {n_samples:,} samples."
    per_pass = -(-n_samples // batch)
    steps = _FEW_STEPS if n_samples < _FEW_SAMPLES else _STEPS
    epochs = min(_MOST_EPOCHS, max(_FEWEST_EPOCHS, math.ceil(steps / per_pass)))
    return (
        *_scaling(values),
        _clusters(n_samples, n_classes),
        _layers(n_samples, n_features),
        Suggestion("pretraining.optimizer", "adam", "Adam needs no rate made for the data."),
        Suggestion("pretraining.learning_rate", 0.001, "The usual rate of Adam."),
        Suggestion(
            "pretraining.epochs",
            epochs,
            f"{counted(per_pass, 'step')} each, {epochs * per_pass:,} in all.",
        ),
        Suggestion("pretraining.batch_size", batch, about_batch),
        Suggestion("clustering.batch_size", batch, about_batch),
        Suggestion("clustering.batch_order", "shuffled", "The order of a file may mean something."),
        Suggestion("clustering.learning_rate", 0.05, "Small enough to keep clusters."),
        Suggestion(
            "clustering.update_interval",
            _interval(per_pass),
            f"A pass over the data takes {counted(per_pass, 'step')}.",
        ),
    )


def _interval(per_pass: int) -> int:
    return 140 if per_pass >= 140 else 30


def _scaling(values: ValueFacts) -> tuple[Suggestion, ...]:
    span = f"Values from {values.low:,.4g} to {values.high:,.4g}"
    if values.n_heavy and values.low >= 0 and values.scaling == "standard":
        reason = f"{counted(values.n_heavy, 'feature has', 'features have')} values over 30 times "
        reason += "their usual size."
        logarithm = Suggestion("data.log1p", True, reason)
        return (logarithm, Suggestion("data.scaling", "standard", "Each feature counts alike."))
    reasons = {
        "none": f"{span} are as a network needs them.",
        "pixels": f"{span}: divided by 255.",
        "unit": f"{span} on one scale: brought to 0 to 1 together.",
    }
    reason = reasons.get(values.scaling, f"{span}, each feature on a scale of its own.")
    return (Suggestion("data.scaling", values.scaling, reason),)


def _clusters(n_samples: int, n_classes: int | None) -> Suggestion:
    path = "clustering.n_clusters"
    if n_classes is not None and 2 <= n_classes <= min(200, n_samples):
        return Suggestion(path, n_classes, "As many as there are classes.")
    guess = max(2, min(_MOST_GUESSED, round(math.sqrt(n_samples / 2))))
    return Suggestion(path, guess, "A guess: nothing says how many there are. Try others.")


def _layers(n_samples: int, n_features: int) -> Suggestion:
    units = (*(_LARGE if n_samples >= _LARGE_FROM else _WIDE), _DIMENSIONS)
    reason = "A narrow network loses what k-means would find, also of few features"
    return Suggestion("autoencoder.units", units, f"{reason} ({n_features:,} here).")
