"""The newest reconstructions of a run in one small file, which is replaced as a whole."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from dec_core.events.events import ReconstructionsTaken, RunStarted
from dec_core.store.array_files import Array, read_arrays, write_arrays

_FILE = "reconstructions.npz"


def write_reconstructions(folder: Path, taken: ReconstructionsTaken) -> None:
    """Replace the file in a run's folder of arrays. Raises OSError."""
    write_arrays(
        folder / _FILE,
        {
            "epoch": np.array(taken.epoch),
            "sample_ids": taken.sample_ids,
            "originals": taken.originals,
            "reconstructions": taken.reconstructions,
            "unexplained": taken.unexplained,
            "image_shape": np.array(taken.image_shape or (), np.int64),
        },
    )


def read_reconstructions(folder: Path, run: RunStarted | None) -> ReconstructionsTaken | None:
    """What was written; None where there is nothing that can be read and fits the run.

    Nothing else depends on it, so no damage of this file keeps a run from being opened.
    """
    if run is not None:
        with contextlib.suppress(Exception):  # a single flipped bit can raise many kinds
            return _checked(read_arrays(folder / _FILE), run)
    return None


def _checked(arrays: dict[str, Array], run: RunStarted) -> ReconstructionsTaken:
    """The event of these arrays. Raises an Exception of whatever kind if they are not its own."""
    taken = ReconstructionsTaken(
        epoch=int(arrays["epoch"]),
        sample_ids=arrays["sample_ids"],
        originals=arrays["originals"],
        reconstructions=arrays["reconstructions"],
        unexplained=arrays["unexplained"],
        image_shape=tuple(arrays["image_shape"].tolist()) or None,
    )
    shape = len(taken.sample_ids), run.n_features
    if not (taken.originals.shape == taken.reconstructions.shape == shape and shape[0]):
        raise ValueError("its samples do not have the features of the run")
    if taken.unexplained.shape != (run.n_features,):
        raise ValueError("its errors are not those of the features")
    numbers = taken.originals, taken.reconstructions, taken.unexplained
    if any(array.dtype.kind != "f" for array in numbers) or taken.sample_ids.dtype.kind not in "iu":
        raise ValueError("its arrays are of another type")
    if taken.image_shape and np.prod(taken.image_shape) != run.n_features:
        raise ValueError("its images do not have the features of the run")
    return taken
