"""Checkpoints of a run: one file each, thinned where they outgrow their share of the disk."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.verdict import StopReason
from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.events import Phase
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.training.checkpoint import Arrays, Checkpoint

# Beyond this every second checkpoint of clustering goes; the first and the newest stay, however
# large: each holds P, four bytes per sample and cluster.
CHECKPOINT_BYTES = 60_000_000

_NAME = re.compile(r"clustering-(\d{8})\.npz")
_PRETRAINING = "pretraining.npz"


class CheckpointFiles:
    """The folder of one run's checkpoints.

    Each knows how many lines the event log had when it was taken. Pretraining keeps its newest
    one only, and none once clustering has begun. What does not fit is not read.
    """

    def __init__(self, folder: Path, fits: Callable[[Checkpoint], bool] | None = None) -> None:
        self._folder = folder
        self._fits = fits

    def write(self, checkpoint: Checkpoint, lines: int) -> None:
        """Add one and thin the rest. Raises OSError."""
        self._folder.mkdir(exist_ok=True)
        if checkpoint.phase is Phase.PRETRAINING:
            write_arrays(self._folder / _PRETRAINING, _to_arrays(checkpoint, lines))
            return
        write_arrays(self._path(checkpoint.iteration), _to_arrays(checkpoint, lines))
        (self._folder / _PRETRAINING).unlink(missing_ok=True)
        self._thin()

    def iterations(self) -> tuple[int, ...]:
        """Where clustering can be taken up again, ascending."""
        if not self._folder.is_dir():
            return ()
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return tuple(sorted(int(match[1]) for match in found if match))

    def read(self, iteration: int | None = None) -> tuple[Checkpoint, int]:
        """A checkpoint and its number of log lines; without ``iteration`` the newest that fits.

        Raises
        ------
        RunError
            If there is none, or it is damaged.
        """
        if iteration is None:
            for found in self.newest_first():
                return found
            raise RunError(
                "The run has no checkpoint that can be read and fits its settings and data. "
                "Start it from the beginning."
            )
        kept = self.iterations()
        if iteration not in kept:
            known = ", ".join(f"{i:,}" for i in kept) or "none"
            raise RunError(
                f"A checkpoint is kept at iterations {known}. Received {iteration:,}. "
                "Choose one of those."
            )
        return self._read(self._path(iteration))

    def newest_first(self) -> Iterator[tuple[Checkpoint, int]]:
        """All that can be read, each with its number of log lines."""
        for path in self._paths():
            with contextlib.suppress(RunError):
                yield self._read(path)

    def _read(self, path: Path) -> tuple[Checkpoint, int]:
        checkpoint, lines = _from_arrays(read_arrays(path))
        if self._fits is not None and not self._fits(checkpoint):
            raise RunError(
                f"{path.name} must fit the settings and the data of its run. It does not. "
                "Choose another checkpoint, or copy the run again."
            )
        return checkpoint, lines

    @property
    def is_empty(self) -> bool:
        """Whether there is none, readable or not."""
        return not any(path.exists() for path in self._paths())

    def _paths(self) -> list[Path]:
        clustering = [self._path(iteration) for iteration in reversed(self.iterations())]
        return [*clustering, self._folder / _PRETRAINING]

    def remove_after(self, iteration: int) -> None:
        """Forget what lies beyond the place from which the run goes on."""
        for kept in self.iterations():
            if kept > iteration:
                self._path(kept).unlink(missing_ok=True)

    def _path(self, iteration: int) -> Path:
        return self._folder / f"clustering-{iteration:08d}.npz"

    def _thin(self) -> None:
        paths = [self._path(iteration) for iteration in self.iterations()]
        if sum(path.stat().st_size for path in paths) > CHECKPOINT_BYTES:
            for path in paths[1:-1:2]:
                path.unlink(missing_ok=True)


def _to_arrays(checkpoint: Checkpoint, lines: int) -> dict[str, NDArray[Any]]:
    numbers = {
        "phase": checkpoint.phase.value,
        "config": checkpoint.config.to_dict(),
        "seconds": {phase.value: seconds for phase, seconds in checkpoint.seconds.items()},
        "epoch": checkpoint.epoch,
        "iteration": checkpoint.iteration,
        "last_update_at": checkpoint.last_update_at,
        "loss": float(checkpoint.loss).hex(),
        "reconstruction_loss": None
        if checkpoint.reconstruction_loss is None
        else float(checkpoint.reconstruction_loss).hex(),
        "stop_reason": checkpoint.stop_reason.value if checkpoint.stop_reason else None,
        "lines": lines,
    }
    arrays: dict[str, NDArray[Any]] = {
        "numbers": np.frombuffer(json.dumps(numbers).encode(), np.uint8),
        **{f"weights_{i}": array for i, array in enumerate(checkpoint.weights)},
        **{f"decoder_{i}": array for i, array in enumerate(checkpoint.decoder)},
        **{f"optimizer_{i}": array for i, array in enumerate(checkpoint.optimizer)},
    }
    if checkpoint.p is not None and checkpoint.labels is not None:
        arrays |= {"p": checkpoint.p, "labels": checkpoint.labels}
    return arrays


def _from_arrays(arrays: dict[str, NDArray[Any]]) -> tuple[Checkpoint, int]:
    try:
        numbers = json.loads(arrays["numbers"].tobytes())
        reason = numbers["stop_reason"]
        # Former versions did not write it, as they trained no decoder.
        reconstruction_loss = numbers.get("reconstruction_loss")
        checkpoint = Checkpoint(
            phase=Phase(numbers["phase"]),
            config=Config.from_dict(numbers["config"]),
            seconds={Phase(name): float(value) for name, value in numbers["seconds"].items()},
            weights=_numbered(arrays, "weights_"),
            optimizer=_numbered(arrays, "optimizer_"),
            epoch=int(numbers["epoch"]),
            iteration=int(numbers["iteration"]),
            last_update_at=int(numbers["last_update_at"]),
            loss=float.fromhex(numbers["loss"]),
            stop_reason=None if reason is None else StopReason(reason),
            p=arrays.get("p"),
            labels=arrays.get("labels"),
            decoder=_numbered(arrays, "decoder_"),
            reconstruction_loss=None
            if reconstruction_loss is None
            else float.fromhex(reconstruction_loss),
        )
        return checkpoint, int(numbers["lines"])
    except Exception as error:
        raise RunError(f"A checkpoint is damaged ({error}). Delete it or copy the run.") from error


def _numbered(arrays: dict[str, NDArray[Any]], prefix: str) -> Arrays:
    count = sum(name.startswith(prefix) for name in arrays)
    return tuple(arrays[f"{prefix}{i}"] for i in range(count))
