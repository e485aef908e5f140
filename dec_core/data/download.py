"""The published copies of the image data sets, fetched once by Keras and kept in its cache."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]

# Where Keras itself looks for Fashion-MNIST; it checks no checksum, so these stand here.
_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FASHION_MNIST_SHA256 = {
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    "train-images-idx3-ubyte.gz": (
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
    ),
    "train-labels-idx1-ubyte.gz": (
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
    ),
}
_SUBFOLDER = {"fashion-mnist": Path("datasets/fashion-mnist"), "mnist": Path("datasets")}
_FILES = {"fashion-mnist": tuple(_FASHION_MNIST_SHA256), "mnist": ("mnist.npz",)}


def cached_folder(name: str) -> Path | None:
    """The folder of Keras' cache that already holds every file of the data set, or None.

    Looks only at file names, and without importing Keras.
    """
    home = os.environ.get("KERAS_HOME")
    base = Path(home or "~/.keras").expanduser()
    if not os.access(base if base.exists() else base.parent, os.W_OK):
        base = Path("/tmp/.keras")  # where Keras turns when it may not write
    folder = base / _SUBFOLDER[name]
    return folder if all((folder / file).is_file() for file in _FILES[name]) else None


def fetch_fashion_mnist() -> Path:
    """The folder with the four published IDX files, downloaded where missing.

    Raises
    ------
    Exception
        Whatever Keras raises when a file cannot be downloaded or fails its checksum.
    """
    import keras  # type: ignore[import-untyped]

    for file, sha256 in _FASHION_MNIST_SHA256.items():
        path = keras.utils.get_file(
            file,
            origin=_ORIGIN + file,
            cache_subdir=str(_SUBFOLDER["fashion-mnist"]),
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
