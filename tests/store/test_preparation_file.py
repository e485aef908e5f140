"""The preparation of a run's data comes back from the disk as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dec_core.data.files import contents_of, load_file
from dec_core.errors import RunError
from dec_core.store.preparation_file import PREPARATION, read_preparation, write_preparation
from tests.own_files import blobs_csv, on_file


@pytest.mark.parametrize(
    "data",
    [
        {"label": "kind", "id": "key"},
        {"text_columns": "one-hot", "leave_out": ("key",), "missing": "median"},
        {"leave_out": ("key",), "scaling": "features", "categorical": ()},
        {"leave_out": ("key", "kind"), "scaling": "norm"},
        {"leave_out": ("key", "kind"), "scaling": "unit"},
    ],
)
def test_it_prepares_alike_bit_for_bit(data: dict[str, object], tmp_path: Path) -> None:
    settings = on_file(blobs_csv(tmp_path), **data).data
    dataset = load_file(settings, 0)  # type: ignore[arg-type]
    assert dataset.preparation is not None
    write_preparation(tmp_path, dataset.preparation)
    again = read_preparation(tmp_path)
    assert again is not None
    assert again.feature_names == dataset.preparation.feature_names
    x = again.apply(contents_of(settings)).x  # type: ignore[arg-type]
    np.testing.assert_array_equal(x, dataset.x)


def test_a_run_of_before_has_none_and_damage_is_said(tmp_path: Path) -> None:
    assert read_preparation(tmp_path) is None
    (tmp_path / PREPARATION).write_text('{"columns": 3}')
    with pytest.raises(RunError, match=r"preparation\.json"):
        read_preparation(tmp_path)
