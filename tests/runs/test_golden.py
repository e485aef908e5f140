"""A run folder that the first version of the schema wrote still opens, today and later."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dec_core.analysis.verdict import Verdict
from dec_core.export.bundle import export_run
from dec_core.runs.branch import branch
from dec_core.runs.record import RunState
from dec_core.runs.store import RunStore
from dec_core.training.outcome import labels_sha256
from tests.runs.test_store import train

GOLDEN = Path(__file__).parents[1] / "golden" / "runs" / "steady-puffin-cbfc"

LABELS = "d8214fbe66e1968556ae70e7e04751ba2d24baf347ca3f00c266c22eb9248682"


@pytest.fixture
def store() -> RunStore:
    store = RunStore()
    shutil.copytree(GOLDEN, store.root / GOLDEN.name)
    return store


def test_it_shows_what_it_showed(store: RunStore) -> None:
    (record,) = store.records()
    assert record.state is RunState.FINISHED
    assert (record.dataset, record.n_samples, record.preset) == ("digits", 120, "digits")
    view = store.view(GOLDEN.name)
    assert [update.iteration for update in view.updates] == [1, 21, 41, 61]
    last = view.updates[-1]
    assert last.labels is not None and last.scores is not None
    assert labels_sha256(last.labels) == LABELS
    assert last.scores.acc == 0.325
    assert view.finished is not None
    assert view.finished.judgement.verdict is Verdict.UNFINISHED
    assert all(update.embedding_sample is not None for update in view.updates)


def test_it_can_be_branched_and_exported(store: RunStore, tmp_path: Path) -> None:
    assert store.checkpoints(GOLDEN.name) == (20, 60)
    config = store.view(GOLDEN.name).config.with_values({"clustering.max_iterations": 80})
    branched = train(store, branch(store, GOLDEN.name, config, "digits", 60))
    assert branched.iteration == 80
    exported = export_run(store, GOLDEN.name, tmp_path / "model.keras", only=["model.keras"])
    assert exported.path.stat().st_size > 1_000
