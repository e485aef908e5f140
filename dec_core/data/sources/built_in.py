"""Where each data set comes from: scikit-learn, a folder of IDX files, or Keras' download.

The image sets are looked for in this order: ``$DEC_DATA_DIR/<name>/``, Debian's
``/usr/share/datasets/<name>/``, Keras. A folder that exists is trusted to be meant: if a file
in it is missing or damaged that is an error, not a reason to look elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dec_core.data.dataset import Dataset
from dec_core.data.facts import DESCRIPTIONS, Description
from dec_core.data.preparation import Preparation
from dec_core.data.samples import Samples
from dec_core.data.sources import download
from dec_core.data.sources.idx import read_idx
from dec_core.errors import DataError, DataUnavailableError

SYSTEM_FOLDER = Path("/usr/share/datasets")
_DOWNLOADED = "the copy that Keras downloaded"


class Part(NamedTuple):
    """The test or the train part of an image set, with the names that its errors use.

    ``images`` is uint8 (n, height, width), 0..255; ``labels`` is uint8 (n,), below the number of
    classes.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    images_name: str
    labels_name: str


def available(name: str) -> str | None:
    """Where ``read_source`` would find a data set without a download.

    Returns
    -------
    "built in", the path of a folder (its files are not opened), or None.
    """
    if name == "digits":
        return "built in"
    folder = local_folder(name) or download.cached_folder(name)
    return None if folder is None else str(folder)


def local_folder(name: str) -> Path | None:
    """The folder of IDX files that a person or the system provides for ``name``, or None."""
    own = os.environ.get("DEC_DATA_DIR")
    parents = ([Path(own).expanduser()] if own else []) + [SYSTEM_FOLDER]
    # Unlike Path.is_dir it is False, too, within a parent that may not be entered.
    return next((p / name for p in parents if os.path.isdir(p / name)), None)  # noqa: PTH112


def read_source(name: str) -> Dataset:
    """Read a whole data set: digits 1,797 x 64, the image sets 70,000 x 784, values 0..1.

    The image sets hold the test images first and then the train images.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    DataUnavailableError
        If no source has it and it could not be downloaded.
    """
    if name == "digits":
        return _read_digits()
    folder, described = local_folder(name), DESCRIPTIONS[name]
    if folder is not None:
        return _assemble(described, _read_folder(folder), source=str(folder))
    return _assemble(described, _fetch(name), source=_DOWNLOADED)


def _read_digits() -> Dataset:
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    bunch, described = load_digits(), DESCRIPTIONS["digits"]
    return Dataset(
        described.name,
        bunch.data / 16,
        bunch.target,
        image_shape=described.image_shape,
        class_names=described.class_names,
        source="scikit-learn",
        preparation=Preparation(n_matrix=64, divisor=16, image_shape=described.image_shape),
    )


def _read_folder(folder: Path) -> list[Part]:
    parts = []
    for prefix in ("t10k", "train"):
        images = _find(folder, f"{prefix}-images-idx3-ubyte")
        labels = _find(folder, f"{prefix}-labels-idx1-ubyte")
        parts.append(Part(read_idx(images, 3), read_idx(labels, 1), str(images), str(labels)))
    return parts


def _find(folder: Path, stem: str) -> Path:
    try:
        found = sorted(file.name for file in folder.iterdir())
    except OSError as error:
        raise DataError(
            f"{folder} could not be read: expected a folder with the four IDX files, found "
            f"'{error.strerror or error}'. Check its permissions."
        ) from error
    for file in (stem, f"{stem}.gz"):
        if file in found:
            return folder / file
    listing = ", ".join(found[:8]) + (", ..." if len(found) > 8 else "") if found else "no file"
    raise DataError(
        f"{folder} lacks a file: expected {stem} or {stem}.gz, found {listing}. "
        "Put the four IDX files there or remove the folder."
    )


def _fetch(name: str) -> list[Part]:
    """The parts from Keras' cache or its download; any failure means "not available"."""
    try:
        if name == "mnist":
            file = "mnist.npz"
            return [
                Part(*part, f"the {which} images of {file}", f"the {which} labels of {file}")
                for which, part in zip(("test", "train"), download.fetch_mnist(), strict=True)
            ]
        folder = download.fetch_fashion_mnist()
    except Exception as error:  # Keras raises plain Exception for a failed download
        raise DataUnavailableError(_ways_out(name, error)) from error
    return _read_folder(folder)


def _ways_out(name: str, error: Exception) -> str:
    package = DESCRIPTIONS[name].package
    system = (
        f"install Debian's package {package}"
        if package
        else f"put the four IDX files in {SYSTEM_FOLDER / name}"
    )
    return (
        f"{name} is not on this machine and could not be downloaded ({error}): set DEC_DATA_DIR "
        f"to a folder that contains {name}/ with the four IDX files, or {system}, or connect to "
        "the internet once so that Keras can download it."
    )


def _assemble(described: Description, parts: Sequence[Part], *, source: str) -> Dataset:
    for part in parts:
        _check_part(part, described)
    pixels = np.concatenate([part.images.reshape(len(part.images), -1) for part in parts])
    return Dataset(
        described.name,
        Samples(pixels, divisor=255),
        np.concatenate([part.labels for part in parts]),
        image_shape=described.image_shape,
        class_names=described.class_names,
        source=source,
        preparation=Preparation(
            n_matrix=described.n_features, divisor=255, image_shape=described.image_shape
        ),
    )


def _check_part(part: Part, described: Description) -> None:
    height, width, _ = described.image_shape
    if part.images.shape[1:] != (height, width):
        found = " x ".join(str(size) for size in part.images.shape[1:])
        raise DataError(
            f"{part.images_name}: expected images of {height} x {width} pixels, found {found}. "
            "Replace the file with the published one."
        )
    if len(part.images) != len(part.labels):
        raise DataError(
            f"{part.labels_name}: expected {len(part.images):,} labels, one for each image in "
            f"{part.images_name}, found {len(part.labels):,}. "
            "Replace both files with a pair that belongs together."
        )
    largest = described.n_classes - 1
    if part.labels.size and int(part.labels.max()) > largest:
        raise DataError(
            f"{part.labels_name}: expected labels from 0 to {largest}, found "
            f"{int(part.labels.max())}. Replace the file with the published one."
        )
