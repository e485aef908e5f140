"""The samples of a run in ``start.npz``: which are drawn, true labels, rows and ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import RunError
from dec_core.events.events import SamplesChosen
from dec_core.store.array_files import damaged, read_arrays, write_arrays

START = "start.npz"


def write_samples(folder: Path, samples: SamplesChosen) -> None:
    """Keep what a run says of its samples. Raises OSError."""
    numbers = {
        "sample_ids": samples.sample_ids,
        "true_labels": samples.true_labels,
        "rows": samples.rows,
    }
    arrays = {name: _smallest(array) for name, array in numbers.items() if array is not None}
    if samples.ids is not None:
        # A byte per letter where NumPy's own text takes four.
        arrays["ids"] = np.char.encode(samples.ids, "utf-8")
    write_arrays(folder / START, arrays)


def read_samples(folder: Path) -> SamplesChosen:
    """The samples of a run. Raises RunError."""
    path = folder / START
    stored = read_arrays(path)
    if "sample_ids" not in stored:
        raise RunError(damaged(path, ValueError("it has no sample_ids")))
    try:
        ids = np.char.decode(stored["ids"], "utf-8") if "ids" in stored else None
    except (TypeError, UnicodeDecodeError) as error:
        raise RunError(damaged(path, error)) from error
    rows = stored.get("rows")
    return SamplesChosen(
        _as_int64(stored["sample_ids"]),
        stored.get("true_labels"),
        None if rows is None else _as_int64(rows),
        ids,
    )


def _as_int64(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.int64) if array.dtype.kind in "ui" else array


def _smallest(array: NDArray[Any]) -> NDArray[Any]:
    """The same whole numbers from 0 in the smallest type."""
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))
