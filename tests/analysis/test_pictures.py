"""Of a volume the slice in the middle is shown, of an image all of it."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.analysis.pictures import as_pictures


@pytest.mark.parametrize(("depth", "middle"), [(1, 0), (2, 1), (5, 2)])
def test_the_middle_slice_of_volumes(depth: int, middle: int) -> None:
    volumes = np.random.default_rng(0).random((2, 7, depth, 3, 4, 1))
    shown = as_pictures(volumes.reshape(2, 7, -1), (depth, 3, 4, 1))
    np.testing.assert_array_equal(shown, volumes[:, :, middle])


def test_images_are_shown_as_they_are() -> None:
    images = np.random.default_rng(0).random((7, 3, 4, 3))
    np.testing.assert_array_equal(as_pictures(images.reshape(7, -1), (3, 4, 3)), images)
