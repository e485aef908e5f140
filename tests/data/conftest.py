"""Small IDX files in temporary folders, and a machine on which no data set is installed."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dec_core.data import catalog
from dec_core.data.sources import built_in

WriteFolder = Callable[..., Path]


def idx_bytes(array: np.ndarray) -> bytes:
    """``array`` of uint8 as the bytes of an IDX file."""
    header = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_idx(path: Path, array: np.ndarray) -> Path:
    """Write an IDX file, gzipped if its name ends in .gz."""
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture(autouse=True)
def bare_machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No data folder, no Debian package, an empty Keras cache, nothing kept in memory."""
    empty = tmp_path_factory.mktemp("bare")
    monkeypatch.delenv("DEC_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(empty / "keras"))
    (empty / "keras").mkdir()
    monkeypatch.setattr(built_in, "SYSTEM_FOLDER", empty / "system")
    catalog._read_at.cache_clear()


@pytest.fixture
def write_folder() -> WriteFolder:
    """A function that writes the four files: 4 test images full of 51, 6 train images of 102."""

    def write(folder: Path, *, suffix: str = ".gz") -> Path:
        folder.mkdir(parents=True)
        for prefix, n_images, value, labels in (
            ("t10k", 4, 51, [9, 0, 1, 2]),
            ("train", 6, 102, [3, 4, 5, 6, 7, 8]),
        ):
            images = np.full((n_images, 28, 28), value, dtype=np.uint8)
            write_idx(folder / f"{prefix}-images-idx3-ubyte{suffix}", images)
            write_idx(folder / f"{prefix}-labels-idx1-ubyte{suffix}", np.array(labels))
        return folder

    return write
