"""How far apart colours look, also to eyes that lack red or green cones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", 2009, severity 1.0; they act on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


def linear(color: str) -> np.ndarray:
    """(3,) linear RGB in [0, 1] of ``#rrggbb`` in sRGB."""
    values = np.array(list(bytes.fromhex(color.removeprefix("#")))) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """(3,) CIE L*a*b* under D65 of linear RGB."""
    ratio = _TO_XYZ @ rgb / _WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(first: str, second: str, vision: str = "normal") -> float:
    """CIE76 delta E of two colours as that vision sees them."""
    seen = [lab(np.clip(VISION[vision] @ linear(color), 0, 1)) for color in (first, second)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def closest_pair(colors: Sequence[str], vision: str) -> tuple[float, str, str]:
    """The two colours that look most alike, with their delta E."""
    pairs = itertools.combinations(colors, 2)
    return min((difference(a, b, vision), a, b) for a, b in pairs)


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted(float(_TO_XYZ[1] @ linear(color)) for color in (first, second))
    return (high + 0.05) / (low + 0.05)
