"""Checkpoints on disk: what is kept where they outgrow their share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dec_core.runs import checkpoint_files
from dec_core.runs.checkpoint_files import CheckpointFiles
from tests.runs.test_golden import GOLDEN


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
