"""The published copies of the image data sets, fetched once by Keras and kept in its cache."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dec_core.data.facts import DESCRIPTIONS

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]

# Where Keras itself looks for Fashion-MNIST.
_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def cached_folder(name: str) -> Path | None:
    """The folder of Keras' cache that already holds every file of the data set, or None.

    Looks only at file names, and without importing Keras.
    """
    home = os.environ.get("KERAS_HOME")
    base = Path(home or "~/.keras").expanduser()
    if not os.access(base if base.exists() else base.parent, os.W_OK):
        base = Path("/tmp/.keras")  # where Keras turns when it may not write
    description = DESCRIPTIONS[name]
    folder = base / description.cache_folder
    return folder if all((folder / file).is_file() for file in description.files) else None


def fetch_fashion_mnist() -> Path:
    """The folder with the four published IDX files, downloaded where missing.

    Raises
    ------
    Exception
        Whatever Keras raises when a file cannot be downloaded or fails its checksum.
    """
    import keras  # type: ignore[import-untyped]

    description = DESCRIPTIONS["fashion-mnist"]
    for file, sha256 in description.files.items():
        path = keras.utils.get_file(
            file,
            origin=_ORIGIN + file,
            cache_subdir=str(description.cache_folder),
            file_hash=sha256,
            hash_algorithm="sha256",
        )
    return Path(path).parent


def fetch_mnist() -> tuple[tuple[Images, Labels], tuple[Images, Labels]]:
    """The test and the train part of MNIST, each (images, labels), downloaded where missing.

    Raises
    ------
    Exception
        Whatever Keras raises when the file cannot be downloaded or fails its checksum.
    """
    import keras

    train, test = keras.datasets.mnist.load_data()
    return test, train
