"""Samples that are images or volumes, as pictures."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dec_core.config import ImageShape

Number = TypeVar("Number", bound=np.generic)


def is_volume(image_shape: ImageShape) -> bool:
    """Whether samples of that shape have a depth."""
    return len(image_shape) == 4


def as_pictures(samples: NDArray[Number], image_shape: ImageShape) -> NDArray[Number]:
    """Images as they are, and of each volume its middle slice.

    Parameters
    ----------
    samples : (..., n_features)
    image_shape : (height, width, channels), or (depth, height, width, channels)

    Returns
    -------
    (..., height, width, channels)
    """
    shaped = samples.reshape(*samples.shape[:-1], *image_shape)
    return shaped[..., image_shape[0] // 2, :, :, :] if is_volume(image_shape) else shaped
