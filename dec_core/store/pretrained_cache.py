"""Pretrained autoencoders, kept for the next run with the same data, network and pretraining."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.machine import conditions
from dec_core.store.array_files import read_arrays, remove_stale, write_arrays
from dec_core.training.checkpoint import Pretrained

# The least recently used go first.
MAX_BYTES = 500_000_000


class PretrainedCache:
    """A folder of autoencoders, each under the hash of everything that determines it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(
        self,
        config: Config,
        fingerprint: str,
        n_features: int,
        made_under: Mapping[str, str] | None = None,
    ) -> Pretrained | None:
        """The autoencoder, or None; a damaged file counts as none.

        Parameters
        ----------
        made_under : what its numbers depend on, see ``machine.conditions``; those of today if None
        """
        path = self._path(config, fingerprint, made_under)
        try:
            pretrained = read_pretrained(path)
        except RunError:
            return None
        if not pretrained.fits(config, n_features):
            return None
        with contextlib.suppress(OSError):
            path.touch()
        return pretrained

    def has(
        self, config: Config, fingerprint: str, made_under: Mapping[str, str] | None = None
    ) -> bool:
        """Whether there is a file, which nobody has read."""
        return self._path(config, fingerprint, made_under).is_file()

    def put(self, config: Config, fingerprint: str, pretrained: Pretrained) -> None:
        """Keep an autoencoder. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_pretrained(self._path(config, fingerprint), pretrained)
        remove_stale(self._folder.glob(".*.draft"))
        self._forget_oldest()

    def _path(
        self, config: Config, fingerprint: str, made_under: Mapping[str, str] | None = None
    ) -> Path:
        determined_by = [
            fingerprint,
            config.autoencoder.model_dump(mode="json"),
            config.pretraining.model_dump(mode="json"),
            config.seed,
            conditions() if made_under is None else made_under,
        ]
        key = hashlib.sha256(json.dumps(determined_by).encode()).hexdigest()
        return self._folder / f"{key}.npz"

    def _forget_oldest(self) -> None:
        found = []
        for path in self._folder.glob("*.npz"):
            # Another process may have removed it meanwhile.
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat(), path))
        total = 0
        for status, path in sorted(found, key=lambda pair: pair[0].st_mtime, reverse=True):
            total += status.st_size
            if total > MAX_BYTES:
                path.unlink(missing_ok=True)


def read_pretrained(path: Path) -> Pretrained:
    """An autoencoder from a file.

    Raises
    ------
    RunError
        If it is not there or damaged.
    """
    try:
        arrays = read_arrays(path)
        losses = tuple(float(loss) for loss in arrays.pop("losses"))
        return Pretrained(tuple(arrays[f"weights_{i}"] for i in range(len(arrays))), losses)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path.name} is damaged ({error}). Train the run again.") from error


def write_pretrained(path: Path, pretrained: Pretrained) -> None:
    """Write an autoencoder to a file. Raises OSError."""
    weights = {f"weights_{i}": array for i, array in enumerate(pretrained.weights)}
    write_arrays(path, {"losses": np.array(pretrained.losses, np.float64), **weights})
