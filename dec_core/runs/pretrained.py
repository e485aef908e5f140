"""Pretrained autoencoders, kept for the next run with the same data, network and pretraining."""

from __future__ import annotations

import contextlib
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.runs.array_files import read_arrays, write_arrays
from dec_core.training.checkpoint import Pretrained

# The least recently used go first.
MAX_BYTES = 500_000_000


class PretrainedCache:
    """A folder of autoencoders, each under the hash of everything that determines it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, config: Config, fingerprint: str) -> Pretrained | None:
        """The autoencoder, or None; a damaged file counts as none."""
        path = self._path(config, fingerprint)
        try:
            arrays = read_arrays(path)
            losses = tuple(arrays.pop("losses").tolist())
            weights = tuple(arrays[f"weights_{i}"] for i in range(len(arrays)))
        except (RunError, KeyError):
            return None
        with contextlib.suppress(OSError):
            path.touch()
        return Pretrained(weights, losses)

    def put(self, config: Config, fingerprint: str, pretrained: Pretrained) -> None:
        """Keep an autoencoder. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        weights = {f"weights_{i}": array for i, array in enumerate(pretrained.weights)}
        path = self._path(config, fingerprint)
        write_arrays(path, {"losses": np.array(pretrained.losses, np.float64), **weights})
        self._forget_oldest()

    def _path(self, config: Config, fingerprint: str) -> Path:
        determined_by = [
            fingerprint,
            config.autoencoder.model_dump(mode="json"),
            config.pretraining.model_dump(mode="json"),
            config.seed,
            version("tensorflow"),
        ]
        key = hashlib.sha256(json.dumps(determined_by).encode()).hexdigest()
        return self._folder / f"{key}.npz"

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)
        total = 0
        for path in files:
            total += path.stat().st_size
            if total > MAX_BYTES:
                path.unlink(missing_ok=True)
