"""Checkpoints on disk: what is kept where they outgrow their share, and what does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.store import checkpoint_files
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.store.branch import branch
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN


def test_thinning_keeps_the_bound_and_the_first_and_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, lines = CheckpointFiles(GOLDEN / "checkpoints").read(20)
    files = CheckpointFiles(tmp_path)
    files.write(replace(checkpoint, iteration=0), lines)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    bound = 6 * size + size // 2
    monkeypatch.setattr(checkpoint_files, "CHECKPOINT_BYTES", bound)
    counts = []
    for iteration in range(10, 400, 10):
        files.write(replace(checkpoint, iteration=iteration), lines)
        kept = files.iterations()
        counts.append(len(kept))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= bound
        assert (kept[0], kept[-1]) == (0, iteration)
    assert counts[:7] == [2, 3, 4, 5, 6, 4, 5]
    assert min(counts[5:]) == 4
    assert files.read()[0].iteration == 390


Arrays = dict[str, np.ndarray[Any, Any]]


def with_settings(arrays: Arrays, **clustering: object) -> Arrays:
    numbers = json.loads(arrays["numbers"].tobytes())
    numbers["config"]["clustering"] |= clustering
    return {"numbers": np.frombuffer(json.dumps(numbers).encode(), np.uint8)}


@pytest.mark.parametrize(
    "changed",
    [
        lambda arrays: {"labels": arrays["labels"][1:]},
        lambda arrays: {"labels": arrays["labels"].astype(np.float32)},
        lambda arrays: {"labels": np.full_like(arrays["labels"], 10)},
        lambda arrays: {"labels": np.full_like(arrays["labels"], -1, np.int8)},
        lambda arrays: {"p": arrays["p"][:, 1:]},
        lambda arrays: {"weights_0": arrays["weights_0"][1:]},
        lambda arrays: with_settings(arrays, n_clusters=9),
    ],
    ids=["fewer labels", "measured", "label 10", "label -1", "p", "weights", "settings"],
)
def test_a_checkpoint_that_does_not_fit_its_run_is_not_used(
    golden_store: RunStore, changed: Callable[[Arrays], Arrays]
) -> None:
    run_id = GOLDEN.name
    path = golden_store.folder(run_id) / "checkpoints" / "clustering-00000060.npz"
    arrays = read_arrays(path)
    write_arrays(path, arrays | changed(arrays))
    with pytest.raises(RunError, match=r"clustering-00000060.npz must fit the settings"):
        golden_store.checkpoint(run_id, 60)
    config = golden_store.view(run_id).config.with_values({"clustering.max_iterations": 80})
    with pytest.raises(RunError, match=r"clustering-00000060.npz must fit the settings"):
        branch(golden_store, run_id, config, "digits")
    assert golden_store.checkpoint(run_id).iteration == 20
    path.with_name("clustering-00000020.npz").unlink()
    with pytest.raises(RunError, match="no checkpoint that can be read and fits"):
        golden_store.checkpoint(run_id)
