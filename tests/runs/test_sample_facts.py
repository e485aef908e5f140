"""What the pointer on a sample tells."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dec_core.config import Config, Scaling
from dec_core.data import Dataset, load
from dec_core.data.scaling import Scale
from dec_core.errors import RunError
from dec_core.events.events import KMEANS, FrameTaken, SamplesChosen
from dec_core.events.frames import MemoryFrames
from dec_core.model.assignment import soft_assignment
from dec_core.processes.projector import Projector
from dec_core.runs import sample_facts as module
from dec_core.runs.execution import train_to_store
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.runs.sample_facts import sample_facts
from tests.own_files import blobs_csv, on_file
from tests.plots.scripted import events, scripted_view
from tests.runs.short_runs import small_config
from tests.store.test_golden import GOLDEN


def test_a_sample_of_a_real_run(manager: RunManager) -> None:
    run = manager.start(small_config({"clustering.alpha": 0.5}), "digits")
    manager.join(run)
    last = len(run.view.updates) - 1
    facts = sample_facts(run, last, 7)
    data = load(run.config.data, run.config.seed)
    samples, frame = run.frames.samples, run.frames.frame(last)
    assert facts.cluster == frame.labels[7]
    assert data.y is not None and data.class_names is not None
    assert facts.true_label == data.class_names[data.y[7]]
    q = soft_assignment(frame.embedding, frame.centers, 0.5)[list(samples.sample_ids).index(7)]
    assert [share for _, share in facts.shares] == sorted(q, reverse=True)[:3]
    assert facts.shares[0][0] == facts.cluster
    picture = np.asarray(Image.open(io.BytesIO(facts.picture)))
    np.testing.assert_array_equal(picture, (data.x[7].reshape(8, 8) * 255).round())
    assert facts.features == ()
    assert sample_facts(run, KMEANS, 7).cluster == run.frames.labels(KMEANS)[7]
    # The same from the disk.
    assert sample_facts(manager._open(run.run_id), last, 7) == facts
    for sample in (300, 10**9):
        with pytest.raises(RunError, match=f"one of 300. Received {sample}"):
            sample_facts(run, last, sample)
    with pytest.raises(RunError, match="update 99 are not kept"):
        sample_facts(run, 99, 7)


def test_a_run_of_a_former_version_has_no_confidence(manager: RunManager) -> None:
    shutil.copytree(GOLDEN, manager.store.root / GOLDEN.name)
    facts = sample_facts(manager.get(GOLDEN.name), 3, 0)
    assert facts.shares == ()
    assert facts.picture and facts.true_label


@pytest.fixture
def scripted() -> RunHandle:
    """A run whose embedding is kept of the even samples only."""
    run = RunHandle("script", Config(), "digits", Projector())
    run.view, run.frames = scripted_view(), MemoryFrames()
    truth = next(event for event in events() if isinstance(event, SamplesChosen)).true_labels
    run.frames.take(SamplesChosen(np.arange(0, 8, 2), truth))
    for event in events():
        if isinstance(event, FrameTaken):
            run.frames.take(replace(event, embedding=event.embedding[::2]))
    return run


def test_a_table_tells_what_is_odd_in_a_sample(
    scripted: RunHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.zeros((8, 5))
    x[:, 0] = range(8)
    x[3, 4] = -100
    x[:, 2] = 12
    monkeypatch.setattr(module, "_loaded", lambda *_: Dataset("table", x))
    facts = sample_facts(scripted, 1, 3)
    assert facts.picture == b""
    first, second, *others = facts.features
    assert (first.name, first.value, round(first.deviation, 2)) == ("feature 4", -100, -2.65)
    assert (second.name, second.value) == ("feature 0", 3)
    assert all(feature.deviation == 0 for feature in others)
    assert facts.true_label == "shoe"
    assert facts.shares == ()
    assert len(sample_facts(scripted, 1, 2).shares) == 3


def test_other_data_are_not_shown_for_those_of_the_run(
    scripted: RunHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_loaded", lambda *_: Dataset("other", np.zeros((9, 5))))
    with pytest.raises(RunError, match="no longer those of the run"):
        sample_facts(scripted, 1, 3)


def test_a_sample_of_a_file_has_its_id_and_the_values_of_the_file(
    manager: RunManager, tmp_path: Path
) -> None:
    path = blobs_csv(tmp_path)
    config = on_file(path, label="kind", id="key", n_samples=60)
    run = manager.get(train_to_store(config, manager.store, "digits"))
    facts = sample_facts(run, 0, 20)
    rows = {row["key"]: row for row in csv.DictReader(path.read_text().splitlines())}
    assert facts.true_label == rows[facts.id]["kind"]
    assert len(facts.features) == 4
    for feature in facts.features:
        assert feature.value == pytest.approx(float(rows[facts.id][feature.name]), abs=1e-4)


@pytest.mark.parametrize("scaling", ["none", "pixels", "unit", "features", "standard"])
def test_a_scale_is_undone(scaling: Scaling) -> None:
    x = np.array([[1.0, 5, 7], [2, 5, 0], [4, 5, 3]])
    scale = Scale.fit(x, scaling, log1p=True)
    undone = scale.undo(scale.apply(x))
    np.testing.assert_allclose(undone[:, [0, 2]], x[:, [0, 2]], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(undone[:, 1], 5, rtol=1e-5)
