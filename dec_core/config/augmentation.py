"""Random shifts and rotations of the images that are trained on, as settings."""

from __future__ import annotations

from typing import Any

from dec_core.config.networks import Misfit
from dec_core.config.section import setting

_CHANNELS = (1, 3)


def _is_off(value: int) -> bool:
    """Left out of the text of settings, which was the same before there was augmentation."""
    return value == 0


# Settings that pretraining and clustering have.
SHIFT: Any = setting(
    0,
    "Shift",
    "Move the images of each batch at random by up to so many pixels in each direction; 0 for "
    "none. For images only.",
    ge=0,
    le=512,
    slide_to=8,
    exclude_if=_is_off,
)
ROTATION: Any = setting(
    0,
    "Rotation",
    "Turn the images of each batch at random by up to so many degrees in each direction; 0 for "
    "none. For images only.",
    ge=0,
    le=180,
    slide_to=45,
    exclude_if=_is_off,
)


def augmentation_misfit(
    section: str, shift: int, rotation: int, image_shape: tuple[int, ...] | None
) -> Misfit | None:
    """Why such samples cannot be shifted and rotated; None where they can, or need not be.

    Parameters
    ----------
    section : whose settings ``shift`` (pixels) and ``rotation`` (degrees) are
    image_shape : (height, width, channels) of a sample; None where samples are no images
    """
    if not (shift or rotation):
        return None
    path = f"{section}.shift" if shift else f"{section}.rotation"
    if image_shape is None:
        return Misfit(path, "must be 0, as the rows of these data are no images")
    if len(image_shape) != 3 or image_shape[2] not in _CHANNELS:
        sizes = ",".join(map(str, image_shape))
        words = f"must be 0, or the images flat with 1 or 3 channels. They are of shape {sizes}"
        return Misfit(path, words)
    side = min(image_shape[:2])
    if shift >= side:
        words = f"must be at most {side - 1}, as the images have a side of {side} pixels"
        return Misfit(path, f"{words}. Received {shift}")
    return None
