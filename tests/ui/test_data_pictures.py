"""Which images stand in the gallery of the Data page."""

from __future__ import annotations

import numpy as np

from dec_core.data import Dataset
from pages.ui.data.pictures import chosen_images


def pictures(y: list[int] | None, n_samples: int) -> Dataset:
    return Dataset("pictures", np.zeros((n_samples, 4), np.uint8), y, image_shape=(2, 2, 1))


def test_each_class_has_a_row_of_its_own_images() -> None:
    y = [0] * 30 + [1] * 3 + [2] * 30
    rows, names = chosen_images(pictures(y, 63))
    assert names == ["0", "1", "2"]
    assert rows.shape == (3, 8)
    assert (rows[1] == -1).sum() == 5
    for label, row in enumerate(rows):
        assert {y[sample] for sample in row if sample >= 0} == {label}
        assert len(set(row[row >= 0])) == (row >= 0).sum()


def test_of_many_classes_the_first_ten() -> None:
    rows, names = chosen_images(pictures(list(range(40)), 40))
    assert (rows.shape, len(names)) == ((10, 20), 10)


def test_without_labels_each_sample_stands_there_once() -> None:
    rows, names = chosen_images(pictures(None, 12))
    assert set(names) == {""}
    assert sorted(rows[rows >= 0]) == list(range(12))
