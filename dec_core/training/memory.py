"""How much memory a run takes at least, from its settings alone.

The estimate leaves out what cannot be known: it refuses what cannot work, not what may fail.
"""

from __future__ import annotations

import math

from dec_core.config import Config, Shapes
from dec_core.errors import SettingsError
from dec_core.machine import memory_bytes
from dec_core.training.shapes import autoencoder_shapes, optimizer_shapes, trained_shapes

# Rows evaluated in one call: enough for full speed, few enough for 0.3 s on a large network.
EVALUATION_ROWS = 8_192
# On a small network a call takes more rows, up to so many multiplications and rows, a tenth of a
# second on two cores: there, what a call takes by itself is a large part of an evaluation.
QUICK_PRODUCTS, QUICK_ROWS = 2**32, 2**17
# What such a call may take. Fewer rows at once could change the last digits of a sum, so the
# number of rows is lowered only where they take more.
EVALUATION_BYTES = 2**30
# Multiplications by the kernels that such a call may take: half a second on two cores.
EVALUATION_PRODUCTS = 2**35
# Rows of a call are a multiple of this, so that calls of any size give q the same digits: what is
# left over of a processor's register is computed by other instructions.
_REGISTER = 16

_FLOAT = 4


def evaluation_rows(n_clusters: int, n_dimensions: int, widest: int, products: int) -> int:
    """How many samples are evaluated at once in a network whose largest layer is ``widest``.

    Parameters
    ----------
    products : how often a sample's values are multiplied with the kernels
    """
    # Differences to all centres, their squares and one more of the kind; two layers at a time.
    row_bytes = _FLOAT * (3 * n_clusters * n_dimensions + 2 * widest)
    quick, affordable = (
        bound // max(1, products) // _REGISTER * _REGISTER
        for bound in (QUICK_PRODUCTS, EVALUATION_PRODUCTS)
    )
    rows = max(EVALUATION_ROWS, min(quick, QUICK_ROWS))
    return max(1, min(rows, EVALUATION_BYTES // row_bytes, max(_REGISTER, affordable)))


def needed_bytes(
    config: Config, n_samples: int, n_features: int, value_bytes: int = _FLOAT
) -> dict[str, int]:
    """The least that a run holds at once, by what it is for: the data and its largest phase.

    Parameters
    ----------
    value_bytes : what one number of the data takes
    """
    phases = {
        "pretraining": _pretraining_bytes(config, n_samples, n_features),
        "gradient steps of clustering": _clustering_bytes(config, n_samples, n_features),
        "q and the target distribution over all data": _target_bytes(config, n_samples),
    }
    largest = max(phases, key=lambda name: phases[name])
    return {"the data": value_bytes * n_samples * n_features, largest: phases[largest]}


def check_memory(
    config: Config,
    n_samples: int,
    n_features: int,
    available: int | None = None,
    *,
    value_bytes: int = _FLOAT,
) -> None:
    """Refuse settings that this machine's memory cannot hold.

    Parameters
    ----------
    available : bytes; ``memory_bytes()`` unless given
    value_bytes : what one number of the data takes

    Raises
    ------
    SettingsError
        If the run takes more.
    """
    available = memory_bytes() if available is None else available
    needed = needed_bytes(config, n_samples, n_features, value_bytes)
    total = sum(needed.values())
    if available is None or total <= available:
        return
    parts = ", ".join(f"{_in_bytes(size)} for {what}" for what, size in needed.items())
    raise SettingsError(
        f"The settings must fit the memory of this machine ({_in_bytes(available)}). They take "
        f"at least {_in_bytes(total)}: {parts}. Choose fewer samples, a smaller batch_size, "
        "smaller layers or fewer clusters."
    )


def _pretraining_bytes(config: Config, n_samples: int, n_features: int) -> int:
    stages = config.pretraining_stages
    if not stages:
        return 0
    settings = stages[-1].settings
    weights = autoencoder_shapes(n_features, config.autoencoder)
    batch = min(settings.batch_size, n_samples)
    state = _trained_bytes(weights, optimizer_shapes(weights, settings))
    network = config.autoencoder
    outputs = network.encoder_outputs(n_features) + network.decoder_outputs(n_features)
    return state + _FLOAT * batch * outputs


def _clustering_bytes(config: Config, n_samples: int, n_features: int) -> int:
    settings = config.clustering
    weights = trained_shapes(n_features, config)
    batch = min(settings.batch_size, n_samples)
    state = _trained_bytes(weights, optimizer_shapes(weights, settings))
    # The differences to all centres, kept for the gradient, and that gradient.
    differences = 2 * settings.n_clusters * config.autoencoder.n_dimensions
    outputs = config.autoencoder.encoder_outputs(n_features)
    if settings.objective.trains_decoder:
        outputs += config.autoencoder.decoder_outputs(n_features)
    step = _FLOAT * batch * (outputs + differences)
    return state + step + _FLOAT * n_samples * settings.n_clusters


def _target_bytes(config: Config, n_samples: int) -> int:
    """q as float32, q and P as float64; and the embedding."""
    per_sample = (_FLOAT + 2 * 8) * config.clustering.n_clusters
    return n_samples * (per_sample + _FLOAT * config.autoencoder.n_dimensions)


def _trained_bytes(weights: Shapes, optimizer: Shapes) -> int:
    """Weights, their gradients and what the optimizer keeps."""
    return _FLOAT * (2 * _size(weights) + _size(optimizer))


def _size(shapes: Shapes) -> int:
    return sum(math.prod(shape) for shape in shapes)


def _in_bytes(size: int) -> str:
    return f"{size:,} bytes ({size / 2**30:,.1f} GiB)"
